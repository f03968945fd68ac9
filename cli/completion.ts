// `volley completion`: words for the shell, made from the list of commands.

import {
  type Command,
  CommandFailure,
  exitCodes,
  globalOptions,
  needed,
  parse,
} from './command.ts';
import { say } from './screen.ts';

export type CommandList = Readonly<Record<string, () => Promise<Command>>>;

const USAGE = 'completion bash|zsh';

/** @param commands all of them, this one included */
export function completionOf(commands: CommandList): Command {
  return {
    usage: USAGE,
    about: 'completion for the shell',
    words: ['bash', 'zsh'],
    examples: [
      'eval "$(volley completion bash)"   # in ~/.bashrc',
      'eval "$(volley completion zsh)"    # in ~/.zshrc',
    ],
    run: async (args) => {
      const shell = needed(parse(args), USAGE, 'shell');
      if (shell !== 'bash' && shell !== 'zsh') {
        throw new CommandFailure(`${shell}: there is bash and zsh`, exitCodes.usage);
      }
      say(await scriptFor(shell, commands));
      return exitCodes.done;
    },
  };
}

interface Words {
  readonly name: string;
  readonly about: string;
  readonly words: readonly string[];
  readonly options: readonly string[];
  /** Takes files rather than bursts. */
  readonly takesFiles: boolean;
}

async function scriptFor(shell: 'bash' | 'zsh', commands: CommandList): Promise<string> {
  const all: Words[] = [];
  for (const [name, load] of Object.entries(commands)) {
    const { about, words = [], options = {}, usage } = await load();
    const names = Object.keys({ ...options, ...globalOptions }).map((option) => `--${option}`);
    all.push({ name, about, words, options: names, takesFiles: /FILE|DIR/.test(usage) });
  }
  return shell === 'bash' ? bash(all) : zsh(all);
}

/** Bursts are asked of the API, in a second or not at all: a shell must not hang. */
const BURSTS = `timeout 1 volley list --json 2>/dev/null | grep -o '"burst":"[^"]*"' | cut -d'"' -f4`;

function bash(all: readonly Words[]): string {
  const cases = all.map(({ name, words, options, takesFiles }) => {
    const plain = [...words].join(' ');
    const rest = takesFiles ? 'COMPREPLY+=($(compgen -f -- "$word"))' : more(words);
    return `    ${name})
      if [[ $word == -* ]]; then COMPREPLY=($(compgen -W "${options.join(' ')}" -- "$word"))
      else COMPREPLY=($(compgen -W "${plain}" -- "$word")); ${rest}; fi ;;`;
  });
  return `# volley, for bash
_volley() {
  local word="\${COMP_WORDS[COMP_CWORD]}" command="\${COMP_WORDS[1]}"
  COMPREPLY=()
  if [[ $COMP_CWORD -eq 1 ]]; then
    COMPREPLY=($(compgen -W "${all.map(({ name }) => name).join(' ')} --help" -- "$word"))
    return
  fi
  case "$command" in
${cases.join('\n')}
  esac
}
complete -o default -F _volley volley`;
}

function more(words: readonly string[]): string {
  const asks = `COMPREPLY+=($(compgen -W "$(${BURSTS})" -- "$word"))`;
  return words.length === 0 ? asks : `[[ $COMP_CWORD -gt 2 ]] && ${asks}`;
}

function zsh(all: readonly Words[]): string {
  const described = all.map(
    ({ name, about }) => `    '${name}:${about.replaceAll("'", '’').replaceAll(':', ',')}'`,
  );
  const cases = all.map(({ name, words, options, takesFiles }) => {
    const plain = words.length === 0 ? '' : `compadd -- ${words.join(' ')}; `;
    const rest = takesFiles ? '_files' : `compadd -- $(${BURSTS})`;
    return `    ${name}) if [[ $PREFIX == -* ]]; then compadd -- ${options.join(' ')}; else ${plain}${rest}; fi ;;`;
  });
  return `#compdef volley
# volley, for zsh
_volley() {
  local -a names
  names=(
${described.join('\n')}
  )
  if (( CURRENT == 2 )); then _describe command names; return; fi
  case "$words[2]" in
${cases.join('\n')}
  esac
}
compdef _volley volley`;
}

// docs/cli.md, made from the list of commands: the same words as the help.

import type { Command } from '../command.ts';
import { globalOptions, type Options } from '../command.ts';
import { commands, groups } from '../commands.ts';
import { EXIT_CODES } from '../help.ts';

const HEAD = `# The command line

<!-- Made by \`npm run schema\` from cli/commands.ts: change it there. -->

\`npx volley\` in a checkout, or \`volley\` where it is installed. It is a client of the API without
privileges of its own: against the runtime on this machine (\`npm start\`), or against a deployment by
\`--url\` or \`VOLLEY_URL\` with a token in \`VOLLEY_TOKEN\`.

- **Nothing leaves unasked.** Whatever sends or cannot be taken back names the numbers and asks;
  \`--yes\` says yes beforehand, and without a terminal it is needed. \`stop\`, \`pause\` and
  \`suppress\` never ask; only a \`stop\` before anything has left does, because there it cancels.
- **\`--dry-run\`** on whatever acts says what would happen and changes nothing.
- **Lost answers.** Every command that changes something carries an idempotency key and is sent again
  under the same key when no answer comes, so that it is carried out once. When nothing answers at
  all the key is shown: the same command with \`--key\` goes on from there. What only asks has none:
  its answer is kept nowhere.
- **Terminals.** Live views are redrawn in place on a terminal and are plain lines elsewhere. Colours
  only on a terminal, and not with \`NO_COLOR\`.
- **\`--json\`** prints one JSON object (\`status --watch\` and \`audience export\`: one a line), errors included:
  \`{"error":{"code","message"}}\`.
`;

export async function cliReference(): Promise<string> {
  const parts = [HEAD, exitCodes(), everywhere()];
  for (const [title, names] of Object.entries(groups)) {
    const known = names.flatMap((name) => {
      const load = commands[name];
      return load ? [load] : [];
    });
    if (known.length === 0) continue;
    parts.push(`## ${title}\n`);
    for (const load of known) parts.push(section(await load()));
  }
  return `${parts.join('\n').trimEnd()}\n`;
}

function exitCodes(): string {
  const rows = EXIT_CODES.map(([code, about]) => `| ${code} | ${about} |`);
  return ['## Exit codes', '', '| Code | Means |', '| ---: | --- |', ...rows, ''].join('\n');
}

function everywhere(): string {
  return ['## Options of every command', '', ...optionTable(globalOptions), ''].join('\n');
}

function section({ usage, about, more, options = {}, examples = [] }: Command): string {
  const [name = ''] = usage.split(' ');
  const sentence = about.charAt(0).toUpperCase() + about.slice(1);
  return [
    `### ${name}`,
    '',
    '```',
    `volley ${usage}`,
    '```',
    '',
    `${sentence}.`,
    ...(more === undefined ? [] : ['', more]),
    ...(Object.keys(options).length === 0 ? [] : ['', ...optionTable(options)]),
    ...(examples.length === 0 ? [] : ['', '```', ...examples, '```']),
    '',
  ].join('\n');
}

function optionTable(options: Options): string[] {
  const rows = Object.entries(options).map(([name, { type, value, about = '' }]) => {
    const shown = type === 'boolean' ? `--${name}` : `--${name} ${value ?? 'TEXT'}`;
    return `| \`${shown}\` | ${about.replaceAll('|', '\\|')} |`;
  });
  return ['| Option | |', '| --- | --- |', ...rows];
}

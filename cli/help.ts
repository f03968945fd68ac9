// The help: of everything, and of one command; from the same list as completion and docs/cli.md.

import { type Command, exitCodes, globalOptions, type Options } from './command.ts';
import { commands, groups } from './commands.ts';

export const EXIT_CODES: readonly (readonly [number, string])[] = [
  [exitCodes.done, 'done'],
  [exitCodes.refused, 'refused, nothing was changed; or a check or audit found something'],
  [exitCodes.usage, 'wrong use'],
  [exitCodes.unanswered, 'nothing answered; the same --key again does nothing twice'],
  [exitCodes.unconfirmed, 'not confirmed'],
  [exitCodes.needsPerson, 'waits for a person: an approval, a missed moment, a stop'],
];

/** `volley --help` */
export async function overview(): Promise<string> {
  const parts: string[] = ['volley: one moment, every channel', ''];
  const grouped = new Set(Object.values(groups).flat());
  const others = Object.keys(commands).filter((name) => !grouped.has(name));
  const width = Math.max(...Object.keys(commands).map((name) => name.length));
  for (const [title, names] of [...Object.entries(groups), ['Further', others] as const]) {
    if (names.length === 0) continue;
    parts.push(title);
    for (const name of names) {
      const command = await commands[name]?.();
      if (command) parts.push(`  ${name.padEnd(width)} ${command.about}`);
    }
    parts.push('');
  }
  parts.push(
    'volley COMMAND --help shows how one is used, with an example.',
    '',
    ...optionLines(globalOptions),
    '',
    'The token is taken from VOLLEY_TOKEN, else from the local runtime (npm start).',
    `Exit codes: ${EXIT_CODES.map(([code, about]) => `${code} ${about}`).join('\n            ')}`,
  );
  return parts.join('\n');
}

/** `volley fire --help` */
export function helpOf(command: Command): string {
  const { usage, about, more, options = {}, examples = [] } = command;
  return [
    `volley ${usage}`,
    '',
    `  ${about}`,
    ...(more === undefined ? [] : ['', ...more.split('\n').map((line) => `  ${line}`.trimEnd())]),
    '',
    ...optionLines({ ...options, ...globalOptions }),
    ...(examples.length === 0 ? [] : ['', ...examples.map((example) => `  $ ${example}`)]),
  ].join('\n');
}

export function optionLines(options: Options): string[] {
  return Object.entries(options).map(([name, { type, value, about = '' }]) => {
    const shown = type === 'boolean' ? `--${name}` : `--${name} ${value ?? 'TEXT'}`;
    return `  ${shown.padEnd(22)} ${about}`.trimEnd();
  });
}

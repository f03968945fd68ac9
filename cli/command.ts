// What a command of the command line is, and what all of them share.

import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';

export interface Option {
  readonly type: 'string' | 'boolean';
  /** May stand there several times; its value is then a list. */
  readonly multiple?: boolean;
  /** What the value is, in the help: `TEXT`. */
  readonly value?: string;
  /** One line of the command's own help. */
  readonly about?: string;
}

export type Options = { readonly [name: string]: Option };

export interface Command {
  /** The name and what follows it: `fire BURST [--outcome NAME]`. */
  readonly usage: string;
  /** One line of `volley --help`. */
  readonly about: string;
  /** A few lines of the command's own help: what a person has to know before using it. */
  readonly more?: string;
  /** Beside those that every command has. */
  readonly options?: Options;
  /** As one would type them; shown by `--help`. */
  readonly examples?: readonly string[];
  /** Words that may come first: `import`, `show`. Completion offers them. */
  readonly words?: readonly string[];
  /** @returns the exit code */
  run(args: readonly string[]): Promise<number>;
}

/** The exit codes of every command; `volley --help` and docs/cli.md state them. */
export const exitCodes = {
  done: 0,
  /** Volley said no and changed nothing, or a check or audit found something. */
  refused: 1,
  /** The command line itself: an unknown option, a missing name. */
  usage: 2,
  /** Nothing answered. The same key may be sent again: nothing is done twice. */
  unanswered: 3,
  /** Asked and not confirmed, or nobody there to ask. */
  unconfirmed: 4,
  /** Waits for a person: an approval, a missed moment, a stop. */
  needsPerson: 5,
} as const;

/** Ends the command with its message and nothing else. */
export class CommandFailure extends Error {
  readonly exitCode: number;
  /** The reason code of the API, for `--json`. */
  readonly code: string | undefined;

  constructor(message: string, exitCode: number = exitCodes.refused, code?: string) {
    super(message);
    this.exitCode = exitCode;
    this.code = code;
  }
}

export interface Parsed {
  readonly positionals: readonly string[];
  readonly json: boolean;
  readonly url: string | undefined;
  readonly data: string;
  /** The idempotency key of a command that is given again after a lost answer. */
  readonly key: string | undefined;
  readonly values: { readonly [name: string]: string | boolean | string[] | undefined };
}

/** What every command understands. */
export const globalOptions = {
  json: { type: 'boolean', about: 'one JSON object on standard output' },
  url: { type: 'string', value: 'URL', about: 'the API; else VOLLEY_URL, else the local runtime' },
  data: { type: 'string', value: 'DIR', about: 'data folder of the local runtime (.volley)' },
  key: {
    type: 'string',
    value: 'KEY',
    about: 'idempotency key: the same one again is carried out once',
  },
  help: { type: 'boolean', about: 'how it is used' },
} as const satisfies Options;

/** Whoever acts, and asks first. */
export const actOptions = {
  yes: { type: 'boolean', about: 'do not ask' },
  'dry-run': { type: 'boolean', about: 'say what would happen and change nothing' },
} as const satisfies Options;

export function parse(
  args: readonly string[],
  options: Options | ParseArgsOptionsConfig = {},
): Parsed {
  const all = { ...globalOptions, ...options } as Options;
  const config: ParseArgsOptionsConfig = Object.fromEntries(
    Object.entries(all).map(([name, { type, multiple }]) => [
      name,
      multiple === undefined ? { type } : { type, multiple },
    ]),
  );
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: config,
  });
  return {
    positionals,
    json: values.json === true,
    url: textOf(values.url),
    data: textOf(values.data) ?? process.env.VOLLEY_DATA ?? '.volley',
    key: textOf(values.key),
    values: values as Parsed['values'],
  };
}

/** The value of an option that holds a text. */
export function text(parsed: Parsed, name: string): string | undefined {
  return textOf(parsed.values[name]);
}

export function flag(parsed: Parsed, name: string): boolean {
  return parsed.values[name] === true;
}

/** The first positional, or a failure that shows how it is used. */
export function needed(parsed: Parsed, usage: string, what: string): string {
  const [first] = parsed.positionals;
  if (first !== undefined) return first;
  throw new CommandFailure(`which ${what}? volley ${usage}`, exitCodes.usage);
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

// What a command of the command line is, and what all of them share.

import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';

export interface Command {
  /** The name and what follows it: `fire BURST [--outcome NAME]`. */
  readonly usage: string;
  readonly about: string;
  /** @returns the exit code */
  run(args: readonly string[]): Promise<number>;
}

/** Ends the command with its message and nothing else. */
export class CommandFailure extends Error {
  readonly exitCode: number;

  constructor(message: string, exitCode = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}

export interface Parsed {
  readonly positionals: readonly string[];
  readonly json: boolean;
  readonly url: string | undefined;
  readonly data: string;
  readonly values: { readonly [name: string]: string | boolean | undefined };
}

export function parse(args: readonly string[], options: ParseArgsOptionsConfig = {}): Parsed {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      json: { type: 'boolean', default: false },
      url: { type: 'string' },
      data: { type: 'string', default: '.volley' },
      ...options,
    },
  });
  const { json, url, data } = values;
  return {
    positionals,
    json: json === true,
    url: typeof url === 'string' ? url : undefined,
    data: String(data),
    values: values as Parsed['values'],
  };
}

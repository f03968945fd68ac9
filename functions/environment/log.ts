// One JSON object a line on standard output, where Lambda and the local runtime pick it up: for the
// public functions, which carry no library. Everybody else writes the same through lambda-log.ts.

import type { Log } from '#domain/ports.ts';
import { correlated } from './correlated.ts';

export function createLog(write: (line: string) => void = toStandardOutput): Log {
  const line = (level: string) => (event: string, fields?: { readonly [name: string]: unknown }) =>
    write(JSON.stringify({ level, event, ...correlated(fields) }));
  return { info: line('info'), warn: line('warn'), error: line('error') };
}

function toStandardOutput(line: string): void {
  process.stdout.write(`${line}\n`);
}

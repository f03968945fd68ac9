// One JSON object a line on standard output, where Lambda and the local runtime pick it up.

import type { Log } from '#domain/ports.ts';

export function createLog(write: (line: string) => void = toStandardOutput): Log {
  const line = (level: string) => (event: string, fields?: { readonly [name: string]: unknown }) =>
    write(JSON.stringify({ level, event, ...fields }));
  return { info: line('info'), warn: line('warn'), error: line('error') };
}

function toStandardOutput(line: string): void {
  process.stdout.write(`${line}\n`);
}

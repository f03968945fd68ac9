// A file of JSON lines that only grows: what a stand-in did, written before it answers.

import {
  closeSync,
  existsSync,
  fstatSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';

const CHUNK_BYTES = 1 << 20;

export interface AppendLog {
  /** All lines in one write; once it returns they survive `kill -9` of this process. */
  append(...entries: readonly unknown[]): void;
  close(): void;
}

/**
 * Opens the log and hands every earlier entry to `replay`, oldest first. A last line that a kill
 * cut off was never answered, so it is taken away; a broken line elsewhere is an error.
 */
export function openAppendLog(path: string, replay: (entry: unknown) => void): AppendLog {
  mkdirSync(dirname(path), { recursive: true });
  const whole = replayLines(path, replay);
  const file = openSync(path, 'a', 0o600);
  if (fstatSync(file).size > whole) ftruncateSync(file, whole);
  return {
    append: (...entries) => {
      if (entries.length === 0) return;
      const bytes = Buffer.from(entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
      let written = 0;
      while (written < bytes.length) written += writeSync(file, bytes, written);
    },
    close: () => closeSync(file),
  };
}

/** Every entry of a log another process may still be writing; a line without its end is left out. */
export function readAppendLog(path: string): unknown[] {
  const entries: unknown[] = [];
  replayLines(path, (entry) => entries.push(entry));
  return entries;
}

/** @returns the bytes up to the end of the last whole line */
function replayLines(path: string, replay: (entry: unknown) => void): number {
  if (!existsSync(path)) return 0;
  const file = openSync(path, 'r');
  const chunk = Buffer.alloc(CHUNK_BYTES);
  let rest: Buffer<ArrayBufferLike> = Buffer.alloc(0);
  let whole = 0;
  try {
    for (let read = readSync(file, chunk); read > 0; read = readSync(file, chunk)) {
      let bytes = Buffer.concat([rest, chunk.subarray(0, read)]);
      for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10)) {
        replay(parse(bytes.toString('utf8', 0, end), path, whole));
        whole += end + 1;
        bytes = bytes.subarray(end + 1);
      }
      rest = bytes;
    }
  } finally {
    closeSync(file);
  }
  return whole;
}

function parse(line: string, path: string, offset: number): unknown {
  try {
    return JSON.parse(line);
  } catch (cause) {
    throw new Error(`${path} holds a line that is not JSON at byte ${offset}`, { cause });
  }
}

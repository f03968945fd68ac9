// A file of people as a stream of bytes: gzip unpacked with a limit, archives and other texts refused.

import { readSync, statSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { basename } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { CommandFailure } from './command.ts';

/** A list that unpacks to more than a hundred times its size is a trap; small ones may. */
const RATIO_MAX = 100;
const FREE_BYTES = 64 * 1024 * 1024;
const READ_BYTES = 64 * 1024;

/** Throws CommandFailure for what is no list: an archive, UTF-16, a gzip that never ends. */
export async function* openList(path: string): AsyncGenerator<Uint8Array> {
  const file = await opened(path);
  try {
    const head = Buffer.alloc(4);
    const { bytesRead } = await file.read(head, 0, 4, 0);
    refuseOthers(head.subarray(0, bytesRead), path);
    const isGzip = head[0] === 0x1f && head[1] === 0x8b;
    yield* isGzip ? unpacked(file, path) : pieces(file);
  } finally {
    await file.close();
  }
}

async function opened(path: string): Promise<FileHandle> {
  try {
    if (statSync(path).isDirectory()) throw new CommandFailure(`${path} is a folder: name a CSV`);
    return await open(path);
  } catch (error) {
    if (error instanceof CommandFailure) throw error;
    const { code = '' } = error as { code?: string };
    const why = code === 'ENOENT' ? 'there is no such file' : `it cannot be read (${code})`;
    throw new CommandFailure(`${path}: ${why}`);
  }
}

function refuseOthers(head: Buffer, path: string): void {
  const name = basename(path);
  if (head.subarray(0, 2).toString('latin1') === 'PK') {
    throw new CommandFailure(
      `${name} is an archive or a spreadsheet: unpack it, or save it as CSV`,
    );
  }
  const mark = head.subarray(0, 2).toString('hex');
  if (mark === 'fffe' || mark === 'feff') {
    throw new CommandFailure(`${name} is UTF-16: save it as CSV UTF-8`);
  }
}

/** Each good until the next one is asked for. */
function* pieces(file: FileHandle): Generator<Buffer> {
  const place = Buffer.allocUnsafe(READ_BYTES);
  for (let position = 0; ; ) {
    // In this thread: the pool would keep memory of its own for every one of its threads.
    const bytesRead = readSync(file.fd, place, 0, READ_BYTES, position);
    if (bytesRead === 0) return;
    position += bytesRead;
    yield place.subarray(0, bytesRead);
  }
}

/** Each on its own: whoever unpacks them keeps them for a while. */
function* copies(file: FileHandle): Generator<Buffer> {
  for (const piece of pieces(file)) yield Buffer.from(piece);
}

async function* unpacked(file: FileHandle, path: string): AsyncGenerator<Uint8Array> {
  const { size } = await file.stat();
  const bytesMax = Math.max(FREE_BYTES, size * RATIO_MAX);
  const gunzip = createGunzip();
  const feeding = pipeline(copies(file), gunzip).catch((error: unknown) => error);
  let bytes = 0;
  try {
    for await (const piece of gunzip) {
      bytes += (piece as Buffer).length;
      if (bytes > bytesMax) {
        throw new CommandFailure(
          `${basename(path)} unpacks to more than ${RATIO_MAX} times its size: refused`,
        );
      }
      yield piece as Buffer;
    }
  } catch (error) {
    if (error instanceof CommandFailure) throw error;
    throw new CommandFailure(`${basename(path)} is a damaged gzip file`);
  } finally {
    gunzip.destroy();
    await feeding;
  }
}

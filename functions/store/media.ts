// Images and other bytes a burst needs, stored under the digest of what they are.

import { createHash } from 'node:crypto';
import { Fault, Refusal } from '#domain/faults.ts';
import type { Table } from '#domain/ports.ts';
import { getBlob, putBlob } from './blob.ts';
import { corrupt } from './item.ts';
import { keys, stretches } from './keys.ts';

const MEDIA_BYTES_MAX = 64 * 1024 * 1024;

/** Stores the bytes and answers with their SHA-256 (hex). Throws Refusal `media_too_large`. */
export async function saveMedia(table: Table, bytes: Uint8Array): Promise<string> {
  if (bytes.length > MEDIA_BYTES_MAX) {
    const limit = `at most ${MEDIA_BYTES_MAX} bytes`;
    throw new Refusal('media_too_large', `a file of ${bytes.length} bytes is too large`, { limit });
  }
  const sha256 = digestOf(bytes);
  await putBlob(table, (part) => keys.media(sha256, part), bytes);
  return sha256;
}

/** Throws Fault `media_missing`, or `store_corrupt` when the bytes are not those of the digest. */
export async function loadMedia(table: Table, sha256: string): Promise<Uint8Array> {
  const key = keys.media(sha256, 0);
  const bytes = await getBlob(table, key, stretches.media(sha256));
  if (!bytes) {
    throw new Fault('media_missing', `there is no file ${sha256}`, { retryable: false });
  }
  if (digestOf(bytes) !== sha256) throw corrupt(key, 'its bytes have another digest');
  return bytes;
}

function digestOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

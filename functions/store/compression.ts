// JSON as few bytes: zlib's deflate with its checksum, so that a damaged item is noticed.

import { deflateSync, inflateSync } from 'node:zlib';
import type { Key } from '#domain/ports.ts';
import { corrupt } from './item.ts';

/** A megabyte of item never unpacks to more than this. */
const UNPACKED_BYTES_MAX = 256 * 1024 * 1024;
/** zlib gathers what it makes in pieces of this size; most items need far less than one. */
const PIECE_BYTES_MAX = 16 * 1024;

/**
 * Synchronous on purpose: a chunk of 2,000 members takes about a millisecond, and a caller that
 * runs on a virtual clock must not wait for a thread. Level 6: brotli at like cost saves 2 %.
 */
export function packJson(value: unknown): Uint8Array {
  const text = JSON.stringify(value);
  return deflateSync(text, { level: 6, chunkSize: pieceFor(text.length) });
}

/** Throws Fault `store_corrupt` for anything `packJson` did not make. */
export function unpackJson(bytes: Uint8Array, key: Key): unknown {
  try {
    const chunkSize = pieceFor(8 * bytes.length);
    const options = { maxOutputLength: UNPACKED_BYTES_MAX, chunkSize };
    return JSON.parse(inflateSync(bytes, options).toString());
  } catch (cause) {
    throw corrupt(key, 'its bytes do not unpack', cause);
  }
}

/** Room for so many bytes and zlib's own few: a short text costs half of what a whole piece does. */
function pieceFor(bytes: number): number {
  return Math.min(PIECE_BYTES_MAX, bytes + 64);
}

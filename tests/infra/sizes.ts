// How big each uploaded function is, and what it may be.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

const KILOBYTE = 1_024;

/** Functions that anybody may call start cold most often: no SDK in them. */
const PUBLIC = new Set(['click', 'convert', 'unsubscribe']);
const PUBLIC_MINIFIED_KB_MAX = 20;
const GZIP_KB_MAX = 250;

export interface Size {
  readonly name: string;
  readonly minifiedKb: number;
  readonly gzipKb: number;
  /** Undefined where it is within its limit. */
  readonly problem?: string;
}

/** @param bundles a folder by function name */
export function sizesOf(bundles: ReadonlyMap<string, string>): Size[] {
  return [...bundles].map(([name, folder]) => {
    const code = readFileSync(join(folder, 'index.mjs'));
    return sizeOf(name, code.length, gzipSync(code, { level: 9 }).length);
  });
}

export function sizeOf(name: string, bytes: number, gzipBytes: number): Size {
  const [minifiedKb, gzipKb] = [round(bytes / KILOBYTE), round(gzipBytes / KILOBYTE)];
  const size = { name, minifiedKb, gzipKb };
  if (PUBLIC.has(name) && bytes > PUBLIC_MINIFIED_KB_MAX * KILOBYTE) {
    const problem = `${name} has ${minifiedKb} KB minified, at most ${PUBLIC_MINIFIED_KB_MAX}`;
    return { ...size, problem };
  }
  if (!PUBLIC.has(name) && gzipBytes > GZIP_KB_MAX * KILOBYTE) {
    return { ...size, problem: `${name} has ${gzipKb} KB compressed, at most ${GZIP_KB_MAX}` };
  }
  return size;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

// Everything an item says, what is stored compressed included, for whoever looks for a text in it.

import { inflateSync } from 'node:zlib';

export function textOf(value: unknown): string {
  return JSON.stringify(value, (_key, one: unknown) => {
    const bytes = bytesOf(one);
    return bytes === undefined ? one : `${unpacked(bytes)}${bytes.toString('latin1')}`;
  });
}

function bytesOf(value: unknown): Buffer | undefined {
  if (value instanceof Uint8Array) return Buffer.from(value);
  const { type, data } = (value ?? {}) as { type?: unknown; data?: unknown };
  return type === 'Buffer' && Array.isArray(data) ? Buffer.from(data as number[]) : undefined;
}

function unpacked(bytes: Buffer): string {
  try {
    return inflateSync(bytes).toString();
  } catch {
    return '';
  }
}

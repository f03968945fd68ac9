// Real chance, for ids and jitter.

import type { Entropy } from '#domain/ports.ts';
import { ulid } from './ulid.ts';

export function createEntropy(): Entropy {
  return { id: () => ulid(Date.now()), fraction: () => Math.random() };
}

// Addresses that fire one burst: each found by the digest of its secret part, which is kept nowhere.

import { createHash } from 'node:crypto';
import * as z from 'zod/mini';
import { Id, InstantSchema, Mark, Name } from '#domain/ids.ts';
import type { Table } from '#domain/ports.ts';
import { fromItem, toItem } from './item.ts';
import { keys, stretches } from './keys.ts';
import { queryAll } from './query-all.ts';
import { putSame, unlessRevoked } from './save.ts';

export const Signal = z.strictObject({
  burst: Id,
  /** The first characters of the digest: enough to name it by, no help in using it. */
  id: Id,
  digest: z.string(),
  /** As which of the planned outcomes it fires. */
  outcome: z.optional(Name),
  /** As it stands in the audit log: what will send it. */
  name: Mark,
  createdBy: Mark,
  createdAt: InstantSchema,
  expiresAt: InstantSchema,
  revokedAt: z.optional(InstantSchema),
});
export type Signal = z.output<typeof Signal>;

/** A signal that was revoked stays so. */
export async function saveSignal(table: Table, signal: Signal): Promise<void> {
  const item = toItem(Signal, keys.signal(signal.burst, signal.digest), signal);
  await putSame(table, item, signal.revokedAt === undefined ? unlessRevoked : undefined);
}

/** Read strongly: one that was taken back fails at once. */
export async function findSignal(
  table: Table,
  burst: string,
  secret: string,
): Promise<Signal | undefined> {
  const item = await table.get(keys.signal(burst, signalDigest(secret)), { consistent: true });
  return item && fromItem(Signal, item);
}

export async function listSignals(table: Table, burst: string): Promise<Signal[]> {
  const items = await queryAll(table, { ...stretches.signals(burst), consistent: true });
  return items.map((item) => fromItem(Signal, item));
}

/** A plain digest is enough for a random secret of 160 bits. */
export function signalDigest(secret: string): string {
  return createHash('sha256').update(`signal\n${secret}`).digest('hex');
}

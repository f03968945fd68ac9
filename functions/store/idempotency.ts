// Requests that may be repeated under a key of the caller's: done once, answered alike.

import * as z from 'zod/mini';
import { InstantSchema, Mark } from '#domain/ids.ts';
import type { Item, Table } from '#domain/ports.ts';
import { fromItem, fromJson, toItem } from './item.ts';
import { keys } from './keys.ts';
import { compareAndSave, type Saved } from './save.ts';

export const IdempotencyKey = z.strictObject({
  /** Principal and the caller's own key. */
  key: z.string().check(z.minLength(1), z.maxLength(512)),
  revision: z.int(),
  nonce: Mark,
  /** Digest of the request: the same key must mean the same request. */
  request: z.string(),
  /** Until then whoever claimed it is thought to be at work. */
  busyUntil: InstantSchema,
  /** Until then the key is remembered. */
  keepUntil: InstantSchema,
  /** What was answered, as JSON; absent while the request is being worked on. */
  answer: z.optional(z.unknown()),
});
export type IdempotencyKey = z.output<typeof IdempotencyKey>;

export interface KeyClaim {
  readonly key: string;
  readonly request: string;
  readonly now: number;
  readonly busyUntil: number;
  readonly keepUntil: number;
}

export type ClaimedKey =
  /** Do it, then record the answer with this claim. */
  | { readonly kind: 'claimed'; readonly claim: IdempotencyKey }
  | { readonly kind: 'answered'; readonly answer: unknown }
  /** Another is at it; ask again. */
  | { readonly kind: 'busy'; readonly until: number }
  | { readonly kind: 'other_request' };

/** Claims a key for one request; expiry is judged here, whatever the table still holds. */
export async function claimKey(table: Table, claim: KeyClaim, nonce: string): Promise<ClaimedKey> {
  const { key, request, now, busyUntil, keepUntil } = claim;
  const item = await table.get(keys.idempotency(key), { consistent: true });
  const stored = item && decode(item);
  const standing = standingOf(stored, request, now);
  if (standing) return standing;
  const next = { key, revision: 0, nonce, request, busyUntil, keepUntil };
  const saved = await save(table, stored, next, nonce);
  if (saved.kind === 'saved') return { kind: 'claimed', claim: saved.item };
  return standingOf(saved.current, request, now) ?? { kind: 'busy', until: busyUntil };
}

/** Records the answer of a claim; `lost` when the claim had lapsed and another took it. */
export function recordAnswer(
  table: Table,
  claim: IdempotencyKey,
  answer: unknown,
  nonce: string,
): Promise<Saved<IdempotencyKey>> {
  return save(table, claim, { ...claim, answer }, nonce);
}

/** What a stored key says about a new request; undefined: it is free. */
function standingOf(
  stored: IdempotencyKey | undefined,
  request: string,
  now: number,
): ClaimedKey | undefined {
  if (!stored || stored.keepUntil <= now) return undefined;
  if (stored.request !== request) return { kind: 'other_request' };
  if (stored.answer !== undefined) return { kind: 'answered', answer: stored.answer };
  return stored.busyUntil <= now ? undefined : { kind: 'busy', until: stored.busyUntil };
}

function save(
  table: Table,
  previous: IdempotencyKey | undefined,
  next: IdempotencyKey,
  nonce: string,
): Promise<Saved<IdempotencyKey>> {
  return compareAndSave(table, keys.idempotency(next.key), previous, next, encode, decode, nonce);
}

function encode(stored: IdempotencyKey): Item {
  const { answer, ...rest } = stored;
  return {
    ...toItem(IdempotencyKey, keys.idempotency(stored.key), rest),
    ...(answer === undefined ? {} : { answer: JSON.stringify(answer) }),
    expires: Math.ceil(stored.keepUntil / 1000),
  };
}

function decode(item: Item): IdempotencyKey {
  const answer = fromJson(item, 'answer');
  const whole = answer === undefined ? item : ({ ...item, answer } as Item);
  return fromItem(IdempotencyKey, whole, ['expires']);
}

// Compare-and-save: every write demands the revision before it and knows its own mark again.

import { Fault, isUnanswered } from '#domain/faults.ts';
import type { Condition, Item, Key, Table, Written } from '#domain/ports.ts';

export type Saved<T> =
  | { readonly kind: 'saved'; readonly item: T }
  /** Somebody else's revision stands there; undefined when the item is gone. */
  | { readonly kind: 'lost'; readonly current: T | undefined };

export interface Revised {
  readonly revision: number;
  readonly nonce: string;
}

/** How often an identical conditional put is repeated while its answers are lost. */
const REPEATS_MAX = 3;

/**
 * Writes `next` under the revision after `previous` (1 for a new item) if `previous` still stands.
 *
 * A put whose answer was lost is decided by a strong read: our nonce stands there, so it was
 * saved; the previous revision stands there, so the same put is repeated, and the condition lets
 * only one of the two take effect, however late the first arrives; anything else, so it is lost.
 * `lost` says that what stands there now is not ours, not that ours never stood there.
 *
 * Throws Fault `store_unanswered` when the decision itself could not be read: the write may still
 * take effect later. `store_throttled` and `store_refused` are thrown only when it cannot.
 * @param nonce fresh for every call; the writer's own mark
 */
export async function compareAndSave<T extends Revised>(
  table: Table,
  key: Key,
  previous: T | undefined,
  next: T,
  encode: (value: T) => Item,
  decode: (item: Item) => T,
  nonce: string,
): Promise<Saved<T>> {
  const wanted: T = { ...next, revision: (previous?.revision ?? 0) + 1, nonce };
  const item = encode(wanted);
  const condition = standsAt(previous);
  let doubt: Fault | undefined;
  for (let attempt = 0; attempt <= REPEATS_MAX; attempt += 1) {
    const answer = await tryPut(table, item, condition);
    if (answer.kind === 'written') return { kind: 'saved', item: wanted };
    doubt = doubtAfter(answer, doubt);
    const current = await readStrongly(table, key, doubt);
    if (isSame(current, wanted)) return { kind: 'saved', item: wanted };
    // A failed condition is an answer: with no earlier put under way, nothing of ours can follow.
    const isUntouched = doubt !== undefined && current?.revision === previous?.revision;
    if (!isUntouched) return { kind: 'lost', current: current && decode(current) };
  }
  throw doubt;
}

/**
 * A put that may be repeated at will because it always writes the same: under the item's own key
 * the same content. Repeats while the answer is lost, then throws Fault `store_unanswered`. One
 * whose answer was lost may arrive up to a minute late: over whatever was written since, unless
 * the condition, which is asked then, speaks against it. A condition that failed may have been met
 * by an earlier repeat.
 */
export async function putSame(
  table: Table,
  item: Item,
  condition?: Condition,
): Promise<Written['kind']> {
  for (let attempt = 0; ; attempt += 1) {
    const answer = await tryPut(table, item, condition);
    if (answer.kind !== 'fault') return answer.kind;
    if (attempt >= REPEATS_MAX || !isUnanswered(answer.error)) throw answer.error;
  }
}

/** Of what is made once and may be revoked: a late put of its making must not undo that. */
export const unlessRevoked: Condition = { kind: 'absent', attribute: 'revokedAt' };

/**
 * As `putSame`, for what must not come again once it has been changed: written only where nothing
 * stands. A put whose answer was lost and that arrives late finds its repeat there and leaves it,
 * with whatever was made of it since.
 */
export function putNew(table: Table, item: Item): Promise<Written['kind']> {
  return putSame(table, item, { kind: 'item_absent' });
}

type PutAnswer = Written | { readonly kind: 'fault'; readonly error: Fault };

/** After a lost answer the put may still arrive, whatever becomes of its repeats. */
function doubtAfter(answer: PutAnswer, doubt: Fault | undefined): Fault | undefined {
  if (doubt !== undefined || answer.kind !== 'fault') return doubt;
  if (!isUnanswered(answer.error)) throw answer.error;
  return answer.error;
}

function isSame(current: Item | undefined, wanted: Revised): boolean {
  return current?.nonce === wanted.nonce && current.revision === wanted.revision;
}

/** Faults become values; anything else is no answer of a table and goes on up. */
async function tryPut(table: Table, item: Item, condition?: Condition): Promise<PutAnswer> {
  try {
    return await table.put(item, condition);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return { kind: 'fault', error };
  }
}

/** A read that faults is repeated; what then remains unknown is the put. */
async function readStrongly(
  table: Table,
  key: Key,
  doubt: Fault | undefined,
): Promise<Item | undefined> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await table.get(key, { consistent: true });
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      if (attempt >= REPEATS_MAX) throw doubt ?? error;
    }
  }
}

function standsAt(previous: Revised | undefined): Condition {
  if (previous === undefined) return { kind: 'item_absent' };
  return { kind: 'equals', attribute: 'revision', value: previous.revision };
}

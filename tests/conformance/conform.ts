// Applies the same operations to two tables and says where they disagree.

import { isDeepStrictEqual } from 'node:util';
import { Fault } from '#domain/faults.ts';
import type { Attribute, Item, Key, Query, Table } from '#domain/ports.ts';
import { Chance, type Operation, partitions, randomOperation } from './operations.ts';

export interface Conformed {
  readonly operations: number;
  readonly disagreements: readonly Disagreement[];
}

interface Disagreement {
  /** Counted from 0; the number of operations for the state at the end. */
  readonly at: number;
  readonly operation: Operation | 'final state';
  readonly ours: unknown;
  readonly theirs: unknown;
}

export interface ConformOptions {
  readonly operations: number;
  readonly seed: number;
  /** An index that lags behind is asked again for this long before it counts as disagreeing. */
  readonly indexLagMs?: number;
}

/** Answers of every operation, and the whole state after the last. */
export async function conform(
  ours: Table,
  theirs: Table,
  options: ConformOptions,
): Promise<Conformed> {
  const chance = new Chance(options.seed);
  const disagreements: Disagreement[] = [];
  for (let at = 0; at < options.operations; at += 1) {
    const operation = randomOperation(chance);
    const expected = await answerOf(ours, operation);
    const actual = await agreeingAnswer(theirs, operation, expected, options.indexLagMs ?? 0);
    if (!isDeepStrictEqual(expected, actual)) {
      disagreements.push({ at, operation, ours: expected, theirs: actual });
    }
  }
  const [mine, other] = [await stateOf(ours), await stateOf(theirs)];
  if (!isDeepStrictEqual(mine, other)) {
    const at = options.operations;
    disagreements.push({ at, operation: 'final state', ours: mine, theirs: other });
  }
  return { operations: options.operations, disagreements };
}

async function agreeingAnswer(
  table: Table,
  operation: Operation,
  expected: unknown,
  lagMs: number,
): Promise<unknown> {
  const isLagging =
    operation.kind === 'query' ? !operation.query.consistent : isEventual(operation);
  const end = performance.now() + (isLagging ? lagMs : 0);
  for (;;) {
    const actual = await answerOf(table, operation);
    if (isDeepStrictEqual(expected, actual) || performance.now() >= end) return actual;
  }
}

function isEventual(operation: Operation): boolean {
  return operation.kind === 'get' && !operation.consistent;
}

/** What a caller sees: the answer, or the fault's code. */
async function answerOf(table: Table, operation: Operation): Promise<unknown> {
  try {
    switch (operation.kind) {
      case 'get':
        return comparable(await table.get(operation.key, { consistent: operation.consistent }));
      case 'put':
        return await table.put(operation.item, operation.condition);
      case 'update':
        return await table.update(operation.key, operation.change, operation.condition);
      case 'delete':
        return await table.delete(operation.key, operation.condition);
      case 'query':
        return await pagesOf(table, operation.query);
    }
  } catch (error) {
    if (error instanceof Fault) return { fault: error.code };
    throw error;
  }
}

/**
 * The sizes of all pages and their items in order. Items that share an index key may come in any
 * order, so they are put into one; that the index keys themselves ascend is compared as it is.
 */
async function pagesOf(table: Table, query: Query): Promise<unknown> {
  const items: Item[] = [];
  const sizes: number[] = [];
  let after: (Key & { readonly [name: string]: Attribute }) | undefined;
  do {
    const page = await table.query(after ? { ...query, after } : query);
    items.push(...page.items);
    sizes.push(page.items.length);
    after = page.next;
  } while (after);
  if (!query.index) return { sizes, items: items.map(comparable) };
  const sort = query.index === 'due' ? 'wakeAt' : 'momentAt';
  const order = items.map((item) => item[sort]);
  return { sizes, order, items: items.map(comparable).toSorted() };
}

/** One text for equal items, whatever the order of their attributes and the kind of their bytes. */
function comparable(value: Attribute | undefined): string {
  return JSON.stringify(value, (_name, member: unknown) => {
    if (member instanceof Uint8Array) return { bytes: Buffer.from(member).toString('hex') };
    if (Buffer.isBuffer(member)) return { bytes: member.toString('hex') };
    if (typeof member !== 'object' || member === null || Array.isArray(member)) return member;
    return Object.fromEntries(Object.entries(member).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  });
}

async function stateOf(table: Table): Promise<unknown> {
  const state: unknown[] = [];
  for (const pk of partitions) state.push(await pagesOf(table, { pk, consistent: true }));
  return state;
}

// What was concluded of a burst, kept as it was said: the first one of a name stands.

import type { Item, Table } from '#domain/ports.ts';
import { dataOf } from './blob.ts';
import { packJson, unpackJson } from './compression.ts';
import { corrupt } from './item.ts';
import { keys, stretches } from './keys.ts';
import { queryAll } from './query-all.ts';
import { compareAndSave } from './save.ts';

/** A report with everything it was computed from. */
export interface Comparison {
  /** `final`, or the instant of an earlier look. */
  readonly name: string;
  readonly savedAt: number;
  readonly report: object;
}

interface Kept extends Comparison {
  readonly revision: number;
  readonly nonce: string;
}

/** Keeps it if none of this name is there; answers with the one that stands. */
export async function saveComparison(
  table: Table,
  burst: string,
  comparison: Comparison,
  nonce: string,
): Promise<Comparison> {
  const { name } = comparison;
  const key = keys.comparison(burst, name);
  const encode = ({ revision, nonce: mark, savedAt, report }: Kept): Item => ({
    ...key,
    revision,
    nonce: mark,
    savedAt,
    data: packJson(report),
  });
  const next: Kept = { ...comparison, revision: 0, nonce: '' };
  const saved = await compareAndSave(table, key, undefined, next, encode, decode, nonce);
  const { savedAt, report } = saved.kind === 'saved' ? saved.item : (saved.current ?? next);
  return { name, savedAt, report };
}

/** Read strongly. */
export async function loadComparison(
  table: Table,
  burst: string,
  name: string,
): Promise<Comparison | undefined> {
  const item = await table.get(keys.comparison(burst, name), { consistent: true });
  if (!item) return undefined;
  const { savedAt, report } = decode(item);
  return { name, savedAt, report };
}

/** Every comparison of a burst, by name. */
export async function listComparisons(table: Table, burst: string): Promise<Comparison[]> {
  const items = await queryAll(table, { ...stretches.comparisons(burst), consistent: true });
  return items.map(decodeComparison);
}

/** As an item of a longer query holds it. */
export function decodeComparison(item: Item): Comparison {
  const { name, savedAt, report } = decode(item);
  return { name, savedAt, report };
}

function decode(item: Item): Kept {
  const report = unpackJson(dataOf(item), item);
  const { revision, nonce, savedAt, sk } = item;
  if (typeof report !== 'object' || report === null) throw corrupt(item, 'it holds no report');
  if (typeof savedAt !== 'number') throw corrupt(item, 'it does not say when it was saved');
  const name = sk.slice('R#'.length);
  return { name, savedAt, report, revision: Number(revision), nonce: String(nonce) };
}

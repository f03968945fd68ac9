// A tree of facts: leaves hold what is known of recipients or visitors, branches hold the tallies
// of their children. Every node is one item of about a kilobyte, written by compare-and-save.

import type { Facts } from '#domain/facts.ts';
import type { Item, Table } from '#domain/ports.ts';
import { dataOf } from './blob.ts';
import { packJson, unpackJson } from './compression.ts';
import { FactsColumns, factsColumns, factsOf } from './facts-columns.ts';
import { corrupt, parsed } from './item.ts';
import { keys } from './keys.ts';
import { pagesOf } from './query-all.ts';
import { compareAndSave, type Saved } from './save.ts';
import { type Children, ChildrenForm, childrenForm, childrenOf } from './tally-form.ts';

/** `o`: recipients by ordinal; `v`: visitors. Each is a tree of its own. */
export type Space = 'o' | 'v';

interface Node {
  readonly burst: string;
  readonly space: Space;
  /** Digits of base 16 from the root down; the root's is empty. */
  readonly path: string;
  readonly revision: number;
  readonly nonce: string;
}

export interface Leaf extends Node {
  readonly kind: 'leaf';
  /** By ordinal as text, or by visitor. */
  readonly facts: ReadonlyMap<string, Facts>;
}

export interface Branch extends Node {
  readonly kind: 'branch';
  readonly children: Children;
}

export type FactsNode = Leaf | Branch;

/** Read strongly. */
export async function loadNode(
  table: Table,
  burst: string,
  space: Space,
  path: string,
): Promise<FactsNode | undefined> {
  const item = await table.get(keys.facts(burst, space, path), { consistent: true });
  return item && decode(item, burst, space, path);
}

/** Every leaf of a tree, page by page; read strongly. */
export async function* listLeaves(table: Table, burst: string, space: Space): AsyncGenerator<Leaf> {
  const { pk } = keys.facts(burst, space, '');
  for await (const items of pagesOf(table, { pk, consistent: true })) {
    for (const item of items) {
      if (item.kind !== 'leaf') continue;
      const node = decode(item, burst, space, item.sk.slice('#'.length));
      if (node.kind === 'leaf') yield node;
    }
  }
}

export function saveNode<T extends FactsNode>(
  table: Table,
  previous: FactsNode | undefined,
  next: T,
  nonce: string,
): Promise<Saved<FactsNode>> {
  const { burst, space, path } = next;
  const key = keys.facts(burst, space, path);
  const read = (item: Item) => decode(item, burst, space, path);
  return compareAndSave<FactsNode>(table, key, previous, next, encode, read, nonce);
}

function encode(node: FactsNode): Item {
  const { burst, space, path, revision, nonce, kind } = node;
  const key = keys.facts(burst, space, path);
  const form =
    node.kind === 'leaf'
      ? parsed(FactsColumns, factsColumns(node.facts), key)
      : parsed(ChildrenForm, childrenForm(node.children), key);
  return { ...key, revision, nonce, kind, data: packJson(form) };
}

function decode(item: Item, burst: string, space: Space, path: string): FactsNode {
  const { revision, nonce, kind } = item;
  if (typeof revision !== 'number' || typeof nonce !== 'string') {
    throw corrupt(item, 'it has no revision');
  }
  const form = unpackJson(dataOf(item), item);
  const node = { burst, space, path, revision, nonce };
  if (kind === 'leaf') {
    return { ...node, kind, facts: factsOf(parsed(FactsColumns, form, item), item) };
  }
  if (kind !== 'branch') throw corrupt(item, 'it is neither leaf nor branch');
  return { ...node, kind, children: childrenOf(parsed(ChildrenForm, form, item)) };
}

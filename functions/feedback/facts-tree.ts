// Merges events into a burst's tree of facts and carries the new tallies up to its root.

import type { FeedbackEvent } from '#domain/event.ts';
import { type Facts, mergeFacts, noFacts } from '#domain/facts.ts';
import { type FoldRule, foldFacts } from '#domain/fold-facts.ts';
import type { Table } from '#domain/ports.ts';
import { sumTallies } from '#domain/tally.ts';
import {
  type Branch,
  type FactsNode,
  type Leaf,
  loadNode,
  type Space,
  saveNode,
} from '#store/facts.ts';
import type { Child } from '#store/tally-form.ts';
import { createAtMost } from './at-most.ts';
import { digitsOf, holderOf, mergeEvent } from './merge-event.ts';

/** Visitors in one leaf before it becomes a branch: about a kilobyte. */
const LEAF_VISITORS_MAX = 40;
const VISITOR_DEPTH_MAX = 8;
const REQUESTS_MAX = 32;

export interface TreeOptions {
  readonly table: Table;
  readonly burst: string;
  readonly space: Space;
  /** Levels above the leaves; visitors' leaves split on their own. */
  readonly depth: number;
  readonly rule: FoldRule;
  /** A fresh mark for every write. */
  readonly nonce: () => string;
}

/** What is to be added, by holder: facts that were news, or empty ones that are only looked up. */
type Delta = Map<string, { readonly digits: string; readonly facts: Facts }>;

/**
 * One batch on one tree: first `findNews`, then `merge`. Everything is idempotent: a batch that
 * failed half-way is simply given again, and one that was merged before writes nothing.
 */
export class FactsTree {
  readonly #options: TreeOptions;
  readonly #atMost = createAtMost(REQUESTS_MAX);
  /** As last read or written by us; only ever used as a first guess. */
  readonly #known = new Map<string, FactsNode | undefined>();
  readonly #delta: Delta = new Map();

  constructor(options: TreeOptions) {
    this.#options = options;
  }

  /** The events that would change a fact. The others are in the facts already. */
  async findNews(events: readonly FeedbackEvent[]): Promise<FeedbackEvent[]> {
    const { space, depth } = this.#options;
    const placed = events.map((event) => {
      const { key } = holderOf(event);
      return { event, key, digits: digitsOf(space, key, depth) };
    });
    const news: FeedbackEvent[] = [];
    await this.#eachLeaf('', placed, (leaf, here) => {
      const copies = new Map<string, Facts>();
      for (const { event, key, digits } of here) {
        const copy = copies.get(key) ?? { ...(leaf?.facts.get(key) ?? noFacts()) };
        copies.set(key, copy);
        const delta = this.#delta.get(key) ?? { digits, facts: noFacts() };
        this.#delta.set(key, delta);
        if (!mergeEvent(copy, event)) continue;
        mergeEvent(delta.facts, event);
        news.push(event);
      }
    });
    return news;
  }

  /** Writes the news and brings every branch up to the root up to date. */
  merge(): Promise<Child> {
    return this.#merge('', this.#delta);
  }

  async #eachLeaf<T extends { readonly digits: string }>(
    path: string,
    items: readonly T[],
    visit: (leaf: Leaf | undefined, items: readonly T[]) => void,
  ): Promise<void> {
    const node = await this.#load(path);
    if (node?.kind !== 'branch' && !this.#isBranch(path)) {
      visit(node, items);
      return;
    }
    const groups = byDigit(items, path.length);
    await Promise.all(
      [...groups].map(([digit, group]) => this.#eachLeaf(path + digit, group, visit)),
    );
  }

  async #merge(path: string, delta: Delta): Promise<Child> {
    const node = this.#known.has(path) ? this.#known.get(path) : await this.#load(path);
    return node?.kind === 'branch' || this.#isBranch(path)
      ? this.#mergeBranch(path, delta, node)
      : this.#mergeLeaf(path, delta, node);
  }

  async #mergeLeaf(path: string, delta: Delta, first: Leaf | undefined): Promise<Child> {
    let node: FactsNode | undefined = first;
    for (;;) {
      if (node?.kind === 'branch') return this.#mergeBranch(path, delta, node);
      const facts = merged(node, delta);
      if (node && !facts) return this.#childOf(node);
      const all = facts ?? new Map<string, Facts>();
      const next = this.#isTooFull(path, all)
        ? await this.#split(path, all)
        : ({ ...this.#nodeAt(path), kind: 'leaf', facts: all } satisfies Leaf);
      const saved = await this.#save(node, next);
      if (saved.kind === 'saved') return this.#childOf(saved.item);
      node = saved.current;
    }
  }

  async #mergeBranch(path: string, delta: Delta, first: FactsNode | undefined): Promise<Child> {
    const children = await this.#mergeChildren(path, delta);
    let node = first;
    for (;;) {
      const known = node?.kind === 'branch' ? node.children : {};
      const newer = Object.entries(children).filter(
        ([digit, child]) => child.revision > (known[digit]?.revision ?? 0),
      );
      if (node?.kind === 'branch' && newer.length === 0) return this.#childOf(node);
      const next: Branch = {
        ...this.#nodeAt(path),
        kind: 'branch',
        children: { ...known, ...Object.fromEntries(newer) },
      };
      const saved = await this.#save(node, next);
      if (saved.kind === 'saved') return this.#childOf(saved.item);
      node = saved.current;
    }
  }

  /**
   * Copies a leaf's facts to the leaves below it. The branch is only written afterwards, under the
   * leaf's own revision, so that nothing is lost and nothing counts twice whenever this ends.
   */
  async #split(path: string, facts: ReadonlyMap<string, Facts>): Promise<Branch> {
    const { space, depth } = this.#options;
    const delta: Delta = new Map();
    for (const [key, own] of facts) {
      delta.set(key, { digits: digitsOf(space, key, depth), facts: own });
    }
    const children = await this.#mergeChildren(path, delta);
    return { ...this.#nodeAt(path), kind: 'branch', children };
  }

  async #mergeChildren(path: string, delta: Delta): Promise<Record<string, Child>> {
    const entries = [...delta].map(([key, one]) => ({ key, digits: one.digits, one }));
    const children: Record<string, Child> = {};
    await Promise.all(
      [...byDigit(entries, path.length)].map(async ([digit, group]) => {
        const below: Delta = new Map(group.map(({ key, one }) => [key, one]));
        children[digit] = await this.#merge(path + digit, below);
      }),
    );
    return children;
  }

  /** Recipients' branches are where the list's size puts them, written or not. */
  #isBranch(path: string): boolean {
    return this.#options.space === 'o' && path.length < this.#options.depth;
  }

  #isTooFull(path: string, facts: ReadonlyMap<string, Facts>): boolean {
    if (this.#options.space === 'o' || path.length >= VISITOR_DEPTH_MAX) return false;
    return facts.size > LEAF_VISITORS_MAX;
  }

  #nodeAt(path: string) {
    const { burst, space } = this.#options;
    return { burst, space, path, revision: 0, nonce: '' };
  }

  async #load(path: string): Promise<FactsNode | undefined> {
    const { table, burst, space } = this.#options;
    const node = await this.#atMost(() => loadNode(table, burst, space, path));
    this.#known.set(path, node);
    return node;
  }

  async #save(previous: FactsNode | undefined, next: FactsNode) {
    const { table, nonce } = this.#options;
    const saved = await this.#atMost(() => saveNode(table, previous, next, nonce()));
    this.#known.set(next.path, saved.kind === 'saved' ? saved.item : saved.current);
    return saved;
  }

  #childOf(node: FactsNode): Child {
    const tally =
      node.kind === 'leaf'
        ? foldFacts(node.facts, this.#options.rule)
        : sumTallies(Object.values(node.children).map((child) => child.tally));
    return { revision: node.revision, tally };
  }
}

/** The leaf's facts with the news in them, or undefined when nothing of it was news. */
function merged(leaf: Leaf | undefined, delta: Delta): Map<string, Facts> | undefined {
  const facts = new Map(leaf?.facts);
  let isNews = false;
  for (const [key, added] of delta) {
    const own = { ...(facts.get(key) ?? noFacts()) };
    if (!mergeFacts(own, added.facts)) continue;
    facts.set(key, own);
    isNews = true;
  }
  return isNews ? facts : undefined;
}

function byDigit<T extends { readonly digits: string }>(
  items: readonly T[],
  place: number,
): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const digit = item.digits[place] ?? '0';
    const group = groups.get(digit);
    if (group) group.push(item);
    else groups.set(digit, [item]);
  }
  return groups;
}

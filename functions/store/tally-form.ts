// Tallies as they are stored: counts by link, and what a branch of the tree keeps of its children.

import * as z from 'zod/mini';
import type { Tally } from '#domain/tally.ts';

/** Counts are whole and never negative; their places are those of `counters`. */
export const TallyForm = z.record(z.string(), z.array(z.int().check(z.gte(0))));

/** The tally of one child, and which revision of the child it was folded from. */
export const ChildForm = z.strictObject({ revision: z.int(), tally: TallyForm });

export interface Child {
  readonly revision: number;
  readonly tally: Tally;
}

/** By the last digit of the child's path. */
export type Children = { readonly [digit: string]: Child };

/** The links once, then for each child its digit, its revision and its counts link by link. */
export const ChildrenForm = z.strictObject({
  links: z.array(z.string()),
  children: z.array(z.tuple([z.string(), z.int(), z.array(z.array(z.int().check(z.gte(0))))])),
});
export type ChildrenForm = z.output<typeof ChildrenForm>;

export function childrenForm(children: Children): ChildrenForm {
  const links = [
    ...new Set(Object.values(children).flatMap(({ tally }) => Object.keys(tally))),
  ].sort();
  return {
    links,
    children: Object.entries(children).map(([digit, { revision, tally }]) => [
      digit,
      revision,
      links.map((link) => [...(tally[link] ?? [])]),
    ]),
  };
}

export function childrenOf(form: ChildrenForm): Children {
  const children: Record<string, Child> = {};
  for (const [digit, revision, counts] of form.children) {
    const tally: Record<string, number[]> = {};
    for (const [index, link] of form.links.entries()) {
      const own = counts[index] ?? [];
      if (own.length > 0) tally[link] = own;
    }
    children[digit] = { revision, tally };
  }
  return children;
}

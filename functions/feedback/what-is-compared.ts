// What stands behind a verdict: pages or messages, and whether anything is still to come.

import { isFinal } from '#domain/leg.ts';
import type { ReportBasis } from './report-basis.ts';
import type { ReportGroup } from './report-groups.ts';

interface Compared {
  readonly basis: ReportBasis;
  readonly group: ReportGroup;
}

/** One post whose link decides: those compared are visitors, and what they see are pages. */
export function isBehindTheLink({ group }: Compared): boolean {
  return group.design === 'after_the_click';
}

/** Nothing more is to come. */
export function isOver({ basis }: Compared): boolean {
  return basis.finalRead || basis.burst.state === 'decided' || basis.burst.state === 'closed';
}

/** How many posts of a series are to come; 0 where nothing will be posted any more. */
export function postsToCome({ basis, group }: Compared): number {
  if (group.design !== 'series' || basis.finalRead) return 0;
  if (basis.burst.state !== 'releasing') return 0;
  const legs = basis.burst.legs.filter(({ name }) => group.legs.includes(name));
  return legs.filter(({ state }) => !isFinal(state)).length;
}

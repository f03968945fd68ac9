// What networks themselves say of posts, grouped by what it tells. Missing is not zero.

import { type Counter, countOf } from '#domain/tally.ts';
import { linkName } from '#store/link-tables.ts';
import type { ReportBasis } from './report-basis.ts';
import type { ReportGroup } from './report-groups.ts';

/** A number, or why there is none. */
type Metric = number | 'not_provided' | 'not_yet_available';

export interface NativeGroups {
  /** When the network was asked; null while it has not answered. */
  readonly asOf: number | null;
  readonly posts: readonly {
    readonly leg: string;
    /** Several where its link decides which. */
    readonly calls: readonly string[];
    readonly isMeasured: boolean;
    readonly reach: Readonly<Record<string, Metric>>;
    readonly engagement: Readonly<Record<string, Metric>>;
    /** What its own link brought, as we count it; value in minor units. */
    readonly revenue: {
      readonly clicked: number;
      readonly conversions: number;
      readonly value: number;
    };
  }[];
}

/** Who could see it; everything else is what people did with it. Revenue is ours to count. */
const REACH = new Set(['impressions', 'views', 'reach', 'followers_at_moment', 'followers']);

/** Of every post that stands; null where there is none. */
export function nativeGroups(
  { native, frame, burst, tally }: ReportBasis,
  group: ReportGroup,
): NativeGroups | null {
  if (group.kind === 'email') return null;
  const legs = group.legs.filter(
    (leg) => native[leg] || burst.legs.find(({ name }) => name === leg)?.state === 'published',
  );
  if (legs.length === 0) return null;
  const asked = legs.flatMap((leg) => native[leg]?.asOf ?? []);
  return {
    asOf: asked.length === 0 ? null : Math.min(...asked),
    posts: legs.map((leg) => {
      const { metrics = {} } = native[leg] ?? {};
      const shares = frame.legs.find(({ name }) => name === leg)?.shares ?? [];
      const calls = shares.map(({ call }) => call);
      const sum = (counter: Counter) =>
        calls.reduce((total, call) => total + countOf(tally, linkName(leg, call), counter), 0);
      return {
        leg,
        calls,
        isMeasured: native[leg] !== undefined,
        reach: pick(metrics, (name) => REACH.has(name)),
        engagement: pick(metrics, (name) => !REACH.has(name)),
        revenue: {
          clicked: sum('uniqueHuman'),
          conversions: sum('conversions'),
          value: sum('value'),
        },
      };
    }),
  };
}

function pick(
  metrics: Readonly<Record<string, Metric>>,
  isWanted: (name: string) => boolean,
): Record<string, Metric> {
  return Object.fromEntries(
    Object.entries(metrics)
      .filter(([name]) => isWanted(name))
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

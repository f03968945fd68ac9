// What networks themselves say of posts, grouped by what it tells. Missing is not zero.

import type { ReportBasis } from './report-basis.ts';
import type { ReportGroup } from './report-groups.ts';

/** A number, or why there is none. */
type Metric = number | 'not_provided' | 'not_yet_available';

export interface NativeGroups {
  readonly asOf: number;
  readonly posts: readonly {
    readonly leg: string;
    readonly call: string;
    readonly reach: Readonly<Record<string, Metric>>;
    readonly engagement: Readonly<Record<string, Metric>>;
  }[];
}

/** Who could see it; everything else is what people did with it. Revenue is ours to count. */
const REACH = new Set(['impressions', 'views', 'reach', 'followers_at_moment', 'followers']);

export function nativeGroups(
  { native, frame }: ReportBasis,
  group: ReportGroup,
): NativeGroups | null {
  const posts = group.legs.flatMap((leg) => {
    const own = native[leg];
    return own ? [{ leg, ...own }] : [];
  });
  if (posts.length === 0) return null;
  return {
    asOf: Math.min(...posts.map(({ asOf }) => asOf)),
    posts: posts.map(({ leg, metrics }) => ({
      leg,
      call: frame.legs.find(({ name }) => name === leg)?.shares[0]?.call ?? '',
      reach: pick(metrics, (name) => REACH.has(name)),
      engagement: pick(metrics, (name) => !REACH.has(name)),
    })),
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

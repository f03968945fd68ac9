// What the counts of parts say of one channel: exposures by mailbox provider, harm by segment.

import { waveRow } from '#domain/tally.ts';
import type { CallTally, ChannelTally, ComparisonPlan } from '#statistics/comparison-input.ts';
import type { Parts } from '#store/tallies.ts';
import type { ReportBasis } from './report-basis.ts';
import { linksOf, type ReportGroup } from './report-groups.ts';

type Said = Pick<ChannelTally, 'providers' | 'segments'>;

/** Nothing where chance decided nothing, or nobody has looked yet. */
export function partsOf(basis: ReportBasis, plan: ComparisonPlan, group: ReportGroup): Said {
  const { parts } = basis;
  if (!parts || group.kind !== 'email' || group.design !== 'randomised') return {};
  const providers = parts.providers.flatMap((provider) => {
    const exposures = exposuresOf(provider, plan, group);
    if (exposures.every((count) => count === 0)) return [];
    const weights = weightsOf(basis, provider, plan, group);
    return [{ name: provider.name, exposures, ...(weights ? { weights } : {}) }];
  });
  const segments = parts.segments
    .filter(({ leg }) => group.legs.includes(leg))
    .map(({ segment, harm }) => ({ name: segment, calls: callsOf(group, harm) }));
  return {
    ...(providers.length === 0 ? {} : { providers }),
    ...(segments.length === 0 ? {} : { segments }),
  };
}

type Provider = Parts['providers'][number];

function exposuresOf({ exposed }: Provider, { calls }: ComparisonPlan, group: ReportGroup) {
  return calls.map((call) =>
    linksOf(group, call).reduce((sum, link) => sum + (exposed[link] ?? 0), 0),
  );
}

/** Where later waves were split otherwise: what each wave had planned for the people of this provider. */
function weightsOf(
  { waves }: ReportBasis,
  { exposed }: Provider,
  { calls }: ComparisonPlan,
  group: ReportGroup,
): number[] | undefined {
  const [leg] = group.legs;
  const own = waves.find((one) => one.leg === leg)?.waves ?? [];
  if (own.length < 2) return undefined;
  const planned = calls.map(() => 0);
  for (const [place, { allocation }] of own.entries()) {
    const sizes = calls.map((call) =>
      linksOf(group, call).reduce((sum, link) => sum + (exposed[waveRow(link, place)] ?? 0), 0),
    );
    const size = sizes.reduce((sum, count) => sum + count, 0);
    const mass = allocation?.reduce((sum, { weight }) => sum + weight, 0) ?? 0;
    if (size === 0 || mass === 0) continue;
    for (const [index, call] of calls.entries()) {
      const weight = allocation?.find((one) => one.call === call)?.weight ?? 0;
      planned[index] = (planned[index] ?? 0) + (size * weight) / mass;
    }
  }
  return planned.some((weight) => weight > 0) ? planned : undefined;
}

function callsOf(group: ReportGroup, harm: Parts['segments'][number]['harm']) {
  return group.shares.map(({ call: id }) => {
    const sum = (kind: keyof Parts['segments'][number]['harm'][string]) =>
      linksOf(group, id).reduce((total, link) => total + (harm[link]?.[kind] ?? 0), 0);
    const exposures = sum('exposed');
    return { id, exposures, harm: harmOf(exposures, sum) };
  });
}

/** Whoever bounced was never exposed: bounces are counted out of both. */
export function harmOf(
  exposures: number,
  count: (kind: 'bounced' | 'complained' | 'unsubscribed') => number,
): NonNullable<CallTally['harm']> {
  return {
    bounce: { n: exposures + count('bounced'), s: count('bounced') },
    complaint: Math.min(exposures, count('complained')),
    unsubscribe: Math.min(exposures, count('unsubscribed')),
  };
}

// Which legs are looked at together: an email leg alone, the slots of a series, a channel's posts.

import type { Design } from '#domain/registration.ts';
import { linkName } from '#store/link-tables.ts';
import type { Frame } from '#store/tallies.ts';
import type { ReportBasis } from './report-basis.ts';

export interface ReportGroup {
  /** A leg, a series, or a channel with one post per call. */
  readonly name: string;
  readonly channel: string;
  readonly kind: 'email' | 'broadcast';
  readonly design: Design;
  readonly legs: readonly string[];
  readonly shares: readonly { readonly call: string; readonly weight: number }[];
  readonly paired: boolean;
  /** There is no call in it. */
  readonly asksNothing: boolean;
  /** Milliseconds after the moment at which its first leg starts. */
  readonly offsetMs: number;
}

type Registered = Frame['registration']['legs'][number];

/** In the order of the plan; legs of outcomes that were not taken are left out. */
export function groupsOf({ frame, burst }: ReportBasis): ReportGroup[] {
  const groups = new Map<string, ReportGroup>();
  const posts = new Map<string, number>();
  const legs = frame.legs.flatMap((leg) => {
    const state = burst.legs.find(({ name }) => name === leg.name);
    const isOther = state?.outcome !== undefined && state.outcome !== burst.outcome;
    if (isOther) return [];
    const own = describe(leg, frame.registration.legs);
    if (own.isLoose) posts.set(leg.channel, (posts.get(leg.channel) ?? 0) + 1);
    return [{ ...own, offsetMs: state?.offsetMs ?? 0 }];
  });
  for (const { isLoose, ...own } of legs) {
    const name = isLoose && (posts.get(own.channel) ?? 0) > 1 ? own.channel : own.name;
    const known = groups.get(name);
    groups.set(name, known ? joined(known, own) : { ...own, name });
  }
  return [...groups.values()];
}

/** The links of one call within a group. */
export function linksOf(group: ReportGroup, call: string): string[] {
  return group.legs.map((leg) => linkName(leg, call));
}

function describe(leg: Frame['legs'][number], registered: readonly Registered[]) {
  const own = registered.find((one) => one.leg === leg.name);
  const shares = (own?.weights ?? leg.shares).filter(({ weight }) => weight > 0);
  const isSplit = leg.kind === 'email' && shares.length > 1;
  const design: Design = own?.design ?? (isSplit ? 'randomised' : 'one_call');
  return {
    name: design === 'series' ? (own?.series ?? leg.name) : leg.name,
    channel: leg.channel,
    kind: leg.kind,
    design,
    legs: [leg.name],
    shares,
    paired: own?.paired === true,
    asksNothing: leg.asksNothing === true,
    /** A post that nothing was drawn for: stands beside the channel's others. */
    isLoose: leg.kind === 'broadcast' && design === 'one_call',
  };
}

function joined(known: ReportGroup, own: ReportGroup): ReportGroup {
  const shares = [...known.shares];
  for (const share of own.shares) {
    if (!shares.some(({ call }) => call === share.call)) shares.push(share);
  }
  const offsetMs = Math.min(known.offsetMs, own.offsetMs);
  return { ...known, legs: [...known.legs, ...own.legs], shares, offsetMs };
}

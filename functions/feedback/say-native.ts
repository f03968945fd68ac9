// What a network says of a post, in words: missing is not zero.

import type { NativeGroups } from './native-groups.ts';
import { money, number } from './say-time.ts';

type Post = NativeGroups['posts'][number];

const NAMES: { readonly [metric: string]: string } = {
  followers_at_moment: 'followers at the moment',
  followers: 'followers now',
  reblogs: 'boosts',
};

export interface SaidPost {
  readonly reach: string;
  readonly engagement: string;
  /** Ours to count: no network knows of it. */
  readonly revenue: string;
}

export function sayNative({ reach, engagement, revenue, isMeasured }: Post): SaidPost {
  const { clicked, conversions, value } = revenue;
  const worth = value === 0 ? '' : ` worth ${money(value)}`;
  return {
    reach: isMeasured ? metrics(withSeen(reach)) : 'not known yet',
    engagement: isMeasured ? metrics(engagement) : 'not known yet',
    revenue: `${people(clicked)} clicked, ${many(conversions, 'conversion')}${worth}`,
  };
}

/** Followers are no views: where nobody counts those, that is said. */
function withSeen(reach: Post['reach']): Post['reach'] {
  const isCounted = ['impressions', 'views', 'reach'].some((name) => Object.hasOwn(reach, name));
  return isCounted ? reach : { ...reach, impressions: 'not_provided' };
}

function metrics(given: Post['reach']): string {
  const entries = Object.entries(given);
  if (entries.length === 0) return 'not provided';
  return entries.map(([name, value]) => `${nameOf(name)}: ${say(value)}`).join(' · ');
}

function nameOf(metric: string): string {
  return NAMES[metric] ?? metric.replaceAll('_', ' ');
}

function say(value: Post['reach'][string]): string {
  return typeof value === 'number' ? number(value) : value.replaceAll('_', ' ');
}

function people(count: number): string {
  return count === 1 ? '1 person' : `${number(count)} people`;
}

function many(count: number, what: string): string {
  return `${number(count)} ${count === 1 ? what : `${what}s`}`;
}

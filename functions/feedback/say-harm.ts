// Whether a call drives people away: said of every kind of harm alone, and of every registered part.

import type { ChannelReport } from '#statistics/channel-report.ts';
import { number, percent } from './say-time.ts';

const DID: { readonly [kind: string]: string } = {
  bounce: 'bounced',
  complaint: 'complained',
  unsubscribe: 'unsubscribed',
};

/** A sentence for each, the surest first; nothing where chance explains it all. */
export function sayHarm(
  { guardrails, guardrailsBySegment }: ChannelReport,
  say: (call: string) => string,
): string[] {
  const all = [
    ...harmIn(guardrails, ''),
    ...guardrailsBySegment.flatMap(({ segment, guardrails: own }) =>
      harmIn(own, ` in the segment ${segment}`),
    ),
  ];
  // Equally sure ones keep their order.
  return all
    .sort((one, other) => one.p - other.p)
    .map(({ id, n, s, did, where }) => {
      const share = `${percent(s / n)} ${did}${where} (${number(s)} of ${number(n)})`;
      return `“${say(id)}”: ${share}, more than chance explains beside the other calls.`;
    });
}

function harmIn(guardrails: ChannelReport['guardrails'], where: string) {
  return Object.entries(guardrails).flatMap(([kind, all]) =>
    all.flatMap(({ harm, ...one }) => (harm ? [{ ...one, did: DID[kind] ?? kind, where }] : [])),
  );
}

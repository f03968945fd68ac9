// Whether a call drives people away: said of every kind of harm alone, and of every registered part.

import type { ChannelReport } from '#statistics/channel-report.ts';
import { number, percent } from './say-time.ts';

const DID: { readonly [kind: string]: string } = {
  bounce: 'bounced',
  complaint: 'complained',
  unsubscribe: 'unsubscribed',
};

/** A sentence for each; nothing where chance explains it all. */
export function sayHarm(
  { guardrails, guardrailsBySegment }: ChannelReport,
  say: (call: string) => string,
): string[] {
  return [
    ...harmIn(guardrails, say, ''),
    ...guardrailsBySegment.flatMap(({ segment, guardrails: own }) =>
      harmIn(own, say, ` in the segment ${segment}`),
    ),
  ];
}

function harmIn(
  guardrails: ChannelReport['guardrails'],
  say: (call: string) => string,
  where: string,
): string[] {
  return Object.entries(guardrails).flatMap(([kind, all]) =>
    all.flatMap(({ id, n, s, harm }) =>
      harm
        ? [
            `“${say(id)}”: ${percent(s / n)} ${DID[kind] ?? kind}${where} (${number(s)} of ${number(n)}), more than chance explains beside the other calls.`,
          ]
        : [],
    ),
  );
}

// What a later wave was sent on, told as what it is: a bet, which claims nothing.

import type { ReportBasis } from './report-basis.ts';
import type { ReportGroup } from './report-groups.ts';
import { number, percent } from './say-time.ts';

export interface BetReport {
  /** Counted from 1. */
  readonly wave: number;
  readonly kind: 'roll' | 'best';
  readonly reason: string;
  readonly startAt: number | null;
  /** What had been answered when it was made, over all waves before. */
  readonly seen: readonly { readonly call: string; readonly n: number; readonly s: number }[];
  readonly shares: readonly { readonly call: string; readonly share: number }[];
  readonly words: string;
}

type Wave = ReportBasis['waves'][number]['waves'][number];

/** The waves of a leg whose calls were a bet, in their order. */
export function betsOf({ waves, frame }: ReportBasis, { legs }: ReportGroup): BetReport[] {
  const own = waves.filter(({ leg }) => legs.includes(leg)).flatMap((one) => one.waves);
  const say = (call: string) => frame.calls.find(({ name }) => name === call)?.say ?? call;
  return own.flatMap((wave, index) => {
    if (!wave.bet) return [];
    const { kind, reason, seen } = wave.bet;
    const shares = sharesOf(wave);
    const base = { wave: index + 1, kind, reason, startAt: wave.startAt ?? null, seen, shares };
    return [{ ...base, words: wordsOf(base, say) }];
  });
}

function sharesOf({ allocation = [] }: Wave): BetReport['shares'] {
  const whole = allocation.reduce((sum, { weight }) => sum + weight, 0);
  return allocation
    .filter(({ weight }) => weight > 0)
    .map(({ call, weight }) => ({ call, share: whole === 0 ? 0 : weight / whole }));
}

function wordsOf(bet: Omit<BetReport, 'words'>, say: (call: string) => string): string {
  const { wave, shares, seen, reason } = bet;
  const [only] = shares;
  const went =
    shares.length === 1 && only
      ? `all to "${say(only.call)}"`
      : shares.map(({ call, share }) => `${percent(share)} to "${say(call)}"`).join(', ');
  if (reason === 'nobody_answered') {
    return `Wave ${wave} went as planned, ${went}: nobody had answered yet.`;
  }
  const counts = seen.map(({ call, n, s }) => `"${say(call)}" ${number(s)} of ${number(n)}`);
  return `Wave ${wave} was a bet, ${went}, on what had been answered by then: ${counts.join(', ')}. A bet loses little; it claims nothing.`;
}

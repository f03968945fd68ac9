// What the judge holds against the system about which call goes where: bets on what was answered,
// and the draws of a series. Like auditor.ts it imports nothing of the system.

import type { Ledger, LedgerWave } from './ledger.ts';
import type { BurstTruth, LegTruth, Truth } from './truth.ts';

type Judge = (truth: Truth, ledger: Ledger) => string[];

export const callJudges: { readonly [invariant: string]: Judge } = {
  V28: betsAreOnAnswers,
  V29: seriesKeepTheirDraw,
};

// ---- V28: a bet is made on what earlier waves answered, and on nothing else ------------------------

function betsAreOnAnswers(truth: Truth, ledger: Ledger): string[] {
  const broken: string[] = [];
  for (const { burst, ranges } of ledger.bursts) {
    const known = truth.bursts.find((one) => one.burst === burst);
    for (const { leg, waves = [] } of ranges) {
      const planned = known?.legs.find((one) => one.leg === leg)?.bets ?? [];
      for (const [index, wave] of waves.entries()) {
        const kind = planned[index];
        if (kind === undefined || !wave.calls) continue;
        const problem = betProblem(truth, { burst, leg, index, kind, waves });
        if (problem !== undefined) broken.push(`${burst}/${leg}: wave ${index + 1} ${problem}`);
      }
    }
  }
  return broken;
}

interface Bet {
  readonly burst: string;
  readonly leg: string;
  readonly index: number;
  readonly kind: 'roll' | 'best';
  readonly waves: readonly LedgerWave[];
}

function betProblem(truth: Truth, made: Bet): string | undefined {
  const { burst, leg, index, kind, waves } = made;
  const { bet, calls = [], from } = waves[index] as LedgerWave;
  if (!bet) {
    const isByPerson = truth.allocations.some((one) => one.burst === burst && one.leg === leg);
    return isByPerson ? undefined : 'is a bet by plan, and nothing says what it was made on';
  }
  for (const { call, n, s } of bet.seen) {
    const earlier = truth.accepted.filter(
      (one) => one.burst === burst && one.leg === leg && one.ordinal < from && one.call === call,
    );
    const people = new Set(earlier.map(({ ordinal }) => ordinal));
    const clicked = new Set(
      truth.clicks.filter((one) => one.burst === burst && people.has(one.ordinal)).map(nameOf),
    );
    if (s > clicked.size) return `counts ${s} who clicked ${call}, ${clicked.size} did`;
    if (n > people.size) return `counts ${n} who were asked for ${call}, ${people.size} were`;
  }
  if (bet.seen.every(({ s }) => s === 0)) {
    return calls.length === bet.seen.length ? undefined : 'bets though nobody had answered';
  }
  if (kind === 'roll' && calls.length !== 1) return `rolls out ${calls.join(' and ')}`;
  // With one wave to go by, the highest rate is the one by which least is lost.
  if (calls.length > 1 || index > 1) return undefined;
  const rateOf = ({ n, s }: { readonly n: number; readonly s: number }) => (s + 1) / (n + 2);
  const chosen = bet.seen.find(({ call }) => call === calls[0]);
  const best = Math.max(...bet.seen.map(rateOf));
  if (chosen && rateOf(chosen) >= best - 1e-9) return undefined;
  return `goes to ${calls[0]}, which did worse`;
}

function nameOf({ ordinal }: { readonly ordinal: number }): number {
  return ordinal;
}

// ---- V29: a post of a series carries the call that was drawn for it, before the first one left ------

function seriesKeepTheirDraw(truth: Truth): string[] {
  return truth.bursts.flatMap((known) => {
    const legs = known.legs.filter((leg) => leg.series !== undefined);
    return legs.length === 0 ? [] : [...drawIsEven(known, legs), ...drawIsKept(truth, known, legs)];
  });
}

/** Every call equally often, and the same draw however often the burst was planned. */
function drawIsEven({ burst, contents }: BurstTruth, legs: readonly LegTruth[]): string[] {
  const draws = contents.map(({ calls }) => legs.map(({ leg }) => calls?.get(leg) ?? ''));
  const [first = []] = draws;
  const broken: string[] = [];
  if (draws.some((draw) => draw.join() !== first.join())) broken.push(`${burst} drew twice`);
  for (const name of new Set(legs.map(({ series }) => series))) {
    const own = legs.flatMap(({ series }, index) => (series === name ? [first[index] ?? ''] : []));
    const counts = [...new Set(own)].map((call) => own.filter((one) => one === call).length);
    if (counts.length < 2 || new Set(counts).size > 1) {
      broken.push(`${burst}/${name} drew ${own.join(', ')}`);
    }
  }
  return broken;
}

function drawIsKept(truth: Truth, { burst, contents }: BurstTruth, legs: readonly LegTruth[]) {
  return truth.posts.flatMap((post) => {
    if (post.burst !== burst || !legs.some(({ leg }) => leg === post.leg)) return [];
    const drawn = contents[0]?.calls?.get(post.leg);
    return drawn === post.call
      ? []
      : [`${burst}/${post.leg} carries ${post.call}, ${drawn} was drawn for it`];
  });
}

/** Rows 9, 10 and 12: sends in waves, split anew after each by what was answered so far. */

import { allocateRemaining } from '../../functions/statistics/allocate-remaining.ts';
import { decide } from '../../functions/statistics/decide.ts';
import { nextAllocation } from '../../functions/statistics/next-allocation.ts';
import { type Chance, chance } from './chance.ts';
import type { Run, Share } from './false-winners.ts';
import { answeredBy } from './response.ts';

const medianHours = 1;

export type Scenario = {
  name: string;
  recipients: number;
  waves: number;
  rates: readonly number[];
  /** how much more or less people answer in the wave of this number; 1 = as usual */
  swing?: (wave: number) => number;
  /** delay of each call relative to the usual; 1 = as usual */
  pace?: readonly number[];
};

type Sent = { n: number[]; arrivals: number[][] };

/** Conversions of one wave, as the hours after its send at which they arrive. */
function send(scenario: Scenario, wave: number, n: number[], chances: Chance): Sent {
  const swing = scenario.swing?.(wave) ?? 1;
  const arrivals = scenario.rates.map((rate, i) => {
    const count = chances.binomial(n[i] ?? 0, rate * swing);
    const median = medianHours * (scenario.pace?.[i] ?? 1);
    return Array.from({ length: count }, () => median * Math.exp(1.5 * chances.normal()));
  });
  return { n, arrivals };
}

/** Counts per wave and call as seen `hour` hours after the first send; a wave an hour. */
function seen(sent: readonly Sent[], hour: number) {
  return sent.map(({ n, arrivals }, wave) =>
    n.map((size, i) => ({
      n: size,
      s: (arrivals[i] ?? []).filter((after) => after <= hour - wave).length,
    })),
  );
}

function split(weights: readonly number[], remaining: number): number[] {
  return allocateRemaining({ pBest: weights, floor: 0, remaining }).counts;
}

/** Regret of steering as a share of the regret of an equal split, one value a run, ascending. */
export function regretRatios(scenario: Scenario, { seed, bursts }: Run): number[] {
  const chances = chance(seed, 800);
  const best = Math.max(...scenario.rates);
  const size = scenario.recipients / scenario.waves;
  const k = scenario.rates.length;
  const equal = scenario.rates.reduce((sum, rate) => sum + (best - rate), 0) / k;
  const ratios: number[] = [];
  for (let burst = 0; burst < bursts; burst += 1) {
    const sent: Sent[] = [];
    let lost = 0;
    for (let wave = 0; wave < scenario.waves; wave += 1) {
      const weights =
        wave === 0
          ? scenario.rates.map(() => 1 / k)
          : nextAllocation({ history: seen(sent, wave) }).weights;
      const n = split(weights, size);
      sent.push(send(scenario, wave, n, chances));
      for (const [i, rate] of scenario.rates.entries()) lost += (n[i] ?? 0) * (best - rate);
    }
    ratios.push(lost / (equal * scenario.recipients));
  }
  return ratios.sort((x, y) => x - y);
}

/** Identical calls, steered, rates swinging over the day: a winner is false. */
export function steered(swing: number, run: Run): Share {
  const scenario: Scenario = {
    name: `swing ${swing}`,
    recipients: 24_000,
    waves: 12,
    rates: [0.03, 0.03],
    swing: (wave) => 1 + swing * Math.sin((2 * Math.PI * wave) / 12),
  };
  const chances = chance(run.seed, 900 + Math.round(100 * swing));
  let claims = 0;
  for (let burst = 0; burst < run.bursts; burst += 1) {
    if (steeredClaim(scenario, chances)) claims += 1;
  }
  return { share: claims / run.bursts, bursts: run.bursts };
}

function steeredClaim(scenario: Scenario, chances: Chance): boolean {
  const sent: Sent[] = [];
  const hours = 48;
  for (let hour = 0; hour <= hours; hour += hour < scenario.waves ? 1 : 3) {
    const history = seen(sent, hour);
    if (hour > 0 && claims(history, hour, hour >= hours)) return true;
    if (hour >= scenario.waves) continue;
    const weights = hour === 0 ? [0.5, 0.5] : nextAllocation({ history, floor: 0.1 }).weights;
    const n = split(weights, scenario.recipients / scenario.waves);
    sent.push(send(scenario, hour, n, chances));
  }
  return false;
}

function claims(waves: { n: number; s: number }[][], hour: number, finalRead: boolean): boolean {
  const arms = ['a', 'b'].map((id, i) => ({
    id,
    n: waves.reduce((sum, wave) => sum + (wave[i]?.n ?? 0), 0),
    s: waves.reduce((sum, wave) => sum + (wave[i]?.s ?? 0), 0),
  }));
  let sent = 0;
  let answered = 0;
  for (const [wave, counts] of waves.entries()) {
    const size = counts.reduce((sum, { n }) => sum + n, 0);
    sent += size;
    answered += size * answeredBy(hour - wave, medianHours);
  }
  const weights = arms.map(({ n }) => n);
  const maturity = Math.min(1, answered / sent);
  return (
    decide({ design: 'randomized', arms, weights, maturity, finalRead, waves }).winner !== null
  );
}

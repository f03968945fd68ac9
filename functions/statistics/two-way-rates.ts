/** Rates of calls that were sent in waves of different size and age (S5b). */

import { type Arm, checkArms } from './arm.ts';
import { StatisticsRefusal } from './refusal.ts';

export type Waves = readonly (readonly Arm[])[];
export type TwoWayFit = {
  /** theta of every arm, geometric mean 1 over the positive ones; null if never shown */
  relativeRates: (number | null)[];
  /** answer level of every wave; 0 for a wave without conversions */
  waveLevels: number[];
};

/**
 * Conversions c_iw ~ Poisson(n_iw b_w theta_i): theta_i = sum_w c_iw / sum_w n_iw b_w with
 * b_w = C_w / sum_i n_iw theta_i, scaled to geometric mean 1. Delay and time of day sit in b_w and
 * cancel, so an arm that was sent more lately is not punished for answers that are still due.
 * Waves without conversions drop out; without any conversion every shown arm has rate 1.
 * Refuses: arm_count, invalid_waves, invalid_count, successes_exceed_trials.
 * Source: S5b; the multiplicative Poisson model, fitted by its likelihood equations.
 * Cost: O(arms waves) a round, tens of rounds.
 */
export function twoWayRates({ waves }: { waves: Waves }): { relativeRates: (number | null)[] } {
  checkWaves(waves);
  return { relativeRates: fitTwoWay(waves, 0).relativeRates };
}

/** Refuses waves that differ in their number of arms or hold a bad count. */
export function checkWaves(waves: Waves): void {
  const arms = waves[0]?.length ?? 0;
  for (const wave of waves) {
    checkArms(wave);
    if (wave.length !== arms) {
      throw new StatisticsRefusal(
        'invalid_waves',
        `a wave holds ${wave.length} arms, the first holds ${arms}`,
      );
    }
  }
  if (waves.length === 0)
    throw new StatisticsRefusal('invalid_waves', 'there are 0 waves, at least 1');
}

const roundsMax = 10_000;

/** @param added 0.5 when steering, so that an arm without conversions keeps a chance */
export function fitTwoWay(waves: Waves, added: number): TwoWayFit {
  const arms = waves[0]?.length ?? 0;
  const totals = waves.map((wave) => wave.reduce((sum, { s }) => sum + s, 0));
  const shown = Array.from({ length: arms }, (_, i) => waves.some((wave) => (wave[i]?.n ?? 0) > 0));
  let rates = shown.map(() => 1);
  for (let round = 0; round < roundsMax; round += 1) {
    const next = scaled(ratesAt(waves, levelsAt(waves, totals, rates), added), shown);
    const moved = next.some((rate, i) => Math.abs(rate - (rates[i] ?? 0)) > 1e-15 * rate);
    rates = next;
    if (!moved) break;
  }
  return {
    relativeRates: rates.map((rate, i) => (shown[i] ? rate : null)),
    waveLevels: levelsAt(waves, totals, rates),
  };
}

function levelsAt(waves: Waves, totals: readonly number[], rates: readonly number[]): number[] {
  return waves.map((wave, w) => {
    const total = totals[w] ?? 0;
    if (total === 0) return 0;
    return total / wave.reduce((sum, { n }, i) => sum + n * (rates[i] ?? 0), 0);
  });
}

function ratesAt(waves: Waves, levels: readonly number[], added: number): number[] {
  return (waves[0] ?? []).map((_, i) => {
    let conversions = added;
    let exposure = added;
    for (const [w, wave] of waves.entries()) {
      const level = levels[w] ?? 0;
      if (level === 0) continue;
      conversions += wave[i]?.s ?? 0;
      exposure += (wave[i]?.n ?? 0) * level;
    }
    return exposure > 0 ? conversions / exposure : 1;
  });
}

function scaled(rates: readonly number[], shown: readonly boolean[]): number[] {
  const positive = rates.filter((rate, i) => shown[i] && rate > 0);
  if (positive.length === 0) return rates.map(() => 1);
  const mean = positive.reduce((sum, rate) => sum + Math.log(rate), 0) / positive.length;
  return rates.map((rate) => rate / Math.exp(mean));
}

/** What each channel's effect probably is, given the other channels' (S15). */

import { type Arm, checkArm } from './arm.ts';
import { chiSquareTail } from './chi-square-tail.ts';
import type { PairedStratum } from './mantel-haenszel.ts';

export type ShrinkAcrossChannels = {
  /** ln risk ratio of b over a by channel; null where an arm was not shown */
  logRR: (number | null)[];
  variance: (number | null)[];
  /** heterogeneity: Q against chi-square with df, I2 as a share of 1, tau2 between channels */
  Q: number;
  df: number;
  pQ: number;
  I2: number;
  tau2: number;
  /** the random-effects mean and its standard error; null when no channel can tell */
  mu: number | null;
  muSe: number | null;
  /** each channel's effect drawn towards the mean, the less it knows the more */
  shrunken: (number | null)[];
};

type Effect = { y: number; v: number };

/**
 * y = ln risk ratio, v = 1/s1 - 1/n1 + 1/s0 - 1/n0 (0.5 added to a table with a zero), then
 * DerSimonian-Laird tau^2 and y* = (tau^2 y + v mu)/(tau^2 + v).
 * Refuses: invalid_count, successes_exceed_trials.
 * Source: DerSimonian and Laird, Controlled Clinical Trials 7 (1986) 177-188. Cost: O(strata).
 */
export function shrinkAcrossChannels({
  strata,
}: {
  strata: readonly PairedStratum[];
}): ShrinkAcrossChannels {
  for (const [index, { a, b }] of strata.entries()) {
    checkArm(a, `arm a of stratum ${index}`);
    checkArm(b, `arm b of stratum ${index}`);
  }
  const effects = strata.map(effectOf);
  const known = effects.filter((effect) => effect !== null);
  const { Q, tau2 } = heterogeneity(known);
  const df = Math.max(0, known.length - 1);
  const precision = known.reduce((sum, { v }) => sum + 1 / (v + tau2), 0);
  const mu =
    known.length === 0
      ? null
      : known.reduce((sum, { y, v }) => sum + y / (v + tau2), 0) / precision;
  return {
    logRR: effects.map((effect) => effect?.y ?? null),
    variance: effects.map((effect) => effect?.v ?? null),
    Q,
    df,
    pQ: chiSquareTail(Q, df),
    I2: Q > df ? (Q - df) / Q : 0,
    tau2,
    mu,
    muSe: mu === null ? null : Math.sqrt(1 / precision),
    shrunken: effects.map((effect) =>
      effect === null || mu === null ? null : (tau2 * effect.y + effect.v * mu) / (tau2 + effect.v),
    ),
  };
}

function effectOf({ a, b }: PairedStratum): Effect | null {
  if (a.n === 0 || b.n === 0) return null;
  const added = [a, b].some(({ n, s }) => s === 0 || s === n) ? 0.5 : 0;
  const own = cells(b, added);
  const base = cells(a, added);
  return { y: Math.log((own.s / own.n) * (base.n / base.s)), v: own.v + base.v };
}

/** 1/s - 1/n as (n - s)/(s n), which keeps its digits when nearly everyone converted. */
function cells({ n, s }: Arm, added: number) {
  const successes = s + added;
  const trials = n + 2 * added;
  return { n: trials, s: successes, v: (n - s + added) / successes / trials };
}

function heterogeneity(known: readonly Effect[]): { Q: number; tau2: number } {
  if (known.length < 2) return { Q: 0, tau2: 0 };
  const sum = known.reduce((total, { v }) => total + 1 / v, 0);
  const squares = known.reduce((total, { v }) => total + 1 / v ** 2, 0);
  const mean = known.reduce((total, { y, v }) => total + y / v, 0) / sum;
  const Q = known.reduce((total, { y, v }) => total + (y - mean) ** 2 / v, 0);
  const scale = sum - squares / sum;
  return { Q, tau2: Math.max(0, (Q - (known.length - 1)) / scale) };
}

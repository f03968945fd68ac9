/** Two calls compared within strata and pooled, never added up first (Mantel-Haenszel, S13). */

import { type Arm, checkArm } from './arm.ts';
import { checkOpenUnit } from './check-between.ts';
import { chiSquareTail } from './chi-square-tail.ts';
import { normalQuantile } from './normal-quantile.ts';

export type PairedStratum = { a: Arm; b: Arm };
export type MantelHaenszelInput = { strata: readonly PairedStratum[]; level?: number };
export type MantelHaenszel = {
  /** null when no stratum can tell; all measures are b against a */
  oddsRatio: number | null;
  oddsRatioLo: number;
  oddsRatioHi: number;
  riskRatio: number | null;
  riskRatioLo: number;
  riskRatioHi: number;
  riskDifference: number | null;
  riskDifferenceLo: number;
  riskDifferenceHi: number;
  cmhChi2: number;
  cmhP: number;
  cmhChi2Corrected: number;
  cmhPCorrected: number;
  breslowDayChi2: number;
  breslowDayDf: number;
  breslowDayP: number;
  /** strata in which both arms were shown */
  strataUsed: number;
};

/** A stratum as a 2x2 table, b first, with its total. */
type Table = { n: number; bs: number; bf: number; as: number; af: number; bn: number; an: number };

/**
 * Odds ratio (variance of Robins, Breslow and Greenland), risk ratio (Greenland and Robins), risk
 * difference (Sato), Cochran-Mantel-Haenszel chi-square without and with continuity correction,
 * Breslow-Day homogeneity of the odds ratios without Tarone's correction.
 * Strata in which an arm was not shown drop out; a ratio over zero is Infinity, 0 over 0 null.
 * Refuses: invalid_count, successes_exceed_trials, invalid_level.
 * Source: Rothman, Greenland and Lash, Modern Epidemiology, chapter 15; Breslow and Day 1980.
 * Cost: O(strata).
 */
export function mantelHaenszel({ strata, level = 0.95 }: MantelHaenszelInput): MantelHaenszel {
  checkOpenUnit(level, 'invalid_level', 'level');
  const tables = usableTables(strata);
  const z = -normalQuantile((1 - level) / 2);
  const odds = oddsRatio(tables, z);
  const difference = riskDifference(tables, z);
  const risk = riskRatio(tables, z);
  return {
    oddsRatio: odds.value,
    oddsRatioLo: odds.lo,
    oddsRatioHi: odds.hi,
    riskRatio: risk.value,
    riskRatioLo: risk.lo,
    riskRatioHi: risk.hi,
    riskDifference: difference.value,
    riskDifferenceLo: difference.lo,
    riskDifferenceHi: difference.hi,
    ...cochran(tables),
    ...breslowDay(tables, odds.value),
    strataUsed: tables.length,
  };
}

type Estimate = { value: number | null; lo: number; hi: number };

function usableTables(strata: readonly PairedStratum[]): Table[] {
  for (const [index, { a, b }] of strata.entries()) {
    checkArm(a, `arm a of stratum ${index}`);
    checkArm(b, `arm b of stratum ${index}`);
  }
  return strata
    .filter(({ a, b }) => a.n > 0 && b.n > 0)
    .map(({ a, b }) => ({
      n: a.n + b.n,
      bs: b.s,
      bf: b.n - b.s,
      as: a.s,
      af: a.n - a.s,
      bn: b.n,
      an: a.n,
    }));
}

function sum(tables: readonly Table[], term: (table: Table) => number): number {
  let total = 0;
  for (const table of tables) total += term(table);
  return total;
}

function ratio(top: number, bottom: number, variance: number, z: number): Estimate {
  const open = { lo: 0, hi: Number.POSITIVE_INFINITY };
  if (top === 0 && bottom === 0) return { value: null, ...open };
  if (top === 0) return { value: 0, ...open };
  if (bottom === 0) return { value: Number.POSITIVE_INFINITY, ...open };
  const value = top / bottom;
  const spread = Math.exp(z * Math.sqrt(Math.max(0, variance)));
  return { value, lo: value / spread, hi: value * spread };
}

function oddsRatio(tables: readonly Table[], z: number): Estimate {
  const r = sum(tables, (t) => t.bs * (t.af / t.n));
  const s = sum(tables, (t) => t.as * (t.bf / t.n));
  const pr = sum(tables, (t) => ((t.bs + t.af) / t.n) * t.bs * (t.af / t.n));
  const mixed = sum(
    tables,
    (t) =>
      ((t.bs + t.af) / t.n) * t.as * (t.bf / t.n) + ((t.as + t.bf) / t.n) * t.bs * (t.af / t.n),
  );
  const qs = sum(tables, (t) => ((t.as + t.bf) / t.n) * t.as * (t.bf / t.n));
  return ratio(r, s, pr / r / r / 2 + mixed / r / s / 2 + qs / s / s / 2, z);
}

function riskRatio(tables: readonly Table[], z: number): Estimate {
  const r = sum(tables, (t) => t.bs * (t.an / t.n));
  const s = sum(tables, (t) => t.as * (t.bn / t.n));
  const top = sum(tables, (t) => {
    const successes = t.bs + t.as;
    return (t.bn / t.n) * (t.an / t.n) * successes - (t.bs * t.as) / t.n;
  });
  return ratio(r, s, top / r / s, z);
}

function riskDifference(tables: readonly Table[], z: number): Estimate {
  const weight = sum(tables, (t) => t.bn * (t.an / t.n));
  if (weight === 0) return { value: null, lo: -1, hi: 1 };
  const value = sum(tables, (t) => (t.bs * t.an - t.as * t.bn) / t.n) / weight;
  const p = sum(
    tables,
    (t) =>
      (t.bn / t.n) * (t.bn / t.n) * t.as -
      (t.an / t.n) * (t.an / t.n) * t.bs +
      ((t.an / t.n) * (t.bn / t.n) * (t.an - t.bn)) / 2,
  );
  const q = sum(tables, (t) => (t.bs * (t.af / t.n) + t.as * (t.bf / t.n)) / 2);
  const reach = (z * Math.sqrt(Math.max(0, value * p + q))) / weight;
  return { value, lo: value - reach, hi: value + reach };
}

function cochran(tables: readonly Table[]) {
  const excess = Math.abs(sum(tables, (t) => t.bs - t.bn * ((t.bs + t.as) / t.n)));
  const variance = sum(tables, (t) =>
    t.n < 2 ? 0 : ((t.bn / t.n) * (t.an / t.n) * (t.bs + t.as) * (t.bf + t.af)) / (t.n - 1),
  );
  if (variance === 0) {
    return { cmhChi2: 0, cmhP: 1, cmhChi2Corrected: 0, cmhPCorrected: 1 };
  }
  const cmhChi2 = excess ** 2 / variance;
  const cmhChi2Corrected = Math.max(0, excess - 0.5) ** 2 / variance;
  return {
    cmhChi2,
    cmhP: chiSquareTail(cmhChi2, 1),
    cmhChi2Corrected,
    cmhPCorrected: chiSquareTail(cmhChi2Corrected, 1),
  };
}

function breslowDay(tables: readonly Table[], odds: number | null) {
  const telling = tables.filter((t) => t.bs + t.as > 0 && t.bf + t.af > 0);
  const breslowDayDf = Math.max(0, telling.length - 1);
  const determined = odds !== null && odds > 0 && odds < Number.POSITIVE_INFINITY;
  if (breslowDayDf === 0 || !determined) {
    return { breslowDayChi2: 0, breslowDayDf, breslowDayP: 1 };
  }
  const breslowDayChi2 = sum(telling, (t) => {
    const fitted = fittedCell(t, odds);
    const variance =
      1 /
      (1 / fitted +
        1 / (t.bn - fitted) +
        1 / (t.bs + t.as - fitted) +
        1 / (t.an - t.bs - t.as + fitted));
    return variance > 0 ? (t.bs - fitted) ** 2 / variance : 0;
  });
  return { breslowDayChi2, breslowDayDf, breslowDayP: chiSquareTail(breslowDayChi2, breslowDayDf) };
}

/** The successes of b that give this stratum exactly the common odds ratio, its margins kept. */
function fittedCell(t: Table, odds: number): number {
  const successes = t.bs + t.as;
  const linear = t.an - successes + odds * (t.bn + successes);
  const constant = odds * t.bn * successes;
  const root = Math.sqrt(Math.max(0, linear * linear + 4 * (1 - odds) * constant));
  return linear > 0 ? (2 * constant) / (linear + root) : (root - linear) / (2 * (1 - odds));
}

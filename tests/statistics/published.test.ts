/** Published worked examples, each to its printed digits, with its source. */

import { describe, expect, test } from 'vitest';
import { type FunctionName, functionNamed } from './functions.ts';

type Example = {
  name: string;
  fn: FunctionName;
  input: unknown;
  /** path in the result -> value as printed; its decimals are the tolerance */
  want: Record<string, string>;
};

const arm = (s: number, n: number) => ({ n, s });

const newcombe = (b: [number, number], a: [number, number], lo: string, hi: string): Example => ({
  name: `Newcombe, Stat. Med. 17 (1998) 873, table II method 10: ${b.join('/')} - ${a.join('/')}`,
  fn: 'newcombeDiff',
  input: { a: arm(...a), b: arm(...b), level: 0.95 },
  want: { lo, hi },
});

const wilson = (s: number, n: number, lo: string, hi: string): Example => ({
  name: `Newcombe, Stat. Med. 17 (1998) 857, table I method 3: ${s}/${n}`,
  fn: 'wilson',
  input: { n, s, level: 0.95 },
  want: { lo, hi },
});

/** Bickel, Hammel and O'Connell, Science 187 (1975) 398; R's UCBAdmissions. */
const berkeley = [
  [512, 825, 89, 108],
  [353, 560, 17, 25],
  [120, 325, 202, 593],
  [138, 417, 131, 375],
  [53, 191, 94, 393],
  [22, 373, 24, 341],
].map(([ms = 0, mn = 0, fs = 0, fn = 0]) => ({ male: arm(ms, mn), female: arm(fs, fn) }));

/** Colditz et al., JAMA 271 (1994) 698; metafor's dat.bcg: vaccinated and control, cases and not. */
const bcg = [
  [4, 119, 11, 128],
  [6, 300, 29, 274],
  [3, 228, 11, 209],
  [62, 13536, 248, 12619],
  [33, 5036, 47, 5761],
  [180, 1361, 372, 1079],
  [8, 2537, 10, 619],
  [505, 87886, 499, 87892],
  [29, 7470, 45, 7232],
  [17, 1699, 65, 1600],
  [186, 50448, 141, 27197],
  [5, 2493, 3, 2338],
  [27, 16886, 29, 17825],
].map(([tp = 0, tn = 0, cp = 0, cn = 0]) => ({ a: arm(cp, cp + cn), b: arm(tp, tp + tn) }));

/** Liu, Int. J. Epidemiology 21 (1992) 197; Agresti, Categorical Data Analysis, smoking in China. */
const china = [
  [126, 100, 35, 61],
  [908, 688, 497, 807],
  [913, 747, 336, 598],
  [235, 172, 58, 121],
  [402, 308, 121, 215],
  [182, 156, 72, 98],
  [60, 99, 11, 43],
  [104, 89, 21, 36],
].map(([sy = 0, sn = 0, ny = 0, nn = 0]) => ({ b: arm(sy, sy + sn), a: arm(ny, ny + nn) }));

/** Penicillin in rabbits, at once (b) or 1.5 hours later (a); R's mantelhaen.test. */
const rabbits = [
  [0, 6, 0, 5],
  [3, 6, 0, 6],
  [6, 6, 2, 6],
  [5, 6, 6, 6],
  [2, 2, 5, 5],
].map(([bs = 0, bn = 0, as = 0, an = 0]) => ({ b: arm(bs, bn), a: arm(as, an) }));

/** Charig et al., BMJ 292 (1986) 879: open surgery and PCNL for small and large kidney stones. */
const stones = [{ arms: [arm(81, 87), arm(234, 270)] }, { arms: [arm(192, 263), arm(55, 80)] }];

/** Darwin's maize, differences in eighths of an inch; Fisher, The Design of Experiments (1935). */
const maize = [49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48];
const each = (clicks: number) => ({ impressions: 1, clicks });

/** Student's sleep data; R's sleep. */
const moments = (values: number[]) => ({
  n: values.length,
  sum: values.reduce((sum, value) => sum + value, 0),
  sumSq: values.reduce((sum, value) => sum + value * value, 0),
});
const drug1 = moments([0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0, 2]);
const drug2 = moments([1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]);

const examples: Example[] = [
  newcombe([56, 70], [48, 80], '0.0524', '0.3339'),
  newcombe([9, 10], [3, 10], '0.1705', '0.8090'),
  newcombe([6, 7], [2, 7], '0.0582', '0.8062'),
  newcombe([5, 56], [0, 29], '-0.0381', '0.1926'),
  newcombe([0, 10], [0, 20], '-0.1611', '0.2775'),
  newcombe([0, 10], [0, 10], '-0.2775', '0.2775'),
  newcombe([10, 10], [0, 20], '0.6791', '1.0000'),
  newcombe([10, 10], [0, 10], '0.6075', '1.0000'),
  wilson(81, 263, '0.2553', '0.3662'),
  wilson(15, 148, '0.0624', '0.1605'),
  wilson(0, 20, '0.0000', '0.1611'),
  wilson(1, 29, '0.0061', '0.1718'),
  {
    name: "Fisher, The Design of Experiments (1935): the lady tasting tea, 3 of 4; R's fisher.test",
    fn: 'twoArmTests',
    input: { a: arm(1, 4), b: arm(3, 4) },
    want: { fisherGreater: '0.2429', fisherTwoSided: '0.4857' },
  },
  {
    name: 'the lady tasting tea, all 4: 1 of 70',
    fn: 'twoArmTests',
    input: { a: arm(0, 4), b: arm(4, 4) },
    want: { fisherGreater: '0.0142857', fisherTwoSided: '0.0285714' },
  },
  {
    name: "Fisher 1962 on convictions of twins; R's fisher.test",
    fn: 'twoArmTests',
    input: { a: arm(10, 13), b: arm(2, 17) },
    want: { fisherTwoSided: '0.0005367', fisherLess: '0.0004652' },
  },
  {
    name: "Physicians' Health Study, placebo against aspirin; Agresti, section 2.1",
    fn: 'twoArmTests',
    input: { a: arm(104, 11037), b: arm(189, 11034) },
    want: { chi2: '25.01' },
  },
  {
    name: 'aspirin: odds ratio 1.83, risk ratio 1.82, difference 0.0077 (Agresti, section 2.1)',
    fn: 'mantelHaenszel',
    input: { strata: [{ a: arm(104, 11037), b: arm(189, 11034) }] },
    want: { oddsRatio: '1.83', riskRatio: '1.82', riskDifference: '0.0077' },
  },
  {
    name: 'party by gender, General Social Survey 2000; Agresti, Introduction, table 2.5',
    fn: 'homogeneity',
    input: { arms: [arm(762, 1246), arm(327, 566), arm(468, 945)] },
    want: { chi2: '30.1', df: '2' },
  },
  {
    name: 'smoking and lung cancer in eight Chinese cities; Agresti; SAS PROC FREQ',
    fn: 'mantelHaenszel',
    input: { strata: china },
    want: {
      cmhChi2: '280.1375',
      oddsRatio: '2.1745',
      oddsRatioLo: '1.9840',
      oddsRatioHi: '2.3832',
      breslowDayChi2: '5.1997',
      breslowDayDf: '7',
      breslowDayP: '0.6356',
    },
  },
  {
    name: "Berkeley admissions, male against female odds; R's mantelhaen.test",
    fn: 'mantelHaenszel',
    input: { strata: berkeley.map(({ male, female }) => ({ a: female, b: male })) },
    want: {
      oddsRatio: '0.9046968',
      oddsRatioLo: '0.7719074',
      oddsRatioHi: '1.0603298',
      cmhChi2: '1.5246',
      cmhChi2Corrected: '1.4269',
      cmhPCorrected: '0.2323',
    },
  },
  {
    name: 'Berkeley admissions added up: 44.5 % of men, 30.4 % of women; department A: 62 %, 82 %',
    fn: 'standardize',
    input: {
      strata: berkeley.map(({ male, female }) => ({ arms: [male, female] })),
      weights: [1, 0, 0, 0, 0, 0],
    },
    want: {
      'crude.0': '0.445',
      'crude.1': '0.304',
      'standardized.0': '0.62',
      'standardized.1': '0.82',
      'reversedPairs.0.0': '0',
      'reversedPairs.0.1': '1',
    },
  },
  {
    name: "penicillin in rabbits; R's mantelhaen.test",
    fn: 'mantelHaenszel',
    input: { strata: rabbits },
    want: {
      oddsRatio: '7',
      oddsRatioLo: '1.026713',
      oddsRatioHi: '47.725133',
      cmhChi2Corrected: '3.9286',
      cmhPCorrected: '0.04747',
    },
  },
  {
    name: 'kidney stones: 78 % and 83 % added up, the other way round in both sizes',
    fn: 'standardize',
    input: { strata: stones, weights: [357, 343] },
    want: {
      'crude.0': '0.78',
      'crude.1': '0.83',
      'standardized.0': '0.833',
      'standardized.1': '0.779',
      'reversedPairs.0.0': '0',
      'reversedPairs.0.1': '1',
    },
  },
  {
    name: 'BCG trials, DerSimonian-Laird; metafor rma(method = "DL")',
    fn: 'shrinkAcrossChannels',
    input: { strata: bcg },
    want: {
      tau2: '0.3088',
      mu: '-0.7141',
      muSe: '0.1787',
      Q: '152.2330',
      df: '12',
      I2: '0.9212',
      'logRR.0': '-0.8893',
      'variance.0': '0.3256',
      'logRR.12': '-0.0173',
    },
  },
  {
    name: 'BCG trials, Mantel-Haenszel risk ratio; metafor rma.mh(measure = "RR")',
    fn: 'mantelHaenszel',
    input: { strata: bcg },
    want: { riskRatio: '0.6353', riskRatioLo: '0.5881', riskRatioHi: '0.6862' },
  },
  {
    name: "R's power.prop.test(n = 50, p1 = .5, p2 = .75)",
    fn: 'power',
    input: { n: 50, p1: 0.5, p2: 0.75, alpha: 0.05 },
    want: { power: '0.7401659' },
  },
  {
    name: "R's power.prop.test(p1 = .5, p2 = .75, power = .9)",
    fn: 'sampleSize',
    input: { p1: 0.5, p2: 0.75, alpha: 0.05, power: 0.9 },
    want: { n: '76.7' },
  },
  {
    name: "R's power.prop.test(p1 = .5, power = .9, n = 50)",
    fn: 'mde',
    input: { n: 50, p1: 0.5, alpha: 0.05, power: 0.9 },
    want: { p2: '0.8026' },
  },
  {
    name: 'Feit and Berman, J. Marketing Research 56 (2019): website test, 2,284 an arm',
    fn: 'testAndRoll',
    input: { N: 100_000, s: Math.sqrt(0.68 * 0.32), sigma: 0.03 },
    want: { n: '2284' },
  },
  {
    name: 'Gelman et al., Bayesian Data Analysis, section 2.4: placenta previa, 437 of 980',
    fn: 'betaPosterior',
    input: { prior: { a: 1, b: 1 }, arms: [arm(437, 980)] },
    want: {
      'arms.0.mean': '0.446',
      'arms.0.sd': '0.016',
      'arms.0.lo': '0.415',
      'arms.0.hi': '0.477',
    },
  },
  {
    name: "Student's sleep data; R's t.test(extra ~ group)",
    fn: 'welch',
    input: { a: drug2, b: drug1, alpha: 0.05, relative: false },
    want: { t: '-1.8608', df: '17.776', p: '0.07939', lo: '-3.3654832', hi: '0.2054832' },
  },
  {
    name: "Darwin's maize, 1,726 of 32,768 swaps at least as extreme (Fisher 1935)",
    fn: 'permutationTest',
    input: { a: maize.map(() => each(100)), b: maize.map((d) => each(100 + d)), paired: true },
    want: { p: '0.05267', assignments: '32768' },
  },
  {
    name: "Mendel's peas, 315:108:101:32 in 9:3:3:1",
    fn: 'srm',
    input: { observed: [315, 108, 101, 32], weights: [9, 3, 3, 1] },
    want: { chi2: '0.470', df: '3', p: '0.925' },
  },
  {
    name: 'Kohavi, Tang and Xu, Trustworthy Online Controlled Experiments, chapter 3: p = 1.8e-6',
    fn: 'srm',
    input: { observed: [821_588, 815_482], weights: [1, 1] },
    want: { p: '0.0000018' },
  },
  {
    name: 'Agresti, Categorical Data Analysis: death penalty in Florida, 11 % and 8 % added up',
    fn: 'standardize',
    input: {
      strata: [{ arms: [arm(53, 467), arm(11, 48)] }, { arms: [arm(0, 16), arm(4, 143)] }],
      weights: [1, 1],
    },
    want: { 'crude.0': '0.110', 'crude.1': '0.079', 'reversedPairs.0.1': '1' },
  },
];

describe('published examples', () => {
  test.each(examples)('$fn: $name', ({ fn, input, want }) => {
    const got = functionNamed(fn)(input);
    for (const [path, printed] of Object.entries(want)) {
      const decimals = printed.split('.')[1]?.length ?? 0;
      const value = at(got, path);
      expect(Math.abs(value - Number(printed)), `${path} is ${value}`).toBeLessThanOrEqual(
        0.5000001 * 10 ** -decimals,
      );
    }
  });

  test('Benjamini and Hochberg 1995, section 3.2: 4 of 15 found, 3 by a familywise method', () => {
    const p = [
      0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.324, 0.4262, 0.5719,
      0.6528, 0.759, 1,
    ];
    const found = (method: string) =>
      (functionNamed('adjust')({ p, method }) as { adjusted: number[] }).adjusted.filter(
        (value) => value <= 0.05,
      ).length;
    expect(found('bh')).toBe(4);
    expect(found('holm')).toBe(3);
  });
});

/** Evan Miller, Formulas for Bayesian A/B Testing (2014): closed form for whole parameters. */
function millerPB(a: { n: number; s: number }, b: { n: number; s: number }): number {
  const [aa, ba, ab, bb] = [1 + a.s, 1 + a.n - a.s, 1 + b.s, 1 + b.n - b.s];
  const term0 = () => {
    let log = 0;
    for (let k = 0; k < aa; k += 1) log += Math.log((ba + k) / (ba + bb + k));
    return Math.exp(log);
  };
  let term = term0();
  let sum = term;
  for (let i = 1; i < ab; i += 1) {
    term *= ((aa + i - 1) / (ba + bb + aa + i - 1)) * ((bb + i - 1) / i);
    sum += term;
  }
  return sum;
}

/** Stucchio, Bayesian A/B Testing at VWO (2015): expected loss from two such probabilities. */
function stucchioLoss(a: { n: number; s: number }, b: { n: number; s: number }): number {
  const more = ({ n, s }: { n: number; s: number }) => ({ n: n + 1, s: s + 1 });
  const mean = ({ n, s }: { n: number; s: number }) => (s + 1) / (n + 2);
  return mean(b) * millerPB(a, more(b)) - mean(a) * (1 - millerPB(b, more(a)));
}

test.each([
  { a: arm(10, 100), b: arm(15, 100) },
  { a: arm(0, 0), b: arm(3, 7) },
  { a: arm(200, 10_000), b: arm(260, 10_000) },
  { a: arm(5, 5), b: arm(0, 5) },
])("bestArm: Miller's closed form and Stucchio's loss, $a against $b", ({ a, b }) => {
  const got = functionNamed('bestArm')({ prior: { a: 1, b: 1 }, arms: [a, b] }) as {
    pBest: [number, number];
    expectedLoss: [number, number];
  };
  expect(got.pBest[1]).toBeCloseTo(millerPB(a, b), 10);
  expect(got.expectedLoss[0]).toBeCloseTo(stucchioLoss(a, b), 10);
});

function at(value: unknown, path: string): number {
  let found = value;
  for (const key of path.split('.')) found = (found as Record<string, unknown> | undefined)?.[key];
  return found as number;
}

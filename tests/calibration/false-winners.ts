/** Rows 2 to 4 and 7: how often a winner is named where there is none. */

import { chance } from './chance.ts';
import { response } from './response.ts';
import { type BurstPlan, watch } from './watch.ts';

export type Run = { seed: number; bursts: number; looks: number };
export type Share = { share: number; bursts: number };

const windowHours = 48;
const medianHours = 1;
const n = 10_000;
const rate = 0.02;

/** Identical calls, watched at every look and read at the end. */
export function identical(k: number, run: Run): Share {
  return claimed(samePlan(Array(k).fill(rate), run), run, 100 + k);
}

/** Two calls tied for best, the others far behind: naming either is false. */
export function twoTied(run: Run): Share {
  return claimed(samePlan([rate, rate, 0.5 * rate, 0.5 * rate, 0.5 * rate], run), run, 200);
}

/** 5 % of the list sits behind 20 gateways; each, in half the bursts, fetches every link. */
export function scanners(run: Run): Share {
  const members = (0.05 * 2 * n) / 20;
  const plan: BurstPlan = {
    ...samePlan([rate, rate], run),
    extra: (chances) => {
      const free = [n, n];
      const clicks = [0, 0];
      for (let gateway = 0; gateway < 20; gateway += 1) {
        const active = chances.next() < 0.5;
        for (let member = 0; member < members; member += 1) {
          const [left = 0, right = 0] = free;
          const arm = chances.next() * (left + right) < left ? 0 : 1;
          free[arm] = (free[arm] ?? 0) - 1;
          if (active) clicks[arm] = (clicks[arm] ?? 0) + 1;
        }
      }
      return clicks;
    },
  };
  return claimed(plan, run, 300);
}

/**
 * The same final rate, one call answered twice as fast as usual; live claims only. Maturity is read
 * from the account's curve: that of a usual call, or the average of these two.
 */
export function speed(size: number, run: Run, account: 'usual' | 'average' = 'usual'): Share {
  const { looks } = run;
  const slow = response({ looks, windowHours, medianHours });
  const fast = response({ looks, windowHours, medianHours: medianHours / 2 });
  const plan: BurstPlan = {
    n: size,
    rates: [rate, rate],
    responses: [slow, fast],
    maturity: slow.shares.map((share, t) =>
      account === 'usual' ? share : (share + (fast.shares[t] ?? 1)) / 2,
    ),
    finalRead: false,
  };
  return claimed(plan, run, 400 + size);
}

export function samePlan(rates: readonly number[], { looks }: Pick<Run, 'looks'>): BurstPlan {
  const curve = response({ looks, windowHours, medianHours });
  return { n, rates, responses: [curve], maturity: curve.shares };
}

function claimed(plan: BurstPlan, { seed, bursts }: Run, stream: number): Share {
  const chances = chance(seed, stream);
  let claims = 0;
  for (let burst = 0; burst < bursts; burst += 1) {
    if (watch(plan, chances).claim) claims += 1;
  }
  return { share: claims / bursts, bursts };
}

/** Row 11: public posts. Observational comparisons, randomised series, and data that reverse. */

import { decide } from '../../functions/statistics/decide.ts';
import { decideOverall } from '../../functions/statistics/decide-overall.ts';
import { decidePosts } from '../../functions/statistics/decide-posts.ts';
import { type Chance, chance } from './chance.ts';
import type { Run, Share } from './false-winners.ts';

/** Identical calls, one post each at a chosen time: any claim is false. */
export function observational(run: Run): Share {
  const chances = chance(run.seed, 1000);
  let claims = 0;
  for (let burst = 0; burst < run.bursts; burst += 1) {
    const arms = ['a', 'b'].map((id) => {
      const { impressions: n, clicks: s } = post(chances);
      return { id, n, s };
    });
    const decision = decide({ design: 'observational', arms, maturity: 1, finalRead: true });
    if (decision.winner !== null) claims += 1;
  }
  return { share: claims / run.bursts, bursts: run.bursts };
}

/** Identical calls drawn over slots (or pairs); posts vary far more than chance. */
export function series(posts: number, paired: boolean, run: Run): Share {
  const chances = chance(run.seed, 1100 + posts + (paired ? 50 : 0));
  let claims = 0;
  for (let burst = 0; burst < run.bursts; burst += 1) {
    const a = Array.from({ length: posts }, () => post(chances));
    const b = Array.from({ length: posts }, () => post(chances));
    if (decidePosts({ a, b, paired, alpha: 0.04 }).winner !== null) claims += 1;
  }
  return { share: claims / run.bursts, bursts: run.bursts };
}

/** Two channels in which b wins but which add up to a; how often the crude leader is named. */
export function reversals(run: Run): Share {
  const chances = chance(run.seed, 1200);
  let wrong = 0;
  for (let burst = 0; burst < run.bursts; burst += 1) {
    const low = 0.01 + 0.04 * chances.next();
    const high = low * (3 + 4 * chances.next());
    const lift = 1.1 + 0.3 * chances.next();
    const arms = (a: number, b: number, rate: number) => [
      { id: 'a', n: a, s: chances.binomial(a, rate) },
      { id: 'b', n: b, s: chances.binomial(b, rate * lift) },
    ];
    const strata = [arms(20_000, 2000, high), arms(2000, 20_000, low)];
    const { winner, crudeLeader, simpson } = decideOverall({ strata, alpha: 0.04 });
    if (simpson && winner !== null && winner === crudeLeader) wrong += 1;
    if (winner === 'a') wrong += 1;
  }
  return { share: wrong / run.bursts, bursts: run.bursts };
}

/** A post's reach and rate both vary log-normally; the rate by a factor of two or more. */
function post(chances: Chance): { impressions: number; clicks: number } {
  const impressions = Math.round(2000 * Math.exp(0.8 * chances.normal()));
  const rate = Math.min(0.5, 0.02 * Math.exp(0.6 * chances.normal()));
  return { impressions, clicks: chances.binomial(impressions, rate) };
}

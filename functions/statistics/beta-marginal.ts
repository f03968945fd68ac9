/** How well a beta mixture explains two counts, compared with the best single share. */

import { deviance } from './deviance.ts';
import { stirlingError } from './stirling-error.ts';

export type BetaMarginalInput = { ci: number; cj: number; alpha: number; beta: number };

/**
 * ln [ B(alpha + ci, beta + cj) / B(alpha, beta) ] - ci ln t - cj ln(1 - t) at t = ci / (ci + cj).
 * Never positive: a mixture cannot beat the best share. The confidence sequences S9 and S10 are
 * the shares whose log likelihood falls less than ln(1/alpha) minus this below the best.
 * Domain: counts >= 0, alpha, beta > 0. No term of order c survives, so 1e9 is exact. Cost: O(1).
 */
export function betaMarginal({ ci, cj, alpha, beta }: BetaMarginalInput): number {
  const total = ci + cj;
  if (total === 0) return 0;
  const kappa = alpha + beta;
  const after = kappa + total;
  const corrections =
    growth(ci, alpha) +
    growth(cj, beta) +
    0.5 * Math.log1p(total / kappa) -
    stirlingError(after) +
    stirlingError(kappa);
  if (ci === 0) return corrections + oneSided(cj, beta, alpha);
  if (cj === 0) return corrections + oneSided(ci, alpha, beta);
  const t = ci / total;
  const u = cj / total;
  const drift = alpha * u - beta * t;
  return (
    corrections +
    deviance(alpha + ci, after * t, drift) +
    deviance(beta + cj, after * u, -drift) -
    deviance(alpha, kappa * t, drift) -
    deviance(beta, kappa * u, -drift)
  );
}

function growth(count: number, before: number): number {
  if (count === 0) return 0;
  return stirlingError(before + count) - stirlingError(before) - 0.5 * Math.log1p(count / before);
}

/** All conversions on one side: the best share is 1 (or 0), where the general form has 0 ln 0. */
function oneSided(count: number, own: number, other: number): number {
  const kappa = own + other;
  return (
    deviance(own + count, kappa + count, -other) -
    deviance(own, kappa, -other) -
    other * Math.log1p(count / kappa)
  );
}

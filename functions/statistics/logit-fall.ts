/** How fast a beta density, seen on the logit scale, falls away from its peak. */

/**
 * (a + b) ln(1 + x0 (e^d - 1)) - a d with x0 = a/(a + b): minus the log of the density of
 * Beta(a, b) in t = ln(x/(1 - x)), d = t - ln(a/b), relative to its peak; never negative.
 * It is also the fall of the log likelihood of a share with a and b conversions.
 * The smaller shape leads, so nothing cancels at 1e9. Domain: a, b > 0. Cost: O(1).
 * Source: S2 of the specification.
 */
export function logitFall(a: number, b: number, d: number): number {
  if (a > b) return logitFall(b, a, -d);
  const total = a + b;
  if (d > 700) return b * d + total * Math.log(a / total);
  return total * Math.log1p((a / total) * Math.expm1(d)) - a * d;
}

/**
 * The distance d > 0 (`side` 1) or d < 0 (`side` -1) at which logitFall reaches `fall`.
 * The fall is convex with its minimum 0 at 0, so Newton from beyond the answer never overshoots.
 * Domain: a, b > 0, fall >= 0. Cost: about 10 evaluations.
 */
export function logitFallAt(a: number, b: number, fall: number, side: 1 | -1): number {
  if (fall <= 0) return 0;
  let d = side * Math.sqrt(2 * fall * (1 / a + 1 / b));
  while (logitFall(a, b, d) < fall) d *= 2;
  for (let step = 0; step < 200; step += 1) {
    const slope = fallSlope(a, b, d);
    const next = d - (logitFall(a, b, d) - fall) / slope;
    if (!(next * side > 0) || Math.abs(next - d) <= 1e-15 * Math.abs(d)) break;
    d = next;
  }
  return d;
}

/** (a + b) (x - x0), the derivative of the fall, written so that x - x0 keeps its digits. */
function fallSlope(a: number, b: number, d: number): number {
  if (a > b) return -fallSlope(b, a, -d);
  const total = a + b;
  const share = a / total;
  if (d > 700) return b;
  const grown = Math.expm1(d);
  return (a * (b / total) * grown) / (1 + share * grown);
}

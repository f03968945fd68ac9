/** How far a count lies from its expectation, in log likelihood, without cancellation. */

/**
 * x ln(x / expected) + expected - x, for x >= 0 and expected > 0; never negative.
 * @param difference x - expected, passed in because the caller often knows it more exactly
 * Near the expectation a series in (x - expected)/(x + expected) replaces the logarithm.
 * Source: Loader (2000), function bd0. Cost: O(1).
 */
export function deviance(x: number, expected: number, difference = x - expected): number {
  if (x === 0) return expected;
  const sum = x + expected;
  if (Math.abs(difference) >= 0.1 * sum) return x * Math.log(x / expected) - difference;
  const v = difference / sum;
  const square = v * v;
  let total = difference * v;
  let term = 2 * x * v;
  for (let j = 1; j < 1000; j += 1) {
    term *= square;
    const next = total + term / (2 * j + 1);
    if (next === total) break;
    total = next;
  }
  return total;
}

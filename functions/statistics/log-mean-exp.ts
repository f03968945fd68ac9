/** Averages of numbers known by their logarithms. */

/**
 * ln of the weighted mean of exp(logs), weights summing to anything above 0.
 * @returns -Infinity for an empty or all-zero mixture, never NaN
 * Cost: O(length).
 */
export function logMeanExp(logs: readonly number[], weights?: readonly number[]): number {
  const top = Math.max(...logs);
  if (!Number.isFinite(top)) return top;
  let sum = 0;
  let mass = 0;
  for (const [index, log] of logs.entries()) {
    const weight = weights?.[index] ?? 1;
    sum += weight * Math.exp(log - top);
    mass += weight;
  }
  return top + Math.log(sum / mass);
}

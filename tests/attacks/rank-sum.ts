// Do two samples come from one distribution? Mann and Whitney's rank sum, by its normal form.

import { normalTail } from '#statistics/normal-tail.ts';

/** Two-sided p; for samples of hundreds and more. */
export function rankSumP(a: readonly number[], b: readonly number[]): number {
  const all = [
    ...a.map((value) => ({ value, isA: true })),
    ...b.map((value) => ({ value, isA: false })),
  ];
  all.sort((x, y) => x.value - y.value);
  let rankSum = 0;
  for (let start = 0; start < all.length; ) {
    let end = start;
    while (end < all.length && all[end]?.value === all[start]?.value) end += 1;
    // Equal values share the mean of their ranks.
    const rank = (start + 1 + end) / 2;
    for (const one of all.slice(start, end)) if (one.isA) rankSum += rank;
    start = end;
  }
  const mean = (a.length * (all.length + 1)) / 2;
  const deviation = Math.sqrt((a.length * b.length * (all.length + 1)) / 12);
  return Math.min(1, 2 * normalTail(Math.abs(rankSum - mean) / deviation));
}

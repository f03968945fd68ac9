/** One set of panels for several curves, no finer than the finest curve needs at each place. */

/**
 * Walks from the lowest end to the highest; each panel is as long as the shortest of the curves'
 * own panels there, and no panel reaches across the start of another curve. Curves that nearly
 * coincide therefore cost no more panels than one of them.
 * @param curves the ends of each curve's own panels, ascending; a single end is a forced break
 * Cost: O(panels curves).
 */
export function mergeEnds(curves: readonly (readonly number[])[]): number[] {
  const stop = Math.max(...curves.map((ends) => ends[ends.length - 1] ?? Number.NEGATIVE_INFINITY));
  let at = Math.min(...curves.map((ends) => ends[0] ?? Number.POSITIVE_INFINITY));
  const merged = [at];
  const places = curves.map(() => 0);
  while (at < stop) {
    let next = stop;
    for (const [index, ends] of curves.entries()) {
      let place = places[index] ?? 0;
      while (place < ends.length && (ends[place] ?? 0) <= at) place += 1;
      places[index] = place;
      next = Math.min(next, reach(ends, place, at));
    }
    if (!(next > at)) break;
    merged.push(next);
    at = next;
  }
  return merged;
}

/** How far a panel from `at` may go for one curve; `place` is its first end beyond `at`. */
function reach(ends: readonly number[], place: number, at: number): number {
  if (place === 0) return ends[0] ?? Number.POSITIVE_INFINITY;
  if (place >= ends.length) return Number.POSITIVE_INFINITY;
  const end = ends[place] ?? 0;
  const here = end - (ends[place - 1] ?? 0);
  const after = place + 1 < ends.length ? (ends[place + 1] ?? 0) - end : here;
  return Math.max(end, at + Math.min(here, after));
}

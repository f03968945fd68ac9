// Where a recipient's facts stand in the tree of facts: neighbours in the list share a leaf.

/** Recipients in one leaf: about a kilobyte, and the windows of a few seconds side by side. */
export const LEAF_ORDINALS = 256;
const FANOUT = 16;

/** Levels above the leaves that a list of this size needs. */
export function depthOf(recipients: number): number {
  const leaves = Math.max(1, Math.ceil(recipients / LEAF_ORDINALS));
  return Math.max(0, Math.ceil(Math.log2(leaves) / Math.log2(FANOUT) - 1e-9));
}

/** Digits of base 16 from the root down to the leaf of an ordinal. */
export function leafPath(ordinal: number, depth: number): string {
  const leaf = Math.floor(ordinal / LEAF_ORDINALS).toString(FANOUT);
  return depth === 0 ? '' : leaf.padStart(depth, '0');
}

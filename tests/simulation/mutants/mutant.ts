// A bug that is planted on purpose, alone, to see that somebody notices.

import type { Change } from '../load-hooks.ts';

/** Who is set on it, in this order. The conformance suite alone sees what DynamoDB is asked. */
export type Hunter = 'seeds' | 'exhaustive' | 'conformance';

export interface Mutant extends Change {
  readonly id: string;
  /** What the code does wrong. */
  readonly about: string;
  readonly hunters: readonly Hunter[];
}

export const BY_WORLDS: readonly Hunter[] = ['seeds', 'exhaustive'];
export const BY_CONFORMANCE: readonly Hunter[] = ['conformance'];

/** Bugs of one file each; whoever hunts them. */
export function inFile(
  file: string,
  hunters: readonly Hunter[],
  bugs: readonly Omit<Mutant, 'file' | 'hunters'>[],
): Mutant[] {
  return bugs.map((bug) => ({ ...bug, file, hunters }));
}

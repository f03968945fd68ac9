// Looks for a world that notices what is wrong with the code this thread has loaded.

import { MemoryTable } from '#store/memory-table.ts';
import { conform } from '../conformance/conform.ts';
import { dynaliteSubject } from '../conformance/subject.ts';
import { countAwaits, RECOVERIES, runHistories } from './exhaustive.ts';
import { runWorld } from './world.ts';

export interface Kill {
  /** How many seeds, histories or operations it took. */
  readonly after: number;
  /** What was noticed: an invariant, or how the code broke down. */
  readonly by: string;
}

const OPERATIONS = 5_000;

/** The first seed of `seeds` that breaks an invariant, or in which the world itself breaks down. */
export async function huntBySeeds(seeds: readonly number[]): Promise<Kill | undefined> {
  for (const [index, seed] of seeds.entries()) {
    const after = index + 1;
    try {
      const [first] = (await runWorld({ seed })).violations;
      if (first) return { after, by: first.invariant };
    } catch (error) {
      return { after, by: `broke down: ${sayOf(error)}` };
    }
  }
  return undefined;
}

/** Every strike at every await of the small world, until one history notices. */
export async function huntByHistories(): Promise<Kill | undefined> {
  let after = 0;
  try {
    for (const recovery of RECOVERIES) {
      const awaits = await countAwaits(recovery);
      for (let index = 0; index < awaits; index += 1) {
        const { histories, broken } = await runHistories(recovery, [index]);
        after += histories;
        if (broken[0]) return { after, by: broken[0].invariant };
      }
    }
    return undefined;
  } catch (error) {
    return { after, by: `broke down: ${sayOf(error)}` };
  }
}

/** Random operations on both renderings of the table. */
export async function huntByConformance(): Promise<Kill | undefined> {
  const subject = await dynaliteSubject();
  try {
    const options = { operations: OPERATIONS, seed: 1 };
    const { disagreements } = await conform(new MemoryTable(), subject.table, options);
    const [first] = disagreements;
    return first && { after: first.at + 1, by: 'disagreement' };
  } catch (error) {
    return { after: 1, by: `broke down: ${sayOf(error)}` };
  } finally {
    await subject.stop();
  }
}

function sayOf(error: unknown): string {
  return error instanceof Error ? error.message.slice(0, 60) : String(error);
}

// Outcomes of a window in short: a hundred entries in doubt for one reason are one line.

import * as z from 'zod/mini';
import { InstantSchema } from '#domain/ids.ts';
import { type EntryOutcome, EntryState } from '#domain/window-record.ts';

/**
 * State, reason and ordinals, relative to the window's first, as runs: `0-99` or `3,7,12-14`; then
 * the instant of their release where they wait for one. An empty reason stands for none.
 */
const Runs = z.string().check(z.regex(/^\d+(-\d+)?(,\d+(-\d+)?)*$/));
export const Groups = z.array(
  z.union([
    z.tuple([EntryState, z.string(), Runs]),
    z.tuple([EntryState, z.string(), Runs, InstantSchema]),
  ]),
);
export type Groups = z.output<typeof Groups>;

/** Groups in the order of their first ordinal. */
export function groupsOf(outcomes: readonly EntryOutcome[], from: number): Groups {
  const groups = new Map<string, { outcome: EntryOutcome; offsets: number[] }>();
  for (const outcome of outcomes) {
    const name = `${outcome.state}\n${outcome.releaseAt ?? ''}\n${outcome.reason ?? ''}`;
    const group = groups.get(name) ?? { outcome, offsets: [] };
    groups.set(name, group);
    group.offsets.push(outcome.ordinal - from);
  }
  return [...groups.values()].map(({ outcome, offsets }) => {
    const { state, reason = '', releaseAt } = outcome;
    const runs = runsOf(offsets);
    return releaseAt === undefined ? [state, reason, runs] : [state, reason, runs, releaseAt];
  });
}

/** The outcomes again, ascending by ordinal. */
export function outcomesOf(groups: Groups, from: number): EntryOutcome[] {
  const outcomes: EntryOutcome[] = [];
  for (const [state, reason, runs, releaseAt] of groups) {
    const said = {
      state,
      ...(reason === '' ? {} : { reason }),
      ...(releaseAt === undefined ? {} : { releaseAt }),
    };
    for (const run of runs.split(',')) {
      const [first = Number.NaN, last = first] = run.split('-').map(Number);
      for (let offset = first; offset <= last; offset += 1) {
        outcomes.push({ ordinal: from + offset, ...said });
      }
    }
  }
  return outcomes.sort((a, b) => a.ordinal - b.ordinal);
}

function runsOf(offsets: readonly number[]): string {
  const runs: string[] = [];
  const sorted = offsets.toSorted((a, b) => a - b);
  for (let index = 0; index < sorted.length; ) {
    const first = sorted[index] as number;
    let last = first;
    index += 1;
    while (sorted[index] === last + 1) {
      last += 1;
      index += 1;
    }
    runs.push(first === last ? String(first) : `${first}-${last}`);
  }
  return runs.join(',');
}

// What a runner did to a burst, as the header carries it until it stands in the audit log.

import * as z from 'zod/mini';
import type { BurstEvent } from './advance.ts';
import type { Burst } from './burst.ts';
import { InstantSchema } from './ids.ts';

export const Deed = z.strictObject({
  /** The revision of the header that did it: names the deed for good. */
  revision: z.int(),
  at: InstantSchema,
  /** `armed`, `released`, `stopped`, `leg mail sent`, ... */
  what: z.string(),
  reason: z.optional(z.string()),
});
export type Deed = z.output<typeof Deed>;

const WORDS: { readonly [state in Burst['state']]?: string } = {
  armed: 'armed',
  standby: 'held',
  releasing: 'released',
  stopped: 'stopped',
  measuring: 'measuring',
  missed: 'missed',
  decided: 'decided',
  closed: 'closed',
};

/** Legs say what became of them; what is only on its way there is no deed. */
const PASSING: ReadonlySet<string> = new Set(['planned', 'prepared', 'claimed', 'sending']);

/** What is worth an entry of the audit log about this arrow; nothing for a heartbeat. */
export function deedOf(
  before: Burst,
  after: Burst,
  event: BurstEvent,
  at: number,
): Deed | undefined {
  const base = { revision: before.revision + 1, at };
  const because = (reason: string | undefined) => (reason === undefined ? {} : { reason });
  if (before.state !== after.state) {
    const what = WORDS[after.state] ?? after.state;
    return { ...base, what, ...because(after.reason) };
  }
  // All of it is out, but some of it would have been called once more.
  if (event.kind === 'stop' && before.stoppedAt !== after.stoppedAt) {
    return { ...base, what: 'stopped', ...because(after.reason) };
  }
  // A holder that handed over left nothing behind; one that is still named there has died.
  if (event.kind === 'lease' && before.holder !== undefined) {
    return { ...base, what: `taken over while ${after.state}` };
  }
  if (event.kind !== 'leg' || PASSING.has(event.state)) return undefined;
  const leg = before.legs.find((one) => one.name === event.name);
  if (leg?.state === event.state) return undefined;
  return { ...base, what: `leg ${event.name} ${event.state}`, ...because(event.reason) };
}

// Who of a plan's lists would get it and who would be held back, by the very rules of the freeze.

import type { EmailLegPlan, Plan } from '#domain/plan.ts';
import { matches } from '#domain/segment.ts';
import { freezeReasons, type ReasonToHold } from '#runner/freeze-reasons.ts';
import { listContacts } from '#store/audiences.ts';
import type { CommandContext } from './context.ts';

/** By reason, most first. */
export interface HeldCount {
  readonly [reason: string]: number;
}

export interface ListCount {
  readonly leg: string;
  readonly audience: string;
  readonly outcome?: string;
  /** Absent where the walk ended before the list did. */
  readonly recipients?: number;
  readonly heldBack?: HeldCount;
}

export interface Held {
  readonly lists: readonly ListCount[];
  /** Those lists that can leave together: of the outcome with the most people, and of all others. */
  readonly together: readonly ListCount[];
  readonly recipients?: number;
  readonly heldBack?: HeldCount;
}

interface Walk {
  readonly momentAt: number | undefined;
  /** A list that cannot be walked in this time is not counted. */
  readonly forMs: number;
}

/** Reads every list once: one read unit for about thirty people. */
export async function countHeld(context: CommandContext, plan: Plan, walk: Walk): Promise<Held> {
  const until = context.clock.now() + walk.forMs;
  const { momentAt } = walk;
  const turn = {
    burst: momentAt === undefined ? {} : { momentAt },
    renewIfDue: async () => undefined,
  };
  const reasons = await freezeReasons(context, turn, plan);
  const lists: ListCount[] = [];
  for (const leg of emailLegs(plan)) {
    const { name, audience, outcome } = leg;
    const base = { leg: name, audience, ...(outcome === undefined ? {} : { outcome }) };
    const counted = await countList(context, leg, reasons, until);
    lists.push(counted ? { ...base, ...counted } : base);
  }
  if (lists.some(({ recipients }) => recipients === undefined)) return { lists, together: [] };
  return { lists, ...together(lists) };
}

/** As the freeze goes: nobody is held back for a leg that may never leave. */
function emailLegs(plan: Plan): EmailLegPlan[] {
  const legs = plan.legs.filter((leg) => leg.kind === 'email');
  return legs.sort((a, b) => Number(a.outcome !== undefined) - Number(b.outcome !== undefined));
}

async function countList(
  { table, clock }: CommandContext,
  leg: EmailLegPlan,
  reasons: ReasonToHold,
  until: number,
): Promise<{ recipients: number; heldBack: HeldCount } | undefined> {
  const held = new Map<string, number>();
  let recipients = 0;
  const { audience, segment } = leg;
  for await (const page of listContacts(table, audience)) {
    if (clock.now() > until) return undefined;
    for (const contact of page) {
      if (segment && !matches(segment, contact)) continue;
      const reason = reasons(contact, leg);
      if (reason === undefined) recipients += 1;
      else held.set(reason, (held.get(reason) ?? 0) + 1);
    }
  }
  return { recipients, heldBack: sorted(held) };
}

function together(lists: readonly ListCount[]): Omit<Held, 'lists'> {
  const outcomes = new Set(lists.map(({ outcome }) => outcome));
  outcomes.delete(undefined);
  const sums = [...(outcomes.size === 0 ? [undefined] : outcomes)].map((outcome) => {
    const leaving = lists.filter((list) => list.outcome === undefined || list.outcome === outcome);
    const held = new Map<string, number>();
    for (const [reason, people] of leaving.flatMap((list) => Object.entries(list.heldBack ?? {}))) {
      held.set(reason, (held.get(reason) ?? 0) + people);
    }
    const recipients = leaving.reduce((sum, list) => sum + (list.recipients ?? 0), 0);
    return { together: leaving, recipients, heldBack: sorted(held) };
  });
  sums.sort((a, b) => b.recipients - a.recipients);
  return sums[0] ?? { together: [], recipients: 0, heldBack: {} };
}

function sorted(held: ReadonlyMap<string, number>): HeldCount {
  return Object.fromEntries([...held].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)));
}

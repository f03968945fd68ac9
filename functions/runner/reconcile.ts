// After the sending: what was left open is settled by evidence, never by guessing.

import type { Lane } from '#domain/lane.ts';
import { isFinal, type LegState } from '#domain/leg.ts';
import { limits } from '#domain/limits.ts';
import { saveLane } from '#store/lanes.ts';
import { listWindowRecords } from '#store/window-records.ts';
import type { Holding } from './holding.ts';
import { fenceLane } from './lane-claims.ts';
import type { RunnerPorts } from './ports.ts';
import { loadPostLeg, settlePost } from './post-leg.ts';
import { type Choose, retryRecords } from './retry-entries.ts';
import type { Sending } from './sending.ts';
import { type Doubts, nameOf, settleDoubts } from './settle-doubts.ts';
import { takeWindow } from './work-lane.ts';

/**
 * One look at a burst that measures. Hands over with the next moment at which something has to be
 * looked at; decides when the counting window is over and nothing is in doubt any more.
 */
export async function reconcile(
  ports: RunnerPorts,
  holding: Holding,
  openSending: () => Promise<Sending>,
): Promise<void> {
  let sending: Sending | undefined;
  const open = async (): Promise<Sending> => {
    sending ??= await openSending();
    return sending;
  };
  try {
    await closeAbandoned(ports, holding, open);
    const postsOpen = await settlePosts(holding, open);
    const doubts = await settleDoubts(ports, holding);
    if (doubts.resend.size > 0) await resend(await open(), doubts.resend);
    const isOpen = postsOpen || doubts.waiting > 0 || doubts.resend.size > 0;
    const againMs = isOpen ? limits.lookAgainMs : limits.unprovenLookMs;
    await goOn(ports, holding, { isOpen, againMs, mustLook: isOpen || doubts.unproven > 0 });
  } finally {
    await sending?.share.giveUp().catch(() => undefined);
  }
}

/** What policy allows once more, unless the feedback has proven by now that the list is bad. */
async function resend(sending: Sending, resends: Doubts['resend']): Promise<void> {
  const isDue: Choose = (one, record) =>
    one.state === 'in_doubt' && record.attempt === 1 && resends.has(nameOf(record));
  await sending.breaker.lookAhead();
  await sending.breaker.watch(retryEachLeg(sending, isDue));
}

async function retryEachLeg(sending: Sending, choose: Choose): Promise<void> {
  const records = await listWindowRecords(sending.ports.table, sending.plan.burst);
  for (const leg of new Set(records.map((record) => record.leg))) {
    const own = records.filter((record) => record.leg === leg);
    await retryRecords(sending, own, choose);
  }
}

interface Standing {
  /** Something may still be settled within the grace time. */
  readonly isOpen: boolean;
  readonly mustLook: boolean;
  readonly againMs: number;
}

async function goOn(ports: RunnerPorts, holding: Holding, standing: Standing): Promise<void> {
  const { burst } = holding;
  const { isOpen, mustLook, againMs } = standing;
  const now = ports.clock.now();
  const measureUntil = burst.measureUntil ?? now;
  if (!isOpen && now >= measureUntil) await holding.apply({ kind: 'decide', now });
  const soon = now + againMs;
  await holding.handOver(
    Math.floor(mustLook && (isOpen || soon < measureUntil) ? soon : measureUntil),
  );
}

/**
 * A burst that was abandoned: open windows are in doubt, the rest was never called. Every lane is
 * written under this epoch, so that an older runner that wakes up later cannot claim one.
 */
async function closeAbandoned(
  ports: RunnerPorts,
  holding: Holding,
  open: () => Promise<Sending>,
): Promise<void> {
  const { burst, epoch } = holding;
  const unfinished = burst.legs.filter((leg) => !isFinal(leg.state) && leg.state !== 'in_doubt');
  if (unfinished.length === 0) return;
  const sending = await open();
  const { head } = sending.members;
  // Those of waves without an allocation, too: whoever sleeps may be about to store one.
  const ranges = head.lanes.filter((lane) => unfinished.some((leg) => leg.name === lane.leg));
  const lanes: Lane[] = [];
  for (const range of ranges) lanes.push(await fenceLane(ports, holding, head, range));
  for (const lane of lanes) {
    if (!lane.window) continue;
    const taken = await takeWindow(sending, lane, lane.window);
    await saveLane(ports.table, taken.lane, taken.closed, ports.entropy.id());
  }
  for (const leg of unfinished) {
    const hasBegun = lanes.some(
      (lane) => lane.leg === leg.name && (lane.next > lane.from || lane.window),
    );
    const state = stateAfter(leg.channel === 'email', leg.state, hasBegun);
    await holding.apply({ kind: 'leg', epoch, name: leg.name, state, reason: 'abandoned' });
  }
}

function stateAfter(isAddressable: boolean, state: LegState, hasBegun: boolean): LegState {
  if (isAddressable) return hasBegun ? 'sent' : 'not_called';
  return state === 'claimed' ? 'in_doubt' : 'not_called';
}

/** Posts in doubt are read back; true while one of them may still be settled soon. */
async function settlePosts(holding: Holding, open: () => Promise<Sending>): Promise<boolean> {
  let isOpen = false;
  for (const leg of holding.burst.legs) {
    if (leg.state !== 'in_doubt') continue;
    const sending = await open();
    const plan = sending.plan.legs.find((one) => one.name === leg.name);
    const post = plan?.kind === 'broadcast' ? await loadPostLeg(sending, plan) : undefined;
    if (post) await settlePost(sending, post, { looks: 1, until: sending.until });
    const now = sending.clock.now();
    const after = holding.burst.legs.find((one) => one.name === leg.name);
    const since = (holding.burst.momentAt ?? 0) + leg.offsetMs + leg.deadlineMs;
    if (after?.state === 'in_doubt' && now < since + limits.graceMs) isOpen = true;
  }
  return isOpen;
}

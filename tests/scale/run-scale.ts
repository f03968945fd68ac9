// One large burst with the runner, the channel and the feedback functions as they are, over a table
// in memory, in virtual time: nothing is estimated that can be counted.

import type { Channel } from '#channels/contract.ts';
import { createEmailChannel } from '#channels/email.ts';
import type { EmailEvent } from '#domain/event.ts';
import { limits } from '#domain/limits.ts';
import type { Plan } from '#domain/plan.ts';
import type { Ses } from '#domain/ports.ts';
import { createEntropy } from '#environment/entropy.ts';
import { createRecord } from '#feedback/record.ts';
import type { RunnerPorts } from '#runner/ports.ts';
import { tick } from '#runner/tick.ts';
import { saveContact } from '#store/audiences.ts';
import { createBurst, loadBurst } from '#store/bursts.ts';
import { loadManifestHead } from '#store/manifests.ts';
import { MemoryTable } from '#store/memory-table.ts';
import { savePlan } from '#store/plans.ts';
import { jumpingClock } from '../bench/jumping-clock.ts';
import { burstOf, planOf, quiet, secretsOfBench } from '../bench/release-world.ts';
import { type Borne, noting } from './metered-table.ts';

export interface ScaleOptions {
  readonly recipients: number;
  /** The send quota, emails a second. */
  readonly perSecond: number;
  /** Rounds of events that come back of everybody: Send, Delivery. */
  readonly eventRounds: number;
}

export interface Scaled {
  readonly recipients: number;
  readonly perSecond: number;
  readonly lanes: number;
  readonly windows: number;
  readonly calls: number;
  /** Invocations of the runner that sent something; one less is the number of hand-overs. */
  readonly invocations: number;
  readonly drainSeconds: number;
  /** Per recipient, by the meter. */
  readonly units: {
    readonly ledgerWrite: number;
    readonly manifestWrite: number;
    readonly sendingRead: number;
    /** Per event. */
    readonly eventWrite: number;
    readonly eventRead: number;
  };
  readonly sending: Borne;
  readonly recording: Borne;
}

const BURST = 'scale';
const CALL_MS = 150;
/** Lambda's 15 minutes without what is left for the hand-over (functions/run.ts). */
const INVOCATION_MS = 870_000;
const MINUTE = 60_000;
/** Send and Delivery: what SES is asked to tell of and tells of nearly everybody. */
const ROUNDS: readonly EmailEvent['what'][] = ['send', 'delivery'];

export async function runScale(options: ScaleOptions): Promise<Scaled> {
  const { recipients, perSecond } = options;
  const memory = new MemoryTable();
  const clock = jumpingClock();
  await addPeople(memory, recipients);
  const momentAt = clock.now() + 5 * MINUTE;
  await addBurst(memory, momentAt);
  memory.meter.reset();
  const watched = noting(memory, () => clock.now());
  const seen = { calls: 0, lastAt: 0, readsBefore: 0 };
  const ses = sesOf(perSecond, async (entries) => {
    if (seen.calls === 0) seen.readsBefore = memory.meter.readUnits;
    seen.calls += 1;
    await clock.sleep(CALL_MS);
    seen.lastAt = clock.now();
    return entries;
  });
  const ports: RunnerPorts = {
    table: watched.table,
    clock,
    entropy: createEntropy(),
    log: quiet,
    channels: new Map<string, Channel>([
      ['email', createEmailChannel({ ses, secrets: secretsOfBench(), signingKeys: 'links/keys' })],
    ]),
    account: 'scale',
    suppressionKey: async () => 'k'.repeat(32),
    signingKey: async () => ({ id: 'k', secret: 's'.repeat(32) }),
    setSending: async () => undefined,
  };
  let invocations = 0;
  while ((await loadBurst(memory, BURST))?.state !== 'measuring') {
    const before = seen.calls;
    await tick(ports, { holder: `runner-${invocations}`, until: clock.now() + INVOCATION_MS });
    if (seen.calls > before) invocations += 1;
    const next = Math.ceil((clock.now() + 1) / MINUTE) * MINUTE;
    await clock.sleepUntil(next);
  }
  const head = await loadManifestHead(memory, BURST);
  const unitsOf = (kinds: readonly string[]) =>
    kinds.reduce((sum, kind) => sum + memory.meter.of(kind).writeUnits, 0) / recipients;
  const sent = {
    ledgerWrite: unitsOf(['header', 'lane', 'leg', 'window_record']),
    manifestWrite: unitsOf(['manifest', 'manifest_chunk']),
    sendingRead: (memory.meter.readUnits - seen.readsBefore) / recipients,
  };
  const lanes = head?.lanes ?? [];
  const sending = watched.borne();
  const recorded = await record(memory, options);
  return {
    recipients,
    perSecond,
    lanes: lanes.length,
    windows: sending.items.lane ?? 0,
    calls: seen.calls,
    invocations,
    drainSeconds: Math.round((seen.lastAt - momentAt) / 1_000),
    units: { ...sent, ...recorded.units },
    sending,
    recording: recorded.borne,
  };
}

async function addPeople(table: MemoryTable, count: number): Promise<void> {
  for (let n = 0; n < count; n += 1) {
    await saveContact(table, {
      audience: 'list',
      id: `c${n}`,
      address: `ana${n}@example.org`,
      fields: { first_name: `Ana ${n}` },
    });
  }
}

async function addBurst(table: MemoryTable, momentAt: number): Promise<void> {
  const both = planOf(BURST, momentAt - 5 * MINUTE);
  const legs = both.legs
    .filter((leg) => leg.kind === 'email')
    .map((leg) => ({ ...leg, deadlineMs: 24 * 3_600_000 }));
  const plan: Plan = { ...both, legs };
  await createBurst(table, burstOf(plan, await savePlan(table, plan), { momentAt }), 'scale');
}

function sesOf(perSecond: number, send: (entries: number) => Promise<number>): Ses {
  return {
    identity: async () => 'verified',
    account: async () => ({
      maxSendRate: perSecond,
      max24HourSend: 1e9,
      sentLast24Hours: 0,
      sendingEnabled: true,
      productionAccess: true,
    }),
    sendBulk: async ({ entries }) => {
      await send(entries.length);
      return { entries: entries.map(() => ({ status: 'SUCCESS' })) };
    },
    setSending: async () => {},
  };
}

/** Events of everybody in the order of the list, as a queue that is kept up with delivers them. */
async function record(memory: MemoryTable, { recipients, perSecond, eventRounds }: ScaleOptions) {
  let now = 1_800_000_600_000;
  const watched = noting(memory, () => now);
  let marks = 0;
  const take = createRecord({
    table: watched.table,
    now: () => now,
    id: () => `mark-${++marks}`,
    suppressionKey: async () => 'k'.repeat(32),
    log: quiet,
  });
  const before = { ...memory.meter };
  const batch = 1_000;
  for (const what of ROUNDS.slice(0, eventRounds)) {
    for (let from = 0; from < recipients; from += batch) {
      const events = Array.from({ length: Math.min(batch, recipients - from) }, (_, n) =>
        eventOf(what, from + n, now),
      );
      const failed = await take(events);
      if (failed.length > 0) throw new Error(`${failed.length} events were not recorded`);
      now += (batch / perSecond) * 1_000;
    }
  }
  const events = Math.max(1, recipients * Math.min(eventRounds, ROUNDS.length));
  return {
    units: {
      eventWrite: (memory.meter.writeUnits - before.writeUnits) / events,
      eventRead: (memory.meter.readUnits - before.readUnits) / events,
    },
    borne: watched.borne(),
  };
}

const TYPES = { send: 'Send', delivery: 'Delivery' } as Record<string, string>;

function eventOf(what: string, ordinal: number, at: number) {
  const timestamp = new Date(at).toISOString();
  const call = ordinal % 2 === 0 ? 'trial' : 'demo';
  const tags = { burst: [BURST], leg: ['supporters'], call: [call], ordinal: [String(ordinal)] };
  const mail = { timestamp, messageId: `0100-${ordinal}`, destination: ['x@example.org'], tags };
  const said = {
    eventType: TYPES[what],
    mail,
    ...(what === 'delivery' ? { delivery: { timestamp } } : {}),
  };
  return { messageId: `${what}-${ordinal}`, body: JSON.stringify(said) };
}

/** What the limits allow one invocation to send. */
export function perInvocation(perSecond: number): number {
  return perSecond * limits.quotaShare * (INVOCATION_MS / 1_000);
}

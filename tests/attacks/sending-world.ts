// A whole burst of one email leg in memory: the real runner, virtual time, a channel that notes
// who was called when, and the link domain beside it.

import type { AddressableChannel, Addressee, Channel } from '#channels/contract.ts';
import { parseKeyRing } from '#domain/key-ring.ts';
import type { Clock, Log } from '#domain/ports.ts';
import { addressDigest } from '#domain/suppression.ts';
import { sign } from '#domain/token.ts';
import { createTakeUnsubscribe } from '#feedback/take-unsubscribe.ts';
import { tick } from '#runner/tick.ts';
import { saveContact } from '#store/audiences.ts';
import { createBurst } from '#store/bursts.ts';
import { MemoryTable } from '#store/memory-table.ts';
import { savePlan } from '#store/plans.ts';
import { planOf } from '../feedback/feedback-world.ts';
import { keys, LINK_HOST, request } from '../public/public-world.ts';

const SUPPRESSION_KEY = 'a-key-for-digests';
const CALL_MS = 200;
const PER_SECOND = 50;
const quiet: Log = { info: () => {}, warn: () => {}, error: () => {} };

export interface Call {
  readonly burst: string;
  readonly at: number;
  readonly addressees: readonly Addressee[];
}

export interface SendingWorld {
  readonly table: MemoryTable;
  readonly clock: Clock;
  readonly calls: Call[];
  /** Called while a call is under way. */
  during: (call: Call) => Promise<void>;
  /** Plans, releases and sends a burst to the end. */
  send(burst: string): Promise<void>;
  /** A one-click POST for this recipient; resolves with the instant of the 200. */
  leave(burst: string, addressee: Pick<Addressee, 'ordinal' | 'address'>): Promise<number>;
}

export async function createSendingWorld(recipients: number): Promise<SendingWorld> {
  const table = new MemoryTable();
  const clock = jumpingClock();
  for (let n = 0; n < recipients; n += 1) {
    const contact = { audience: 'members', id: `c${n}`, address: `reader-${n}@example.org` };
    await saveContact(table, { ...contact, fields: {} });
  }
  let marks = 0;
  const entropy = { id: () => `mark-${++marks}`, fraction: () => 0.5 };
  const world: SendingWorld = {
    table,
    clock,
    calls: [],
    during: async () => {},
    async send(burst) {
      await plan(table, burst, clock.now() + 60_000);
      const ports = {
        table,
        clock,
        entropy,
        log: quiet,
        channels: new Map<string, Channel>([['email', channelOf(world)]]),
        account: 'one',
        suppressionKey: async () => SUPPRESSION_KEY,
        signingKey: async () => keys.current,
        setSending: async () => undefined,
      };
      await tick(ports, { holder: `runner-${burst}`, until: clock.now() + 3_600_000 });
    },
    async leave(burst, { ordinal, address }) {
      const take = createTakeUnsubscribe({
        now: () => clock.now(),
        linkHost: LINK_HOST,
        table: {
          get: (key, options) => table.get(key, options),
          putIfAbsent: (item) => table.put(item, { kind: 'item_absent' }),
        },
        keyRing: async () => parseKeyRing(`${keys.current.id}:${keys.current.secret}`),
        log: quiet,
      });
      const call = addressDigest(address, SUPPRESSION_KEY);
      const claims = { purpose: 'unsubscribe', burst, leg: 'email', call, ordinal } as const;
      const path = `/u/${sign(claims, LINK_HOST, keys.current)}`;
      const asked = request({ method: 'POST', path, body: 'List-Unsubscribe=One-Click' });
      const { statusCode } = await take(asked);
      if (statusCode !== 200) throw new Error(`leaving was answered ${statusCode}`);
      return clock.now();
    },
  };
  return world;
}

async function plan(table: MemoryTable, burst: string, momentAt: number): Promise<void> {
  const whole = planOf({ burst });
  const content = { ...whole, legs: whole.legs.filter((leg) => leg.kind === 'email') };
  const timing = { offsetMs: 0, deadlineMs: 600_000, ifNotReady: 'hold' as const };
  const header = {
    id: burst,
    schemaVersion: 1,
    state: 'scheduled' as const,
    revision: 0,
    nonce: 'n',
    contentHash: await savePlan(table, content),
    plannedBy: 'ana',
    approvalPolicy: 'none' as const,
    zone: 'UTC',
    momentAt,
    epoch: 0,
    lanes: 0,
    policy: 'at-most-once' as const,
    legs: [{ name: 'email', channel: 'email', state: 'planned' as const, ...timing }],
  };
  await createBurst(table, header, 'n');
}

function channelOf(world: SendingWorld): AddressableChannel {
  return {
    kind: 'addressable',
    check: () => [],
    checkSender: async () => undefined,
    quota: async () => ({
      perSecond: PER_SECOND,
      perDay: 1_000_000,
      sentLastDay: 0,
      sendingEnabled: true,
    }),
    prepare: async ({ burst }) => ({
      async send(addressees) {
        const call = { burst, at: world.clock.now(), addressees };
        world.calls.push(call);
        await world.during(call);
        await world.clock.sleep(CALL_MS);
        return {
          kind: 'answered',
          outcomes: addressees.map(() => ({ kind: 'accepted' as const })),
        };
      },
    }),
    setSending: async () => {},
  };
}

/** Time that passes only while everybody sleeps. */
function jumpingClock(): Clock {
  let now = Date.parse('2027-03-04T20:00:00Z');
  const sleepers: { at: number; wake: () => void }[] = [];
  let isPumping = false;
  const pump = async (): Promise<void> => {
    isPumping = true;
    while (sleepers.length > 0) {
      await new Promise((resolve) => setImmediate(resolve));
      sleepers.sort((a, b) => a.at - b.at);
      const next = sleepers.shift();
      now = Math.max(now, next?.at ?? now);
      next?.wake();
    }
    isPumping = false;
  };
  const sleepUntil = (at: number): Promise<void> =>
    new Promise((wake) => {
      sleepers.push({ at, wake });
      if (!isPumping) void pump();
    });
  return {
    now: () => now,
    monotonic: () => now,
    sleep: (milliseconds) => sleepUntil(now + milliseconds),
    sleepUntil,
  };
}

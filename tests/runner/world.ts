// Bursts of email in memory: the real runner and store, virtual time, a channel that notes who was
// called when. Whoever looks after the bursts ticks once a minute, as in production.

import type {
  AddressableChannel,
  Addressee,
  BroadcastChannel,
  Channel,
  Published,
  SentBatch,
} from '#channels/contract.ts';
import { advance, type BurstEvent } from '#domain/advance.ts';
import type { Burst } from '#domain/burst.ts';
import { Fault } from '#domain/faults.ts';
import type { ManifestHead } from '#domain/manifest.ts';
import type { BroadcastLegPlan, EmailLegPlan, Plan } from '#domain/plan.ts';
import type { Clock, Log, Table } from '#domain/ports.ts';
import { register } from '#domain/registration.ts';
import { addressDigest, type Suppression } from '#domain/suppression.ts';
import type { EntryOutcome } from '#domain/window-record.ts';
import type { RunnerPorts } from '#runner/ports.ts';
import { tick } from '#runner/tick.ts';
import { type Contact, saveContact } from '#store/audiences.ts';
import { createBurst, loadBurst, saveBurst } from '#store/bursts.ts';
import { loadManifestHead } from '#store/manifests.ts';
import { MemoryTable } from '#store/memory-table.ts';
import { savePlan } from '#store/plans.ts';
import { suppress } from '#store/suppressions.ts';
import { listWindowRecords } from '#store/window-records.ts';

export const SUPPRESSION_KEY = 'a-key-for-digests';
export const PER_SECOND = 50;
export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
const CALL_MS = 100;
/** A runner works for so long, then hands over. */
const RUN_MS = 14 * MINUTE;

export interface Call {
  readonly burst: string;
  readonly leg: string;
  readonly at: number;
  readonly addressees: readonly Addressee[];
}

/** A container that dies at its next await outside of itself. */
export class Crash extends Error {}

export type Planned = Partial<Omit<Plan, 'legs'>> & {
  readonly burst: string;
  readonly at: number;
  readonly zone?: string;
  readonly legs?: readonly Partial<EmailLegPlan>[];
  /** Legs of a network called mastodon, beside the others. */
  readonly posts?: readonly Partial<BroadcastLegPlan>[];
};

export class World {
  readonly table = new MemoryTable();
  readonly clock: Clock;
  readonly calls: Call[] = [];
  /** What the network was asked for, in its order. */
  readonly prepared: { leg: string; at: number }[] = [];
  readonly posted: { leg: string; at: number }[] = [];
  readonly warnings: string[] = [];
  /** How often runners read the key of suppressions. */
  keyReads = 0;
  /** Called before a call's answer; what it returns is the answer, else everybody is accepted. */
  onCall: (call: Call) => Promise<SentBatch | undefined> = async () => undefined;
  /** The same for a post. */
  onPost: (leg: string) => Promise<Published | undefined> = async () => undefined;
  #marks = 0;
  #alive = { is: true };

  constructor(startAt: number) {
    this.clock = jumpingClock(startAt);
  }

  now(): number {
    return this.clock.now();
  }

  digest(address: string): string {
    return addressDigest(address, SUPPRESSION_KEY);
  }

  async addContacts(
    audience: string,
    contacts: readonly (Pick<Contact, 'address'> & Partial<Contact>)[],
  ): Promise<void> {
    for (const [index, contact] of contacts.entries()) {
      await saveContact(this.table, { id: `c${index}`, fields: {}, ...contact, audience });
    }
  }

  /** So many contacts `reader-0@example.org`, ..., each in a zone of its own where one is given. */
  addReaders(audience: string, count: number, zone?: (n: number) => string): Promise<void> {
    const contacts = Array.from({ length: count }, (_, n) => ({
      address: `reader-${n}@example.org`,
      ...(zone === undefined ? {} : { zone: zone(n) }),
    }));
    return this.addContacts(audience, contacts);
  }

  async plan({ burst, at, zone = 'UTC', legs = [{}], posts = [], ...rest }: Planned) {
    const plan: Plan = {
      burst,
      campaign: 'launch',
      linkBase: 'https://go.example.com',
      notify: [],
      calls: [
        { name: 'trial', say: 'Start', to: 'https://example.com/trial' },
        { name: 'demo', say: 'Look', to: 'https://example.com/demo' },
      ],
      legs: [...legs.map(legOf), ...posts.map(postOf)],
      policy: 'at-most-once',
      attributionMs: 86_400_000,
      registration: register({ metric: 'click', windowMs: HOUR }),
      plannedAt: this.now(),
      ...rest,
    };
    const header: Burst = {
      id: burst,
      schemaVersion: 1,
      state: 'scheduled',
      revision: 0,
      nonce: 'n',
      contentHash: await savePlan(this.table, plan),
      plannedBy: 'ana',
      approvalPolicy: 'none',
      zone,
      momentAt: at,
      epoch: 0,
      lanes: 0,
      policy: plan.policy,
      ...(plan.outcomes === undefined ? {} : { outcomes: plan.outcomes }),
      legs: plan.legs.map(({ name, channel, offsetMs, deadlineMs, ifNotReady, outcome }) => ({
        name,
        channel,
        offsetMs,
        deadlineMs,
        ifNotReady,
        state: 'planned',
        ...(outcome === undefined ? {} : { outcome }),
      })),
    };
    const saved = await createBurst(this.table, header, 'n');
    if (saved.kind === 'lost') throw new Error(`burst ${burst} exists`);
    return saved.item;
  }

  /** Ticks until the instant; a tick that crashes is followed by another. */
  async run(until: number): Promise<void> {
    while (this.now() < until) {
      const alive = { is: true };
      this.#alive = alive;
      const end = Math.min(until, this.now() + RUN_MS);
      await tick(this.#ports(alive), { holder: this.#mark(), until: end });
      const next = Math.min(until, Math.floor(this.now() / MINUTE + 1) * MINUTE);
      if (next > this.now()) await this.clock.sleepUntil(next);
    }
  }

  /** The runner at work is gone from here on: nothing it does has an effect. */
  crash(): never {
    this.#alive.is = false;
    throw new Crash('the container is gone');
  }

  /** What a person's command does to the header. */
  async order(burst: string, event: BurstEvent): Promise<Burst> {
    for (;;) {
      const stored = await this.load(burst);
      const answer = advance(stored, event);
      if (answer.kind === 'refused') throw new Error(answer.message);
      const saved = await saveBurst(this.table, stored, answer.burst, this.#mark());
      if (saved.kind === 'saved') return saved.item;
    }
  }

  suppress(address: string, reason: Suppression['reason']): Promise<void> {
    const order = { digest: this.digest(address), reason, at: this.now() };
    return suppress(this.table, order, this.#mark());
  }

  async load(burst: string): Promise<Burst> {
    const stored = await loadBurst(this.table, burst, { consistent: true });
    if (!stored) throw new Error(`burst ${burst} is not there`);
    return stored;
  }

  async head(burst: string): Promise<ManifestHead> {
    const head = await loadManifestHead(this.table, burst);
    if (!head) throw new Error(`burst ${burst} is not frozen`);
    return head;
  }

  async outcomes(burst: string): Promise<EntryOutcome[]> {
    return (await listWindowRecords(this.table, burst)).flatMap((record) => record.outcomes);
  }

  /** Everybody called for a burst, in the order of the calls. */
  called(burst: string): { address: string; ordinal: number; call: string; at: number }[] {
    return this.calls
      .filter((call) => call.burst === burst)
      .flatMap(({ at, addressees }) =>
        addressees.map(({ address, ordinal, call }) => ({ address, ordinal, call, at })),
      );
  }

  #mark(): string {
    this.#marks += 1;
    return `mark-${this.#marks}`;
  }

  #ports(alive: { readonly is: boolean }): RunnerPorts {
    const log: Log = {
      info: () => {},
      warn: (event) => void this.warnings.push(event),
      error: (event, fields) => void this.warnings.push(`${event} ${String(fields?.message)}`),
    };
    return {
      table: mortal(this.table, alive),
      clock: this.clock,
      entropy: { id: () => this.#mark(), fraction: () => 0.5 },
      log,
      channels: new Map<string, Channel>([
        ['email', this.#channel(alive)],
        ['mastodon', this.#network()],
      ]),
      account: 'one',
      suppressionKey: async () => {
        this.keyReads += 1;
        return SUPPRESSION_KEY;
      },
      signingKey: async () => ({ id: 'k', secret: 's'.repeat(32) }),
      setSending: async () => undefined,
    };
  }

  #network(): BroadcastChannel {
    return {
      kind: 'broadcast',
      describe: async () => ({
        identityClass: 'C',
        textMax: 500,
        linkLength: 23,
        imagesMax: 4,
        imageBytesMax: 1_000_000,
        altTextMax: 1_500,
        canRetract: true,
        visibilityMs: 0,
        verification: 'stand_in',
      }),
      check: () => [],
      prepare: async ({ leg, link }) => {
        const preparedAt = this.now();
        this.prepared.push({ leg: leg.name, at: preparedAt });
        const freshUntil = preparedAt + 12 * HOUR;
        const made = { channel: 'mastodon', identityClass: 'C', repeatable: true } as const;
        return { ...made, preparedAt, freshUntil, identity: leg.name, link, request: {} };
      },
      open: async () => undefined,
      publish: async (_prepared, leg) => {
        this.posted.push({ leg: leg.name, at: this.now() });
        return (await this.onPost(leg.name)) ?? { kind: 'published', postId: leg.name };
      },
      resolve: async () => ({ kind: 'unknown', reason: 'not asked' }),
      measure: async () => ({ asOf: this.now(), metrics: {} }),
      retract: async () => 'done',
    };
  }

  #channel(alive: { readonly is: boolean }): AddressableChannel {
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
      prepare: async ({ burst, leg }) => ({
        send: async (addressees) => {
          if (!alive.is) throw new Crash('the container is gone');
          const call = { burst, leg: leg.name, at: this.now(), addressees };
          this.calls.push(call);
          const answer = await this.onCall(call);
          await this.clock.sleep(CALL_MS);
          const accepted = addressees.map(() => ({ kind: 'accepted' as const }));
          return answer ?? { kind: 'answered', outcomes: accepted };
        },
      }),
      setSending: async () => {},
    };
  }
}

function postOf(post: Partial<BroadcastLegPlan>): BroadcastLegPlan {
  return {
    kind: 'broadcast',
    name: 'mastodon',
    channel: 'mastodon',
    connection: 'social',
    call: 'trial',
    text: 'Out now. {call}',
    offsetMs: 0,
    deadlineMs: MINUTE,
    ifNotReady: 'hold',
    ...post,
  };
}

export function legOf(leg: Partial<EmailLegPlan>): EmailLegPlan {
  return {
    kind: 'email',
    name: 'email',
    channel: 'email',
    audience: 'members',
    allocation: [
      { call: 'trial', weight: 1 },
      { call: 'demo', weight: 1 },
    ],
    from: 'Nora <nora@example.com>',
    subject: 'Hello',
    html: '<a href="{{call_link}}">{{call_say}}</a>',
    text: '{{call_link}}',
    slots: {},
    configurationSet: 'volley',
    offsetMs: 0,
    deadlineMs: 2 * HOUR,
    ifNotReady: 'hold',
    ...leg,
  };
}

/** A table that has no answer for a container that is gone. */
function mortal(table: Table, alive: { readonly is: boolean }): Table {
  const living = <A extends unknown[], R>(operation: (...args: A) => Promise<R>) => {
    return async (...args: A): Promise<R> => {
      if (!alive.is)
        throw new Fault('store_refused', 'the container is gone', { retryable: false });
      return operation(...args);
    };
  };
  return {
    get: living((key, options) => table.get(key, options)),
    query: living((query) => table.query(query)),
    put: living((item, condition) => table.put(item, condition)),
    update: living((key, change, condition) => table.update(key, change, condition)),
    delete: living((key, condition) => table.delete(key, condition)),
  };
}

/** Time that passes only while everybody sleeps. */
function jumpingClock(startAt: number): Clock {
  let now = startAt;
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

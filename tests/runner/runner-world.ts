// The real runner and email channel over a memory table, in time that passes only while all sleep.

import type { Channel } from '#channels/contract.ts';
import { createEmailChannel } from '#channels/email.ts';
import { switchSending } from '#commands/switch-sending.ts';
import { advance, type BurstEvent } from '#domain/advance.ts';
import type { Burst } from '#domain/burst.ts';
import { Fault } from '#domain/faults.ts';
import type { EmailLegPlan } from '#domain/plan.ts';
import type { BulkAnswer, BulkEntry, Ses, SesIdentity } from '#domain/ports.ts';
import { TallyBuilder } from '#domain/tally.ts';
import { createEntropy } from '#environment/entropy.ts';
import type { RunnerPorts } from '#runner/ports.ts';
import { tick } from '#runner/tick.ts';
import { saveContact } from '#store/audiences.ts';
import { createBurst, loadBurst, saveBurst } from '#store/bursts.ts';
import { MemoryTable } from '#store/memory-table.ts';
import { savePlan } from '#store/plans.ts';
import { loadCounted, saveCounted } from '#store/tallies.ts';
import { jumpingClock } from '../bench/jumping-clock.ts';
import { burstOf, planOf, secretsOfBench } from '../bench/release-world.ts';

type Entry = BulkAnswer['entries'][number];
type Fate = 'delivered' | 'bounced' | 'complained' | 'silent';

export interface WorldOptions {
  readonly recipients: number;
  readonly perSecond: number;
  readonly leg?: Partial<EmailLegPlan>;
  /** What becomes of an accepted message; the chance is even in [0, 1) and its own. */
  readonly fateOf?: (chance: number, ordinal: number) => Fate;
  /** What SES says to one entry; SUCCESS unless told. */
  readonly answerOf?: (entry: BulkEntry, now: number) => string;
  /** What SES says of an identity; verified unless told. */
  readonly identityOf?: (name: string, now: number) => SesIdentity;
  /** The operator's word on the quota. */
  readonly override?: { readonly perSecond?: number };
}

export interface Sent {
  readonly ordinal: number;
  readonly at: number;
}

const START_AT = 1_800_000_000_000;
const FEEDBACK_MS = { min: 1_000, max: 6_000 };
const MINUTE = 60_000;

export class RunnerWorld {
  readonly clock = jumpingClock(START_AT);
  readonly table = new MemoryTable();
  readonly burst = 'burst';
  readonly momentAt = START_AT + MINUTE;
  readonly accepted: Sent[] = [];
  readonly calledAt: number[] = [];
  /** Every question about an identity. */
  readonly asked: { readonly name: string; readonly at: number }[] = [];
  /** When counts became visible, and what stood there. */
  readonly folded: { readonly at: number; readonly delivered: number; readonly bounced: number }[] =
    [];
  readonly logged: string[] = [];
  /** Every word to SES about the configuration set; it sends unless the last one was no. */
  readonly switched: boolean[] = [];
  readonly ports: RunnerPorts;
  readonly #options: WorldOptions;
  readonly #fates = { delivered: 0, bounced: 0, complained: 0 };
  #heard = 0;
  #folding: Promise<void> = Promise.resolve();
  #state = 7_919;

  private constructor(options: WorldOptions) {
    this.#options = options;
    const email = createEmailChannel({
      ses: this.#ses(),
      secrets: secretsOfBench(),
      signingKeys: 'links/keys',
      ...(options.override ? { account: options.override } : {}),
    });
    this.ports = {
      table: this.table,
      clock: this.clock,
      entropy: createEntropy(),
      log: {
        info: (event) => void this.logged.push(event),
        warn: (event) => void this.logged.push(event),
        error: (event, fields) => void this.logged.push(`${event} ${JSON.stringify(fields)}`),
      },
      channels: new Map<string, Channel>([['email', email]]),
      account: 'test',
      suppressionKey: async () => 'k'.repeat(32),
      signingKey: async () => ({ id: 'k', secret: 's'.repeat(32) }),
      setSending: (burst, enabled) => this.switchSending(burst, enabled),
    };
  }

  /** As a person's command or a runner does it. */
  switchSending(burst: string, enabled: boolean): Promise<void> {
    const wanted = { enabled, now: this.clock.now() };
    return switchSending(this.table, burst, wanted, async (_set, isOn) => {
      this.switched.push(isOn);
    });
  }

  static async open(options: WorldOptions): Promise<RunnerWorld> {
    const world = new RunnerWorld(options);
    for (let n = 0; n < options.recipients; n += 1) {
      await saveContact(world.table, {
        audience: 'list',
        id: `c${n}`,
        address: `ana${n}@example.org`,
        fields: { first_name: `Ana ${n}` },
      });
    }
    await world.plan(world.burst, world.momentAt);
    return world;
  }

  /** Schedules a burst by email alone. */
  async plan(burst: string, momentAt: number): Promise<void> {
    const both = planOf(burst, START_AT);
    const legs = both.legs.flatMap((leg) =>
      leg.kind === 'email' ? [{ ...leg, deadlineMs: 30 * MINUTE, ...this.#options.leg }] : [],
    );
    const plan = { ...both, legs };
    const contentHash = await savePlan(this.table, plan);
    const header = burstOf(plan, contentHash, { momentAt });
    const { deadlineMs = 0, ifNotReady = 'hold' } = legs[0] ?? {};
    const own = header.legs.map((leg) => ({ ...leg, deadlineMs, ifNotReady }));
    await createBurst(this.table, { ...header, legs: own }, 'test');
  }

  /** One invocation of the runner, of at most so many minutes. */
  async tick(minutes = 14, burst = this.burst): Promise<void> {
    const until = this.clock.now() + minutes * MINUTE;
    await tick(this.ports, { holder: this.ports.entropy.id(), until, burst });
  }

  async header(burst = this.burst): Promise<Burst> {
    const header = await loadBurst(this.table, burst, { consistent: true });
    if (!header) throw new Error(`there is no burst ${burst}`);
    return header;
  }

  /** What a person orders; throws when it is refused. */
  async order(event: BurstEvent): Promise<void> {
    for (;;) {
      const before = await this.header();
      const answer = advance(before, event);
      if (answer.kind === 'refused') throw new Error(answer.message);
      const saved = await saveBurst(this.table, before, answer.burst, this.ports.entropy.id());
      if (saved.kind === 'saved') return;
    }
  }

  #ses(): Ses {
    return {
      identity: async (name) => {
        this.asked.push({ name, at: this.clock.now() });
        return this.#options.identityOf?.(name, this.clock.now()) ?? 'verified';
      },
      account: async () => ({
        maxSendRate: this.#options.perSecond,
        max24HourSend: 1e9,
        sentLast24Hours: 0,
        sendingEnabled: true,
        productionAccess: true,
      }),
      sendBulk: async ({ entries }) => {
        this.calledAt.push(this.clock.now());
        await this.clock.sleep(5);
        if (this.switched.at(-1) === false) {
          throw new Fault('ses_refused', 'sending is paused', { retryable: false });
        }
        const answers = entries.map((entry) => this.#take(entry));
        await this.clock.sleep(100 + this.#chance() * 100);
        return { entries: answers };
      },
      setSending: async () => {},
    };
  }

  #take(entry: BulkEntry): Entry {
    const at = this.clock.now();
    const status = this.#options.answerOf?.(entry, at) ?? 'SUCCESS';
    if (status !== 'SUCCESS') return { status, error: 'no' };
    const ordinal = Number(entry.tags.find(({ name }) => name === 'ordinal')?.value);
    this.accepted.push({ ordinal, at });
    const fate = this.#options.fateOf?.(this.#chance(), ordinal) ?? 'silent';
    if (fate !== 'silent') void this.#hear(fate);
    return { status };
  }

  /** SES tells, and the fold makes it visible: seconds later, one write at a time. */
  async #hear(fate: Exclude<Fate, 'silent'>): Promise<void> {
    const { min, max } = FEEDBACK_MS;
    await this.clock.sleep(Math.ceil((min + this.#chance() * (max - min)) / 250) * 250);
    this.#fates[fate] += 1;
    if (fate === 'complained') this.#fates.delivered += 1;
    this.#folding = this.#folding.then(() => this.#fold());
    await this.#folding;
  }

  async #fold(): Promise<void> {
    const { delivered, bounced, complained } = this.#fates;
    if (this.#heard === delivered + bounced) return;
    this.#heard = delivered + bounced;
    const builder = new TallyBuilder();
    builder.add('supporters/trial', 'delivered', delivered);
    builder.add('supporters/trial', 'bounced', bounced);
    builder.add('supporters/trial', 'complained', complained);
    const before = await loadCounted(this.table, this.burst);
    const roots = { o: { revision: (before?.revision ?? 0) + 1, tally: builder.tally } };
    const next = { revision: before?.revision ?? 0, nonce: 'fold', roots };
    await saveCounted(this.table, this.burst, before, next, this.ports.entropy.id());
    this.folded.push({ at: this.clock.now(), delivered, bounced });
  }

  /** xorshift32: the same numbers in every run. */
  #chance(): number {
    this.#state ^= this.#state << 13;
    this.#state >>>= 0;
    this.#state ^= this.#state >>> 17;
    this.#state ^= this.#state << 5;
    this.#state >>>= 0;
    return this.#state / 2 ** 32;
  }
}

/** Bounces so many, complains so many, the others are delivered. */
export function fates(bounces: number, complaints = 0): NonNullable<WorldOptions['fateOf']> {
  return (chance) => {
    if (chance < bounces) return 'bounced';
    return chance < bounces + complaints ? 'complained' : 'delivered';
  };
}

// One simulated world: the real code of Volley among simulated people, providers and machines,
// under the faults of one seed, until everything has come to rest.

import type { Channel } from '#channels/contract.ts';
import { createEmailChannel } from '#channels/email.ts';
import { createMastodonChannel } from '#channels/mastodon.ts';
import type { CommandContext, Scope } from '#commands/context.ts';
import { switchSending } from '#commands/switch-sending.ts';
import { Fault } from '#domain/faults.ts';
import { limits } from '#domain/limits.ts';
import type { Table } from '#domain/ports.ts';
import { addressDigest } from '#domain/suppression.ts';
import { createRecord, type QueueMessage } from '#feedback/record.ts';
import type { RunnerPorts, TickOptions } from '#runner/ports.ts';
import { tick } from '#runner/tick.ts';
import { noteAudience } from '#store/audience-names.ts';
import { createBurst } from '#store/bursts.ts';
import { loadConnection, saveConnection } from '#store/connections.ts';
import { notePlannedBurst } from '#store/planned-bursts.ts';
import { savePlan } from '#store/plans.ts';
import { suppress } from '#store/suppressions.ts';
import { quietChannels } from '../commands/quiet-channels.ts';
import { audit, type Violation } from './auditor.ts';
import { CONFIGURATION_SET, contentOf, headerOf, LINK_BASE } from './campaign.ts';
import { FOLLOW_UP_MS } from './campaign-file.ts';
import {
  CALL_CLASS_IDS,
  type FaultClass,
  type Faults,
  ListedFaults,
  type PlacedStrike,
  SwarmFaults,
} from './fault-plan.ts';
import { Fleet } from './fleet.ts';
import type { Ledger } from './ledger.ts';
import type { SimNode, Surroundings } from './node.ts';
import { asOldRelease } from './old-release.ts';
import { People } from './people.ts';
import { rareStatesOf } from './rare-states.ts';
import { readLedger, restlessness } from './read-ledger.ts';
import { Readers } from './readers.ts';
import { NOTHING_LEFT_OUT, type Reduction, reduceScript } from './reduction.ts';
import { Schedule } from './schedule.ts';
import { type BurstScript, drawScript, type Script } from './script.ts';
import { SesEvents } from './ses-events.ts';
import { deadLettersOf } from './sim-dead-letters.ts';
import { SimNetwork } from './sim-network.ts';
import { type PostKind, SimPosts } from './sim-posts.ts';
import { SimQueue } from './sim-queue.ts';
import { SimSecrets } from './sim-secrets.ts';
import { SimSes } from './sim-ses.ts';
import { SimStore, SimTable } from './sim-table.ts';
import { Stream } from './stream.ts';
import { Trace } from './trace.ts';
import { setTraps } from './traps.ts';
import type { EventTruth, Truth } from './truth.ts';

/** What is put to the test: the runner, or something that only claims to be one. */
export type Subject = (ports: RunnerPorts, options: TickOptions) => Promise<void>;

export interface WorldOptions {
  readonly seed: number;
  readonly isTraced?: boolean;
  readonly subject?: Subject;
  /** Instead of the faults that the seed draws. */
  readonly faults?: Faults;
  /** Instead of the script that the seed draws. */
  readonly script?: Script;
  /** What the seed draws and this world leaves out. */
  readonly reduction?: Reduction;
  /** A second runner starts beside the first one and stands by. */
  readonly hasStandby?: boolean;
}

export interface History {
  readonly seed: number;
  readonly violations: readonly Violation[];
  readonly traceHash: string;
  readonly lines: readonly string[];
  readonly steps: number;
  readonly awaits: number;
  readonly recipients: number;
  readonly faultClasses: readonly FaultClass[];
  readonly struck: readonly PlacedStrike[];
  /** What was planned and done, by name and by place in the script that the seed draws. */
  readonly bursts: readonly string[];
  readonly doings: readonly number[];
  readonly rareStates: readonly string[];
  readonly truth: Truth;
  readonly ledger: Ledger;
}

const SUPPRESSION_KEY = 'suppression-key-of-the-simulation';
const SIGNING_KEYS = 'k1:0123456789abcdef0123456789abcdef';
const ACCOUNT = '123456789012-eu-west-1';
const MINUTE_MS = 60_000;
/** No history takes more; a world that does not come to rest is a finding of its own. */
const STEPS_MAX = 200_000;
const SKEW_MAX_MS = 5_000;

export async function runWorld(options: WorldOptions): Promise<History> {
  const stream = new Stream(options.seed);
  const { isFair } = new SwarmFaults(stream.fork('faults'));
  const script = options.script ?? (await drawScript(stream, isFair));
  const reduced = await reduceScript(script, options.reduction ?? NOTHING_LEFT_OUT);
  return new World(options, reduced).run();
}

class World implements Surroundings {
  readonly schedule: Schedule;
  readonly trace: Trace;
  readonly faults: Faults;
  awaits = 0;
  crashes = 0;
  unanswered = 0;
  readonly #notes = new Set<string>();
  readonly #seed: number;
  readonly #stream: Stream;
  readonly #script: Script;
  readonly #subject: Subject;
  readonly #on: ReadonlySet<FaultClass>;
  readonly #isFair: boolean;
  readonly #truth: Truth;
  readonly #violations: Violation[] = [];
  readonly #secrets: SimSecrets;
  readonly #ses: SimSes;
  readonly #network: SimNetwork;
  readonly #others: ReadonlyMap<PostKind, SimPosts>;
  readonly #readers: Readers;
  /** From here on new containers run the new release (X1). */
  readonly #deployAt: number;
  readonly #queue: SimQueue;
  readonly #events: SesEvents | undefined;
  readonly #recorders: Fleet;
  readonly #runners: Fleet;
  readonly #desks: Fleet;
  readonly #people: People;
  readonly #eventsByBody = new Map<string, EventTruth>();
  #indexed = 0;
  /** How long the queue gathers: every batch costs a dozen awaits. */
  readonly #batchMs: number;
  #store: SimStore;
  readonly #old = new Set<SimNode>();
  readonly #hasStandby: boolean;
  /** Posts or emails go out long after the others. */
  readonly #isLong: boolean;
  #isOver = false;

  constructor(options: WorldOptions, script: Script) {
    const { seed } = options;
    this.#seed = seed;
    this.#script = script;
    this.#subject = options.subject ?? tick;
    this.#hasStandby = options.hasStandby === true;
    this.#isLong = script.bursts.some(
      ({ legs, followUp }) => followUp !== undefined || legs.some(({ series }) => series),
    );
    this.#stream = new Stream(seed);
    const { without, strikes } = options.reduction ?? NOTHING_LEFT_OUT;
    const swarm = new SwarmFaults(this.#stream.fork('faults'), new Set(without));
    this.faults = options.faults ?? (strikes ? new ListedFaults(strikes) : swarm);
    this.#on = options.faults ? new Set<FaultClass>() : swarm.on;
    this.#isFair = options.faults === undefined && swarm.isFair;
    this.schedule = new Schedule(script.startAt, this.#stream.fork('ties'));
    this.trace = new Trace(script.startAt, options.isTraced === true);
    if (!options.faults) for (const line of swarm.describe()) this.#say(line);
    this.#store = new SimStore(this.schedule);
    this.#truth = this.#newTruth();
    this.#secrets = new SimSecrets({
      'links/keys': SIGNING_KEYS,
      'suppression/key': SUPPRESSION_KEY,
      'connections/social': 'token-of-the-simulation',
    });
    this.#ses = this.#newSes();
    this.#network = this.#newNetwork();
    this.#others = this.#newOthers();
    this.#queue = new SimQueue(this.schedule, this.#stream.fork('queue'), {
      visibilityMs: hasPoison(script) ? 12_000 : 60_000,
      receivesMax: limits.feedbackReceivesMax,
      duplicateShare: this.#has('E1') ? 0.05 : 0,
    });
    this.#events = this.#newEvents();
    this.#batchMs = this.#stream.fork('batches').pick([500, 2_000, 4_000]);
    const readers = this.#stream.fork('readers');
    this.#readers = new Readers(this.#queue, this.schedule, readers, this.#truth);
    this.#deployAt = this.#has('X1')
      ? this.#somewhen(this.#stream.fork('deploy'))
      : Number.NEGATIVE_INFINITY;
    const settings = {
      skewMs: this.#has('T1') ? SKEW_MAX_MS : 20,
      isCutShort: this.#has('C5'),
      isUnpunctual: this.#has('T3'),
    };
    this.#runners = new Fleet(this, 'run', this.#stream.fork('runners'), settings);
    this.#desks = new Fleet(this, 'api', this.#stream.fork('desks'), settings);
    this.#recorders = new Fleet(this, 'rec', this.#stream.fork('recorders'), settings);
    this.#people = new People({
      world: this,
      fleet: this.#desks,
      chance: this.#stream.fork('people'),
      truth: this.#truth,
      scripts: new Map(script.bursts.map((burst) => [burst.burst, burst])),
      readers: this.#readers,
      contextOf: (node, name, scope) => this.#contextOf(node, name, scope),
    });
  }

  async run(): Promise<History> {
    await this.#setUp();
    const restore = setTraps({
      touched: (what) => this.#violate('PURE', `${what} was touched`),
      rejected: (error) => this.#violate('CALM', `a rejection nobody handled: ${describe(error)}`),
    });
    try {
      this.#people.begin(this.#script.doings);
      this.#beat();
      this.#listen();
      this.#placeFaults();
      this.schedule.at(this.#healAt(), () => this.#heal());
      await this.schedule.run(() => this.#isOver, STEPS_MAX);
    } catch (error) {
      this.#violate('V16', describe(error));
    } finally {
      restore();
    }
    return this.#judge();
  }

  note(state: string): void {
    this.#notes.add(state);
  }

  onDuplicateTick(): void {
    this.schedule.after(0, () => this.#tick());
  }

  onLog(node: SimNode, event: string, fields: Readonly<Record<string, unknown>>): void {
    this.#notes.add(`log: ${event}`);
    if (event === 'lease_taken' && Number(fields.epoch) > 2) {
      this.#notes.add(`taken over: ${String(fields.state)}`);
    }
    if (event === 'burst_failed' && fields.code === 'unexpected') {
      this.#violate('CALM', `${node.name} met an error nobody foresaw: ${String(fields.message)}`);
    }
  }

  // ---- Setting up ------------------------------------------------------------------------------

  #has(id: FaultClass): boolean {
    return this.#on.has(id);
  }

  #newTruth(): Truth {
    const { startAt, bursts, statedPerSecond } = this.#script;
    const lower = this.#stream.fork('P1').between(0.5, 0.95);
    return {
      startAt,
      isFair: this.#isFair,
      isMixed: this.#has('X1'),
      patienceMs:
        (bursts.some(hasFirstWave) ? 10 * MINUTE_MS : 0) +
        (bursts.some(hasWaves) ? 10 * MINUTE_MS : 0) +
        (bursts.some(({ followUp }) => followUp) ? 20 * MINUTE_MS : 0),
      isCalm: ![...this.#on].some((id) => id === 'D3' || CALL_CLASS_IDS.has(id)),
      endedAt: startAt,
      bursts: bursts.flatMap((burst) => truthsOf(burst, this.#script)),
      calls: [],
      accepted: [],
      posts: [],
      events: [],
      conversions: [],
      clicks: [],
      allocations: [],
      imported: new Set(),
      erasing: new Set(),
      acknowledgements: [],
      orders: [],
      plannings: [],
      imports: [],
      moments: [],
      resumes: [],
      skewMaxMs: SKEW_MAX_MS,
      indexLagMs: this.#has('D5') ? MINUTE_MS : 0,
      quota: {
        statedPerSecond,
        realPerSecond: this.#has('P1') ? statedPerSecond * lower : statedPerSecond,
      },
      queue: { receivesMost: 0, receivesMax: limits.feedbackReceivesMax },
      crashes: 0,
      unanswered: 0,
      suppressedBefore: suppressedBefore(this.#stream.fork('suppressed'), bursts),
    };
  }

  #newSes(): SimSes {
    const chance = this.#stream.fork('ses');
    const { statedPerSecond, realPerSecond } = this.#truth.quota;
    const settings = {
      statedPerSecond,
      realPerSecond,
      perDay: 50_000,
      refusedShare: this.#has('P2') ? chance.between(0, 0.1) : 0,
      transientShare: this.#has('P2') ? chance.between(0, 0.05) : 0,
      isPaused: false,
    };
    return new SimSes(this.schedule, chance, settings, this.#truth);
  }

  /** Not every world listens to SES: where nobody does, silence must not be taken for an answer. */
  #newEvents(): SesEvents | undefined {
    const chance = this.#stream.fork('events');
    if (!this.#has('E1') && !this.#has('P5') && chance.chance(0.85)) return undefined;
    const settings = {
      isUnreliable: this.#has('E1'),
      lostShare: chance.pick([0, 0.002, 0.01]),
      bounceShare: this.#has('P5') ? chance.between(0, 0.3) : 0,
    };
    const events = new SesEvents(this.#queue, chance, settings, this.#truth.events);
    this.#ses.onAccepted = (accepted, entry) => events.accepted(accepted, entry);
    this.#ses.onRefused = (entry) => events.refused(this.schedule.now, entry);
    return events;
  }

  #newNetwork(): SimNetwork {
    const chance = this.#stream.fork('network');
    const settings = {
      honoursKeys: chance.chance(0.65),
      keyMs: 3_600_000,
      visibilityMs: chance.pick([0, 0, 1_000, 5_000]),
      isTokenValid: true,
      isThrottled: false,
    };
    return new SimNetwork(this.schedule, settings, this.#truth);
  }

  /** Networks whose interfaces keep no keys, each in its own way. */
  #newOthers(): ReadonlyMap<PostKind, SimPosts> {
    const chance = this.#stream.fork('others');
    const kinds = ['named', 'staged', 'bare'] as const;
    return new Map(
      kinds.map((kind) => {
        const visibilityMs = chance.pick([0, 1_000, 5_000]);
        const settings = { visibilityMs, isTokenValid: true, isThrottled: false };
        return [kind, new SimPosts(kind, this.schedule, settings, this.#truth)];
      }),
    );
  }

  async #setUp(): Promise<void> {
    const audiences = this.#script.bursts.flatMap((burst) =>
      burst.legs.flatMap((leg) => (leg.audience ? [leg.audience] : [])),
    );
    const tables = new Map(audiences.map((one) => [one.id, one.table]));
    this.#store = new SimStore(this.schedule, tables.values());
    const { table } = this.#store;
    for (const [index, address] of this.#truth.suppressedBefore.entries()) {
      const digest = addressDigest(address, SUPPRESSION_KEY);
      const at = this.#script.startAt - 86_400_000;
      await suppress(table, { digest, reason: 'unsubscribed', at }, `before-${index}`);
    }
    for (const burst of this.#script.bursts) {
      if (burst.isFile) continue;
      const { plan } = contentOf(burst, 1, this.#script.startAt);
      const hash = await savePlan(table, plan);
      await createBurst(table, headerOf(burst, hash), 'new');
      await notePlannedBurst(table, burst.burst);
    }
    for (const { id } of audiences) await noteAudience(table, id);
    await saveConnection(table, {
      id: 'social',
      channel: 'mastodon',
      baseUrl: this.#network.base,
      secretName: 'connections/social',
    });
    table.meter.reset();
    const lag = this.#stream.fork('lag');
    this.#store.lag({
      ...(this.#has('D4') ? { readMs: lag.between(50, 2_000) } : {}),
      ...(this.#has('D5') ? { indexMs: lag.logUniform(500, 60_000) } : {}),
    });
  }

  // ---- The machines ----------------------------------------------------------------------------

  #portsOf(node: SimNode): RunnerPorts {
    const known = node.memory.get('ports') as RunnerPorts | undefined;
    if (known) return known;
    const secrets = this.#secrets.port(node);
    const email = createEmailChannel({
      ses: this.#ses.port(node),
      secrets,
      signingKeys: 'links/keys',
    });
    const table = this.#tableOf(node);
    const mastodon = createMastodonChannel({
      http: this.#network.port(node),
      secrets,
      clock: node.clock,
      connections: (connection) => connectionOf(table, connection),
    });
    const ports: RunnerPorts = {
      table,
      clock: node.clock,
      entropy: node.entropy,
      log: node.log,
      channels: new Map<string, Channel>([
        ['email', email],
        ['mastodon', mastodon],
        ...[...this.#others].map(
          ([kind, network]) => [kind, network.channel(node, secrets)] as const,
        ),
      ]),
      account: ACCOUNT,
      suppressionKey: () => secrets.get('suppression/key'),
      signingKey: async () => {
        const [id = '', secret = ''] = (await secrets.get('links/keys')).split(':');
        return { id, secret };
      },
      setSending: (burst, enabled) => this.#setSending(node, table, burst, enabled),
    };
    node.memory.set('ports', ports);
    return ports;
  }

  #contextOf(node: SimNode, name: string, scope: Scope): CommandContext {
    const secrets = this.#secrets.port(node);
    const table = this.#tableOf(node);
    return {
      table,
      clock: node.clock,
      entropy: node.entropy,
      secrets,
      principal: { name, scopes: new Set([scope]) },
      suppressionKey: () => secrets.get('suppression/key'),
      linkBase: LINK_BASE,
      configurationSet: CONFIGURATION_SET,
      newToken: () => node.entropy.id(),
      buildReport: async () => ({}),
      startRunner: (burst) => this.#startRunner(node, burst),
      deadLetters: deadLettersOf(node, this.#queue, (state) => this.note(state)),
      channels: quietChannels,
      setSending: (burst, enabled) => this.#setSending(node, table, burst, enabled),
    };
  }

  /** What runs in a container is decided when it starts: by then it is new or still the old one. */
  #tableOf(node: SimNode): Table {
    const table = new SimTable(node, this.#store);
    let isOld = node.memory.get('isOld') as boolean | undefined;
    if (isOld === undefined) {
      isOld = this.schedule.now < this.#deployAt;
      node.memory.set('isOld', isOld);
      if (isOld) this.#old.add(node);
    }
    return isOld ? asOldRelease(table, () => this.#notes.add('old code met new items')) : table;
  }

  #setSending(node: SimNode, table: Table, burst: string, enabled: boolean): Promise<void> {
    const ses = this.#ses.port(node);
    return switchSending(table, burst, { enabled, now: node.clock.now() }, (set, isOn) =>
      ses.setSending(set, isOn),
    );
  }

  #startRunner(node: SimNode, burst: string): Promise<void> {
    return node.call({
      port: 'queue',
      verb: 'invoke',
      what: `start a runner for ${burst}`,
      isWrite: true,
      latencyMs: 30,
      timeoutMs: 3_000,
      apply: () => {
        const delay = this.#stream.fork(`start${this.schedule.steps}`).between(20, 600);
        this.schedule.after(delay, () => this.#tick(burst));
        if (this.#hasStandby) this.schedule.after(delay + 1_000, () => this.#tick(burst));
      },
      unanswered: (why) => new Error(`the runner may not have started: ${why}`),
      refused: () => new Error('the runner was not started'),
    });
  }

  #tick(burst?: string): void {
    if (this.#isOver) return;
    const node = this.#runners.invoke(
      ({ node: own, until, holder }) => {
        this.trace.note(this.schedule.now, own.name, `TICK ${burst ?? ''}`);
        const options = burst === undefined ? { holder, until } : { holder, until, burst };
        return this.#subject(this.#portsOf(own), options);
      },
      (error) => {
        this.trace.note(
          this.schedule.now,
          node.name,
          error ? `TICK FAILED ${describe(error)}` : 'tick over',
        );
        if (error && !isForeseen(error)) {
          this.#violate('CALM', `a tick threw an error nobody foresaw: ${describe(error)}`);
        }
      },
    );
    if (this.#runners.busy.length > 1) this.#notes.add('two runners at once');
  }

  /** A tick every minute, sooner or later; and more of them when the class is on. */
  #beat(): void {
    const chance = this.#stream.fork('beat');
    const isUnpunctual = this.#has('T3');
    const next = () => {
      if (this.#isOver) return;
      const late = isUnpunctual ? chance.between(0, 59_000) : chance.between(0, 1_500);
      this.schedule.after(late, () => this.#tick());
      if (isUnpunctual && this.#truth.healedAt === undefined && chance.chance(0.4)) {
        const copies = chance.integer(1, 3);
        const at = chance.between(0, MINUTE_MS);
        for (let copy = 0; copy < copies; copy += 1) {
          this.schedule.after(at + chance.between(0, 300), () => this.#tick());
        }
      }
      // Long after the faults there is little left to see: a tick every few minutes will do.
      const isLate =
        !this.#isLong && this.schedule.now - (this.#truth.healedAt ?? Infinity) > 6 * MINUTE_MS;
      this.schedule.after(isLate ? 6 * MINUTE_MS : MINUTE_MS, next, false);
    };
    this.schedule.after(chance.between(0, 10_000), next, false);
  }

  // ---- Feedback --------------------------------------------------------------------------------

  /** Takes what has become visible, a batch at a time. */
  #listen(): void {
    if (this.#isOver || !(this.#events || hasReaders(this.#script))) return;
    const batch = this.#queue.receive(
      this.#stream.fork(`batch${this.schedule.steps}`).integer(1, 400),
    );
    if (batch.length > 0) this.#record(batch);
    const idleMs = this.#truth.healedAt === undefined ? 5_000 : 30_000;
    // Stragglers are waited for: a batch of one costs as many awaits as one of a hundred.
    const gatherMs = batch.length < 5 ? 3 * this.#batchMs : this.#batchMs;
    const waitMs = Math.max(gatherMs, Math.min(idleMs, this.#queue.nextIn() ?? idleMs));
    this.schedule.after(waitMs, () => this.#listen());
  }

  #record(batch: readonly QueueMessage[]): void {
    let failed: string[] = [];
    this.#recorders.invoke(
      async ({ node }) => {
        failed = await this.#recorderOf(node)(batch);
      },
      (error) => {
        if (error) return;
        for (const { messageId, body } of batch) {
          if (failed.includes(messageId)) continue;
          this.#queue.acknowledge(messageId);
          this.#heard(body);
        }
      },
    );
  }

  #recorderOf(node: SimNode): (batch: readonly QueueMessage[]) => Promise<string[]> {
    const known = node.memory.get('record');
    if (known !== undefined) return known as (batch: readonly QueueMessage[]) => Promise<string[]>;
    const secrets = this.#secrets.port(node);
    const record = createRecord({
      table: new SimTable(node, this.#store),
      now: () => node.clock.now(),
      id: () => node.entropy.id(),
      suppressionKey: () => secrets.get('suppression/key'),
      log: node.log,
    });
    node.memory.set('record', record);
    return record;
  }

  /** Of two events with one body the first; bodies are looked up a hundred times a world. */
  #eventOf(body: string): EventTruth | undefined {
    const { events } = this.#truth;
    for (; this.#indexed < events.length; this.#indexed += 1) {
      const event = events[this.#indexed] as EventTruth;
      if (!this.#eventsByBody.has(event.body)) this.#eventsByBody.set(event.body, event);
    }
    return this.#eventsByBody.get(body);
  }

  /** An acknowledged event counts from here on; a bounce or complaint suppresses the address. */
  #heard(body: string): void {
    if (this.#readers.heard(body, this.schedule.now)) this.#notes.add('a conversion was heard');
    const event = this.#eventOf(body);
    if (event?.recordedAt !== undefined) this.#notes.add('an event came twice');
    if (!event || event.recordedAt !== undefined) return;
    const at = this.schedule.now;
    event.recordedAt = at;
    if (event.kind === 'Bounce' || event.kind === 'Complaint') {
      this.#truth.acknowledgements.push({ kind: 'suppressed', address: event.address, at });
      this.#notes.add('an event suppressed an address');
    }
  }

  // ---- Faults that come by the clock -----------------------------------------------------------

  /** Some moment at which it may hurt: around a burst's moment, or anywhere. */
  #somewhen(chance: Stream): number {
    const { startAt, lastAt, doings } = this.#script;
    const moments = doings.flatMap(({ act }) => (act.kind === 'schedule' ? [act.momentAt] : []));
    const fires = doings.flatMap(({ act, at }) => (act.kind === 'fire' ? [at] : []));
    const points = [...moments, ...fires];
    if (points.length > 0 && chance.chance(0.7)) {
      return chance.pick(points) + chance.between(-10_000, 15_000);
    }
    return chance.between(startAt, lastAt + 30_000);
  }

  #placeFaults(): void {
    const { schedule } = this;
    const between = (id: FaultClass, most: number, toggle: (isOn: boolean) => void) => {
      if (!this.#has(id)) return;
      const chance = this.#stream.fork(`place${id}`);
      const at = this.#somewhen(chance);
      schedule.at(at, () => this.#say(`${id} begins`, toggle, true), false);
      schedule.at(
        at + chance.logUniform(500, most),
        () => this.#say(`${id} ends`, toggle, false),
        false,
      );
    };
    between('P3', 60_000, (isOn) => (this.#ses.settings.isPaused = isOn));
    between('K1', 60_000, (isOn) => (this.#secrets.isUnreadable = isOn));
    const hot = { chance: this.#stream.fork('hot'), share: 0.75 };
    between('D3', 6_000, (isOn) => (this.#store.hot = isOn ? hot : undefined));
    const choice = this.#stream.fork('P4kind').fraction();
    between('P4', 40_000, (isOn) => {
      for (const { settings } of [this.#network, ...this.#others.values()]) {
        if (choice < 0.4) settings.isTokenValid = !isOn;
        else settings.isThrottled = isOn;
      }
    });
    if (this.#has('C4')) {
      const chance = this.#stream.fork('placeC4');
      for (let count = chance.integer(1, 2); count > 0; count -= 1) {
        schedule.at(this.#somewhen(chance), () => this.#runners.crashAll(), false);
      }
    }
    if (this.#has('T2')) this.#stepClocks();
  }

  /** Clocks step now and then, within what clocks of nodes may disagree by. */
  #stepClocks(): void {
    const chance = this.#stream.fork('placeT2');
    for (let count = chance.integer(1, 6); count > 0; count -= 1) {
      this.schedule.at(
        this.#somewhen(chance),
        () => {
          const nodes = this.#runners.nodes.filter((node) => node.isAlive);
          if (nodes.length === 0) return;
          const node = chance.pick(nodes);
          node.skewMs = chance.between(-SKEW_MAX_MS, SKEW_MAX_MS);
          this.#notes.add('a clock stepped');
          this.trace.note(this.schedule.now, node.name, `CLOCK now off by ${node.skewMs} ms`);
        },
        false,
      );
    }
  }

  #say(what: string, toggle?: (isOn: boolean) => void, isOn = false): void {
    toggle?.(isOn);
    if (toggle) this.#notes.add(what);
    this.trace.note(this.schedule.now, 'world', what);
  }

  // ---- Healing and rest ------------------------------------------------------------------------

  #healAt(): number {
    return this.#script.lastAt + this.#stream.fork('heal').between(20_000, 120_000);
  }

  #heal(): void {
    this.#truth.healedAt = this.schedule.now;
    this.faults.heal();
    this.#store.heal();
    this.#runners.heal();
    this.#desks.heal();
    this.#recorders.heal();
    this.#events?.heal();
    this.#queue.settings.duplicateShare = 0;
    this.#secrets.isUnreadable = false;
    this.#ses.settings.isPaused = false;
    this.#ses.settings.transientShare = 0;
    for (const node of this.#old) node.crash('replaced by the new release');
    for (const { settings } of [this.#network, ...this.#others.values()]) {
      settings.isTokenValid = true;
      settings.isThrottled = false;
    }
    this.trace.note(this.schedule.now, 'world', 'HEALED: from here on nothing fails');
    this.schedule.after(1_000, () => this.#look(0));
  }

  /** Every virtual minute: is there still something to do, and does somebody have to do it? */
  #look(minutes: number): void {
    const at = { account: ACCOUNT, now: this.schedule.now };
    void restlessness(this.#store.table, this.#truth.bursts, at).then((restless) => {
      const isBusy = this.#runners.isBusy || this.#desks.isBusy;
      if ((restless.length === 0 && !isBusy) || minutes > 46 + this.#truth.patienceMs / MINUTE_MS) {
        this.#isOver = true;
        return;
      }
      for (const burst of restless) {
        if ((burst.needsPerson || this.#mayWait(burst.burst)) && minutes % 4 === 0)
          this.#people.tidy(burst.burst);
      }
      this.schedule.after(MINUTE_MS, () => this.#look(minutes + 1));
    });
  }

  /** A wave that nobody has allocated waits for a person while its burst is being released. */
  #mayWait(burst: string): boolean {
    const script = this.#script.bursts.find((one) => one.burst === burst);
    return script?.legs.some((leg) => leg.waves !== undefined) === true;
  }

  // ---- Judging ---------------------------------------------------------------------------------

  #violate(invariant: string, sentence: string): void {
    if (this.#violations.length < 20) this.#violations.push({ invariant, sentence });
  }

  #rareStates(ledger: Ledger): string[] {
    const { doings } = this.#script;
    if (this.#recorders.nodes.some((node) => !node.isAlive)) this.#notes.add('a recorder died');
    for (const note of this.#store.notes) this.#notes.add(note);
    return rareStatesOf({ truth: this.#truth, ledger, doings, notes: this.#notes });
  }

  async #judge(): Promise<History> {
    const truth = this.#truth;
    truth.endedAt = this.schedule.now;
    truth.crashes = this.crashes;
    truth.unanswered = this.unanswered;
    truth.queue.receivesMost = this.#queue.receivesMost;
    const ledger = await readLedger(this.#store.table, truth.bursts, {
      account: ACCOUNT,
      now: this.schedule.now,
      hasErased: truth.acknowledgements.some(({ kind }) => kind === 'erased'),
      deadLetters: this.#queue.dead.map(({ messageId }) => messageId),
    });
    const violations = [...this.#violations, ...audit(truth, ledger)];
    for (const { invariant, sentence } of violations)
      this.#say(`VIOLATION ${invariant} ${sentence}`);
    return {
      seed: this.#seed,
      violations,
      traceHash: this.trace.hash,
      lines: this.trace.lines ?? [],
      steps: this.schedule.steps,
      awaits: this.awaits,
      recipients: truth.bursts.reduce(
        (sum, one) =>
          sum + (one.follows ? 0 : one.legs.reduce((all, leg) => all + leg.audience.length, 0)),
        0,
      ),
      faultClasses: [...this.#on],
      struck: this.faults.struck,
      bursts: this.#script.bursts.map(({ burst }) => burst),
      doings: this.#script.doings.map(({ place = -1 }) => place),
      rareStates: this.#rareStates(ledger),
      truth,
      ledger,
    };
  }
}

async function connectionOf(table: Table, id: string) {
  const connection = await loadConnection(table, id);
  if (connection) return connection;
  throw new Fault('connection_unknown', `there is no connection ${id}`, { retryable: false });
}

/** The burst, and the one that may follow it. */
function truthsOf(script: BurstScript, whole: Script): Truth['bursts'] {
  const own = truthOf(script, whole);
  const { burst, followUp } = script;
  if (!followUp) return [own];
  const { who } = followUp;
  const legs = own.legs
    .filter(({ kind }) => kind === 'email')
    .map(({ bets: _b, skipsConverted: _s, outcome: _o, ...leg }) => ({
      ...leg,
      offsetMs: 0,
      deadlineMs: limits.emailDeadlineMs,
      ...(who === 'converted' ? {} : { skipsConverted: true }),
    }));
  const follows = { burst, who, afterMs: FOLLOW_UP_MS };
  return [own, { ...own, burst: followUp.burst, follows, legs }];
}

function truthOf(script: BurstScript, { startAt, doings }: Script): Truth['bursts'][number] {
  const isEdited = doings.some(({ act, burst }) => act.kind === 'edit' && burst === script.burst);
  return {
    burst: script.burst,
    plannedBy: 'ann',
    needsSecond: script.needsSecond,
    policy: script.policy,
    ...(script.cap ? { cap: script.cap } : {}),
    legs: script.legs.map((leg) => ({
      leg: leg.leg,
      kind: leg.kind,
      offsetMs: leg.offsetMs,
      deadlineMs: leg.deadlineMs,
      ...(leg.kind === 'post' ? { channel: leg.channel ?? 'mastodon' } : {}),
      ...(leg.channel === 'bare' ? { isBare: true } : {}),
      ...(leg.quiet ? { quiet: leg.quiet } : {}),
      ...(leg.skipsConverted ? { skipsConverted: true } : {}),
      ...(leg.waves ? { bets: leg.waves.map(({ bet }) => bet) } : {}),
      ...(leg.series ? { series: leg.series.name } : {}),
      ...(leg.audience ? { offsets: leg.audience.offsets } : {}),
      ...(leg.outcome === undefined ? {} : { outcome: leg.outcome }),
      audience: leg.audience?.addresses ?? [],
    })),
    contents: (isEdited ? [1, 2] : [1]).map((version) => {
      const { mark, hash, plan } = contentOf(script, version, startAt);
      const calls = plan.legs.flatMap((leg) =>
        leg.kind === 'broadcast' && leg.series ? [[leg.name, leg.call] as const] : [],
      );
      return { content: mark, contentHash: hash, calls: new Map(calls) };
    }),
  };
}

function suppressedBefore(chance: Stream, bursts: readonly BurstScript[]): string[] {
  const all = bursts.flatMap((burst) => burst.legs.flatMap((leg) => leg.audience?.addresses ?? []));
  const count = chance.pick([0, 0, 2, 12]);
  return [...new Set(Array.from({ length: count }, () => chance.pick(all)))];
}

/** Whoever looks after it allocates one wave every four minutes, and resumes no sooner. */
function hasWaves({ legs }: BurstScript): boolean {
  return legs.some(({ waves }) => waves !== undefined);
}

function hasFirstWave({ legs }: BurstScript): boolean {
  return legs.some((leg) => leg.firstWave !== undefined);
}

const FEEDBACK: ReadonlySet<string> = new Set(['click', 'convert', 'complain', 'replay', 'poison']);

/** Something comes back through the queue that SES has no part in. */
function hasReaders({ doings }: Script): boolean {
  return doings.some(({ act }) => FEEDBACK.has(act.kind));
}

function hasPoison({ doings }: Script): boolean {
  return doings.some(({ act }) => act.kind === 'poison');
}

/** Faults and refusals are foreseen; anything else is a bug. */
function isForeseen(error: unknown): boolean {
  return error instanceof Error && ['Fault', 'Refusal', 'LeaseLost'].includes(error.name);
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const where = error.stack?.split('\n')[1]?.trim() ?? '';
  return `${error.name}: ${error.message} ${isForeseen(error) ? '' : where}`;
}

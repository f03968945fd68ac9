// One burst at one rate in virtual time: the real runner and email channel, SES as a token bucket.

import { parentPort } from 'node:worker_threads';
import type { Channel } from '#channels/contract.ts';
import { createEmailChannel } from '#channels/email.ts';
import { Fault } from '#domain/faults.ts';
import type { BulkAnswer, BulkRequest, Clock, Ses, Table } from '#domain/ports.ts';
import { createEntropy } from '#environment/entropy.ts';
import type { RunnerPorts } from '#runner/ports.ts';
import { tick } from '#runner/tick.ts';
import { saveContact } from '#store/audiences.ts';
import { createBurst } from '#store/bursts.ts';
import { MemoryTable } from '#store/memory-table.ts';
import { savePlan } from '#store/plans.ts';
import { jumpingClock } from './jumping-clock.ts';
import { burstOf, planOf, quiet, secretsOfBench } from './release-world.ts';

export interface QuotaCase {
  /** What the account states, and what it really allows, recipients a second. */
  readonly rate: number;
  readonly realRate: number;
  readonly recipients: number;
}

export interface QuotaFigures {
  readonly rate: number;
  readonly realRate: number;
  /** Accepted over what `realRate` allows: over the burst, or after its first 30 s. */
  readonly used: number;
  /** Entries that SES refused for being too fast. */
  readonly throttles: number;
  readonly throttledShare: number;
  readonly seconds: number;
  readonly recipients: number;
}

const START_AT = 1_800_000_000_000;
/** A request reaches SES within this, is decided there, and answered after the latency. */
const WAY_MS = { min: 2, max: 10 };
const LATENCY_MS = { min: 100, max: 300 };
const STORE_MS = { min: 3, max: 8 };
/** Share of the calls without a free token that are refused as a whole. */
const WHOLE_SHARE = 0.3;

export async function runQuota({ rate, realRate, recipients }: QuotaCase): Promise<QuotaFigures> {
  const clock = jumpingClock(START_AT);
  const chance = chanceOf(rate * 31 + realRate);
  const memory = new MemoryTable();
  for (let n = 0; n < recipients; n += 1) {
    const fields = { first_name: `Ana ${n}` };
    const address = `ana${n}@example.org`;
    await saveContact(memory, { audience: 'list', id: `c${n}`, address, fields });
  }
  const both = planOf('burst', START_AT);
  const plan = { ...both, legs: both.legs.filter((leg) => leg.kind === 'email') };
  const momentAt = START_AT + 60_000;
  await createBurst(memory, burstOf(plan, await savePlan(memory, plan), { momentAt }), 'bench');
  const ses = new BucketSes(clock, chance, { rate, realRate });
  const secrets = secretsOfBench();
  const channel = createEmailChannel({ ses: ses.port, secrets, signingKeys: 'links/keys' });
  const ports: RunnerPorts = {
    table: withLatency(memory, clock, chance),
    clock,
    entropy: createEntropy(),
    log: quiet,
    channels: new Map<string, Channel>([['email', channel]]),
    account: 'bench',
    suppressionKey: async () => 'k'.repeat(32),
    signingKey: async () => ({ id: 'k', secret: 's'.repeat(32) }),
    setSending: async () => undefined,
  };
  await tick(ports, { holder: 'bench', until: START_AT + 86_400_000, burst: 'burst' });
  const figures = ses.figures(rate === realRate ? 0 : 30);
  if (figures.accepted !== recipients) {
    throw new Error(`${figures.accepted} of ${recipients} were accepted at ${rate}/s`);
  }
  const { used, throttles, throttledShare, seconds } = figures;
  return { rate, realRate, used, throttles, throttledShare, seconds, recipients };
}

/** A bucket of one second's worth, at least of one recipient, full at the start. */
class BucketSes {
  readonly #clock: Clock;
  readonly #chance: () => number;
  readonly #rate: number;
  readonly #realRate: number;
  readonly #decided: { readonly at: number; readonly accepted: number }[] = [];
  #tokens: number;
  #filledAt = START_AT;
  #throttles = 0;

  constructor(
    clock: Clock,
    chance: () => number,
    { rate, realRate }: { readonly rate: number; readonly realRate: number },
  ) {
    this.#clock = clock;
    this.#chance = chance;
    this.#rate = rate;
    this.#realRate = realRate;
    this.#tokens = Math.max(1, realRate);
  }

  readonly port: Ses = {
    identity: async () => 'verified',
    account: async () => ({
      maxSendRate: this.#rate,
      max24HourSend: 1e9,
      sentLast24Hours: 0,
      sendingEnabled: true,
      productionAccess: true,
    }),
    sendBulk: (request) => this.#send(request),
    setSending: async () => {},
  };

  async #send({ entries }: BulkRequest): Promise<BulkAnswer> {
    const way = between(WAY_MS, this.#chance);
    const latency = between(LATENCY_MS, this.#chance);
    await this.#clock.sleep(way);
    const accepted = this.#take(entries.length);
    await this.#clock.sleep(latency - way);
    if (accepted === undefined) {
      throw new Fault('ses_throttled', 'Maximum sending rate exceeded', { retryable: true });
    }
    const status = (index: number) => (index < accepted ? 'SUCCESS' : 'ACCOUNT_THROTTLED');
    return { entries: entries.map((_, index) => ({ status: status(index) })) };
  }

  /** How many of the entries are accepted; undefined when the request is refused as a whole. */
  #take(count: number): number | undefined {
    const now = this.#clock.now();
    const grown = ((now - this.#filledAt) / 1_000) * this.#realRate;
    this.#tokens = Math.min(Math.max(1, this.#realRate), this.#tokens + grown);
    this.#filledAt = now;
    const isWhole = this.#tokens < count && this.#chance() < WHOLE_SHARE;
    const accepted = isWhole ? 0 : Math.min(count, Math.floor(this.#tokens));
    this.#tokens -= accepted;
    this.#throttles += count - accepted;
    this.#decided.push({ at: now, accepted });
    return isWhole ? undefined : accepted;
  }

  figures(fromSecond: number) {
    const beganAt = this.#decided[0]?.at ?? START_AT;
    const taken = this.#decided.filter((one) => one.accepted > 0);
    const endedAt = taken.at(-1)?.at ?? beganAt;
    const fromAt = beganAt + fromSecond * 1_000;
    const sum = (from: number) =>
      taken.reduce((all, one) => all + (one.at >= from ? one.accepted : 0), 0);
    const accepted = sum(0);
    const allowed = ((endedAt - fromAt) / 1_000) * this.#realRate;
    return {
      accepted,
      used: round(sum(fromAt) / allowed),
      throttles: this.#throttles,
      throttledShare: round(this.#throttles / (this.#throttles + accepted)),
      seconds: Math.round((endedAt - beganAt) / 100) / 10,
    };
  }
}

/** A table that takes as long as DynamoDB from the same Region. */
function withLatency(table: Table, clock: Clock, chance: () => number): Table {
  const after = async <T>(work: () => Promise<T>): Promise<T> => {
    await clock.sleep(between(STORE_MS, chance));
    return work();
  };
  return {
    get: (key, options) => after(() => table.get(key, options)),
    query: (query) => after(() => table.query(query)),
    put: (item, condition) => after(() => table.put(item, condition)),
    update: (key, change, condition) => after(() => table.update(key, change, condition)),
    delete: (key, condition) => after(() => table.delete(key, condition)),
  };
}

function between({ min, max }: { min: number; max: number }, chance: () => number): number {
  return min + chance() * (max - min);
}

/** xorshift32: the same numbers for the same case. */
function chanceOf(seed: number): () => number {
  let state = Math.round(seed * 7_919) >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state >>>= 0;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state / 2 ** 32;
  };
}

function round(value: number): number {
  return Math.round(value * 1e4) / 1e4;
}

parentPort?.on('message', (one: QuotaCase) => {
  void runQuota(one).then((figures) => parentPort?.postMessage(figures));
});

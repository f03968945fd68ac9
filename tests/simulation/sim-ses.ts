// Amazon SES as it behaves from outside: a token bucket, statuses per entry, effect and answer
// apart, and a memory of its own of everything it ever accepted.

import { Fault } from '#domain/faults.ts';
import type {
  BulkAnswer,
  BulkEntry,
  BulkRequest,
  Ses,
  SesAccount,
  SesIdentity,
} from '#domain/ports.ts';
import type { SimNode } from './node.ts';
import type { Schedule } from './schedule.ts';
import { hashText, type Stream } from './stream.ts';
import type { AcceptedTruth, CallTruth } from './truth.ts';

export interface SesSettings {
  readonly statedPerSecond: number;
  realPerSecond: number;
  readonly perDay: number;
  /** Share of addresses that are refused for good, entry by entry. */
  readonly refusedShare: number;
  /** Share of entries that fail for a moment, not accepted. */
  transientShare: number;
  /** While true every request is refused: the account is under review. */
  isPaused: boolean;
}

type Entry = BulkAnswer['entries'][number];

export class SimSes {
  readonly settings: SesSettings;
  readonly calls: CallTruth[];
  readonly accepted: AcceptedTruth[];
  /** Told of every accepted entry, for the events that follow. */
  onAccepted: ((accepted: AcceptedTruth, entry: BulkEntry) => void) | undefined;
  onRefused: ((entry: BulkEntry, status: string) => void) | undefined;
  readonly #schedule: Schedule;
  readonly #chance: Stream;
  readonly #switchedOff = new Set<string>();
  #tokens: number;
  #filledAt: number;
  #sentToday = 0;
  #messages = 0;

  constructor(
    schedule: Schedule,
    chance: Stream,
    settings: SesSettings,
    truth: { readonly calls: CallTruth[]; readonly accepted: AcceptedTruth[] },
  ) {
    this.#schedule = schedule;
    this.#chance = chance;
    this.settings = settings;
    this.calls = truth.calls;
    this.accepted = truth.accepted;
    this.#tokens = settings.realPerSecond;
    this.#filledAt = schedule.now;
  }

  /** The client that one node has. */
  port(node: SimNode): Ses {
    return {
      account: () => this.#account(node),
      identity: (name) => this.#identity(node, name),
      sendBulk: (request, { timeoutMs }) => this.#sendBulk(node, request, timeoutMs),
      setSending: (set, enabled) => this.#setSending(node, set, enabled),
    };
  }

  #account(node: SimNode): Promise<SesAccount> {
    return node.call({
      port: 'ses',
      verb: 'account',
      what: 'ses account',
      isWrite: false,
      latencyMs: 40,
      timeoutMs: 5_000,
      apply: () => ({
        maxSendRate: this.settings.statedPerSecond,
        max24HourSend: this.settings.perDay,
        sentLast24Hours: this.#sentToday,
        sendingEnabled: !this.settings.isPaused,
        productionAccess: true,
      }),
      unanswered: sesUnanswered,
      refused: () => new Fault('ses_throttled', 'SES throttled GetAccount', { retryable: true }),
    });
  }

  /** The one domain that worlds send from is verified. */
  #identity(node: SimNode, name: string): Promise<SesIdentity> {
    return node.call({
      port: 'ses',
      verb: 'identity',
      what: `ses identity ${name}`,
      isWrite: false,
      latencyMs: 40,
      timeoutMs: 5_000,
      apply: () => (name === 'example.com' ? 'verified' : 'unknown'),
      unanswered: sesUnanswered,
      refused: () => new Fault('ses_throttled', 'SES throttled the question', { retryable: true }),
    });
  }

  #setSending(node: SimNode, set: string, enabled: boolean): Promise<void> {
    return node.call({
      port: 'ses',
      verb: 'set_sending',
      what: `ses sending ${enabled ? 'on' : 'off'}`,
      isWrite: true,
      latencyMs: 60,
      timeoutMs: 5_000,
      apply: () => {
        if (enabled) this.#switchedOff.delete(set);
        else this.#switchedOff.add(set);
      },
      unanswered: sesUnanswered,
      refused: () => new Fault('ses_throttled', 'SES throttled the order', { retryable: true }),
    });
  }

  #sendBulk(node: SimNode, request: BulkRequest, timeoutMs: number): Promise<BulkAnswer> {
    const tags = tagsOf(request.entries[0]);
    const call: CallTruth = {
      provider: 'ses',
      startedAt: this.#schedule.now,
      nodeClockAt: node.clock.now(),
      node: node.name,
      burst: tags.burst ?? '',
      leg: tags.leg ?? '',
      content: markOf(request.subject),
      addresses: request.entries.map((entry) => entry.to),
      attempt: Number(tags.attempt ?? 1),
      throttled: 0,
      accepted: 0,
      arrived: false,
      endedAt: undefined,
    };
    if (node.isAlive) this.calls.push(call);
    const sent = node.call({
      port: 'ses',
      verb: 'send',
      what: `ses send ${call.burst} ${tags.ordinal ?? ''} x ${request.entries.length}`,
      isWrite: true,
      latencyMs: 80,
      timeoutMs,
      apply: () => this.#take(request, call),
      unanswered: sesUnanswered,
      refused: (chance) => {
        call.throttled = request.entries.length;
        if (chance < 0.5) return sesUnanswered('answered 503');
        call.isTurnedAway = true;
        return new Fault('ses_throttled', 'Maximum sending rate exceeded', { retryable: true });
      },
      garbled: (answer, chance) => garble(answer, chance),
    });
    return ending(sent, call, this.#schedule);
  }

  /** Decides entry by entry, in order, at the moment the request reaches the service. */
  #take(request: BulkRequest, call: CallTruth): BulkAnswer {
    const { entries } = request;
    if (entries.length === 0 || entries.length > 50) {
      throw new Fault('ses_refused', `${entries.length} entries, 1 to 50 are allowed`, {
        retryable: false,
      });
    }
    if (this.settings.isPaused || this.#switchedOff.has(request.configurationSet)) {
      call.isTurnedAway = true;
      throw new Fault('ses_refused', 'sending is paused', { retryable: false });
    }
    this.#fill();
    return { entries: entries.map((entry) => this.#takeEntry(entry, call)) };
  }

  #takeEntry(entry: BulkEntry, call: CallTruth): Entry {
    if (this.#tokens < 1) {
      call.throttled += 1;
      return { status: 'ACCOUNT_THROTTLED', error: 'Maximum sending rate exceeded' };
    }
    if (this.#sentToday >= this.settings.perDay) {
      return { status: 'ACCOUNT_DAILY_QUOTA_EXCEEDED', error: 'Daily message quota exceeded' };
    }
    if (hashText(entry.to) / 2 ** 32 < this.settings.refusedShare) {
      this.onRefused?.(entry, 'MESSAGE_REJECTED');
      return { status: 'MESSAGE_REJECTED', error: 'Email address is not verified.' };
    }
    if (this.settings.transientShare > 0 && this.#chance.chance(this.settings.transientShare)) {
      return { status: 'TRANSIENT_FAILURE', error: 'try again' };
    }
    this.#tokens -= 1;
    this.#sentToday += 1;
    this.#messages += 1;
    const tags = tagsOf(entry);
    const accepted: AcceptedTruth = {
      at: this.#schedule.now,
      startedAt: call.startedAt,
      burst: tags.burst ?? '',
      leg: tags.leg ?? '',
      address: entry.to,
      ordinal: Number(tags.ordinal ?? -1),
      attempt: Number(tags.attempt ?? 1),
      call: tags.call ?? '',
    };
    this.accepted.push(accepted);
    call.accepted += 1;
    this.onAccepted?.(accepted, entry);
    return { status: 'SUCCESS', messageId: `m-${this.#messages}` };
  }

  #fill(): void {
    const { realPerSecond } = this.settings;
    const grown = ((this.#schedule.now - this.#filledAt) / 1_000) * realPerSecond;
    this.#tokens = Math.min(Math.max(realPerSecond, 1), this.#tokens + grown);
    this.#filledAt = this.#schedule.now;
  }
}

/** Notes when the caller heard of its call, and whether it was an answer. */
export function ending<A>(sent: Promise<A>, call: CallTruth, schedule: Schedule): Promise<A> {
  return sent.then(
    (answer) => {
      call.arrived = true;
      call.endedAt = schedule.now;
      return answer;
    },
    (error: unknown) => {
      call.endedAt = schedule.now;
      throw error;
    },
  );
}

/**
 * A 200 that cannot be believed: too few results count as no answer, as in environment/ses.ts, or
 * words nobody knows.
 */
function garble(answer: BulkAnswer, chance: number): BulkAnswer {
  if (chance < 0.4) throw sesUnanswered('answered garbage');
  if (chance < 0.7) throw sesUnanswered('answered too few results');
  return { entries: answer.entries.map(() => ({ status: 'ODD_WORD' })) };
}

export function sesUnanswered(why: string): Error {
  return new Fault('ses_unanswered', `SES did not answer: ${why}`, { retryable: false });
}

function tagsOf(entry: BulkEntry | undefined): { readonly [name: string]: string } {
  return Object.fromEntries((entry?.tags ?? []).map(({ name, value }) => [name, value]));
}

/** Every content a world plans carries one mark, like `mark-b1-v2`. */
export function markOf(text: string): string {
  return /mark-[a-z0-9-]+/.exec(text)?.[0] ?? '';
}

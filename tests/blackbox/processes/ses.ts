// Stands in for SES at its worst: applies the effect and cuts the connection, hangs, answers 500 or
// garbage. What it accepted is in its truth before anything is answered.

import { openAppendLog } from '#infra/local/append-log.ts';
import { SES_CALM, type SesMode, type SesWeights } from '../faults.ts';
import { type Random, randomOf } from '../random.ts';
import { inputOf, pause, ready } from './child.ts';
import { type Handler, json, type Reply, serveReplies } from './reply.ts';

export interface SesInput {
  readonly truth: string;
  readonly seed: number;
  /** How often each mode is drawn; calm is all `answered`. */
  readonly weights: SesWeights;
  /** After this a caller has given up. */
  readonly callerGivesUpMs: number;
  readonly perSecond: { readonly from: number; readonly to: number };
  /** Of the messages: of how many nothing is ever told, and of how many everything twice. */
  readonly lost: number;
  readonly doubled: number;
}

/** One line of the truth: one bulk call and what really became of its entries. */
export interface SesTruth {
  readonly at: number;
  readonly mode: SesMode;
  readonly entries: readonly {
    readonly burst: string;
    readonly ordinal: number;
    readonly attempt: number;
    readonly address: string;
    readonly accepted: boolean;
  }[];
}

export interface Batch {
  readonly messages: readonly { readonly messageId: string; readonly body: string }[];
  readonly next: number;
}

interface BulkBody {
  readonly ConfigurationSetName?: string;
  readonly BulkEmailEntries: readonly {
    readonly Destination: { readonly ToAddresses: readonly string[] };
    readonly ReplacementTags?: readonly { readonly Name: string; readonly Value: string }[];
  }[];
}

interface Result {
  readonly Status: string;
  readonly MessageId?: string;
  readonly Error?: string;
}

class SesStub {
  readonly #input: SesInput;
  readonly #random: Random;
  readonly #truth;
  readonly #queue: { readonly visibleAt: number; readonly body: string }[] = [];
  #taken = 0;
  #messages = 0;
  #isCalm = false;

  constructor(input: SesInput) {
    this.#input = input;
    this.#random = randomOf(input.seed, 'ses');
    this.#truth = openAppendLog(input.truth, () => undefined);
  }

  handle: Handler = (request, body) => {
    const { method = '', url = '' } = request;
    const { pathname, searchParams } = new URL(url, 'http://stub');
    if (pathname === '/v2/email/outbound-bulk-emails') return this.#bulk(body);
    if (pathname === '/v2/email/account') return this.#account();
    if (pathname.startsWith('/v2/email/identities/')) {
      return json(200, { VerifiedForSendingStatus: true });
    }
    if (pathname.startsWith('/v2/email/configuration-sets/')) return json(200, {});
    if (pathname === '/calm') this.#isCalm = true;
    if (pathname === '/queue' && method === 'POST') {
      this.#taken = Math.max(this.#taken, Number(searchParams.get('taken')));
    }
    return json(200, this.#batch(Number(searchParams.get('limit') ?? 0)));
  };

  async #bulk(body: string): Promise<Reply> {
    const at = Date.now();
    const request = JSON.parse(body) as BulkBody;
    const mode = this.#random.weighted(this.#isCalm ? SES_CALM : this.#input.weights);
    await pause(this.#random.between(5, mode === 'slow' ? 1_200 : 60));
    const refusal = refusalOf(mode);
    if (refusal) {
      this.#note(at, mode, request);
      return refusal;
    }
    // Held until the caller is surely gone; then everything is accepted all the same.
    if (mode === 'applied_late') await pause(this.#input.callerGivesUpMs + 300);
    const results = request.BulkEmailEntries.map(() => this.#result(mode));
    this.#note(at, mode, request, results);
    this.#tell(request, results);
    return this.#answer(mode, results);
  }

  #answer(mode: SesMode, results: readonly Result[]): Reply {
    switch (mode) {
      case 'applied_cut':
        return { kind: 'cut' };
      case 'applied_half_answer':
        return { kind: 'half', body: JSON.stringify({ BulkEmailEntryResults: results }) };
      case 'applied_hang':
      case 'applied_late':
        return { kind: 'silence' };
      case 'applied_500':
        return json(500, { message: 'internal failure' });
      case 'applied_garbage': {
        const body = this.#random.pick(['', '<html>', '{"BulkEmailEntryResults":"x"}', '{"a":']);
        return { kind: 'answer', status: 200, body };
      }
      case 'applied_too_few':
        return json(200, { BulkEmailEntryResults: results.slice(1) });
      default:
        return json(200, { BulkEmailEntryResults: results });
    }
  }

  #result(mode: SesMode): Result {
    this.#messages += 1;
    const accepted = { Status: 'SUCCESS', MessageId: `m-${this.#messages}` };
    if (mode !== 'entries' || this.#random.chance(0.6)) return accepted;
    const Status = this.#random.pick([
      'ACCOUNT_THROTTLED',
      'TRANSIENT_FAILURE',
      'MESSAGE_REJECTED',
    ]);
    return { Status, Error: 'drawn by chance' };
  }

  #note(at: number, mode: SesMode, { BulkEmailEntries }: BulkBody, results?: readonly Result[]) {
    const entries = BulkEmailEntries.map(({ Destination, ReplacementTags = [] }, index) => {
      const tag = (name: string) => ReplacementTags.find(({ Name }) => Name === name)?.Value;
      return {
        burst: tag('burst') ?? '',
        ordinal: Number(tag('ordinal')),
        attempt: Number(tag('attempt') ?? 1),
        address: Destination.ToAddresses[0] ?? '',
        accepted: results?.[index]?.Status === 'SUCCESS',
      };
    });
    this.#truth.append({ at, mode, entries } satisfies SesTruth);
  }

  /** Of everybody who was accepted, that it was sent and delivered: late, out of order, twice, or never. */
  #tell(request: BulkBody, results: readonly Result[]): void {
    for (const [index, entry] of request.BulkEmailEntries.entries()) {
      const messageId = results[index]?.MessageId;
      if (messageId === undefined || this.#random.chance(this.#input.lost)) continue;
      const tags = Object.fromEntries(
        (entry.ReplacementTags ?? []).map(({ Name, Value }) => [Name, [Value]]),
      );
      const timestamp = new Date().toISOString();
      const mail = { timestamp, messageId, destination: entry.Destination.ToAddresses, tags };
      const bodies = [
        JSON.stringify({ eventType: 'Send', mail, send: {} }),
        JSON.stringify({ eventType: 'Delivery', mail, delivery: { timestamp } }),
      ];
      const copies = this.#random.chance(this.#input.doubled) ? 2 : 1;
      for (const body of Array.from({ length: copies }, () => bodies).flat()) {
        this.#queue.push({ visibleAt: Date.now() + this.#random.between(20, 2_500), body });
      }
    }
  }

  /** From the first that was not acknowledged: everything already visible, in order of visibility. */
  #batch(limit: number): Batch {
    const now = Date.now();
    const rest = this.#queue.splice(this.#taken).sort((a, b) => a.visibleAt - b.visibleAt);
    this.#queue.push(...rest);
    const visible = rest.filter(({ visibleAt }) => visibleAt <= now).slice(0, limit);
    const messages = visible.map(({ body }, index) => {
      return { messageId: String(this.#taken + index), body };
    });
    return { messages, next: this.#taken + messages.length };
  }

  #account(): Reply {
    const { from, to } = this.#input.perSecond;
    if (!this.#isCalm && this.#random.chance(0.03)) return json(500, {});
    const MaxSendRate = this.#random.between(from, to);
    return json(200, {
      SendQuota: { Max24HourSend: 1e9, MaxSendRate, SentLast24Hours: 0 },
      SendingEnabled: true,
      ProductionAccessEnabled: true,
    });
  }
}

/** The answers after which nothing was accepted; undefined where it was. */
function refusalOf(mode: SesMode): Reply | undefined {
  switch (mode) {
    case 'refused_429': {
      const headers = { 'x-amzn-errortype': 'TooManyRequestsException' };
      return json(429, { message: 'Maximum sending rate exceeded.' }, headers);
    }
    case 'refused_503':
      return json(503, { message: 'try later' });
    case 'refused_cut':
      return { kind: 'cut' };
    case 'refused_hang':
      return { kind: 'silence' };
    default:
      return undefined;
  }
}

const stub = new SesStub(inputOf<SesInput>());
ready({ url: await serveReplies(stub.handle) });

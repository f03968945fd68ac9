// Stands in for Amazon SES v2: refuses what SES refuses, keeps what it accepts, tells what became
// of it. Request, tags and answer are in the log before the answer leaves.

import { randomUUID } from 'node:crypto';
import { openAppendLog } from '../../append-log.ts';
import { type Answer, json, type Request, serve } from '../../http-server.ts';
import type { StandIn } from '../stand-in.ts';
import {
  type BulkEntry,
  type BulkRequest,
  type CallRefusal,
  type EntryResult,
  judgeEntries,
  missingSlot,
  refuseCall,
} from './bulk-call.ts';
import { eventsOf, type PlannedEvent, type SentMessage } from './email-events.ts';
import type { Renderer } from './renderer.ts';
import { describeIdentity } from './sender-identity.ts';
import { SendingQuota } from './sending-quota.ts';
import { refuseSingle, type SingleRequest } from './single-call.ts';

export interface SesFrontOptions {
  /** The log: one line per call, and one once its events are with the queue. */
  readonly file: string;
  readonly port: number;
  readonly perSecond: number;
  readonly perDay: number;
  readonly configurationSets: readonly string[];
  /** Event types that are published, in the words of the API: `SEND`, `BOUNCE`, ... */
  readonly publishes: readonly string[];
  /** Where SNS would deliver events; resolves (or returns) once they are durable. */
  readonly deliver: (bodies: readonly string[]) => void;
  readonly renderer?: Renderer;
  readonly now?: () => number;
}

/** One line of the log. */
export type SesLogEntry =
  | {
      readonly kind: 'call';
      readonly id: string;
      readonly at: number;
      readonly request: BulkRequest;
      readonly status: number;
      readonly answer: { readonly BulkEmailEntryResults?: readonly EntryResult[] };
    }
  | { readonly kind: 'events'; readonly call: string }
  /** A single email; no events follow, because nobody publishes any without a configuration set. */
  | {
      readonly kind: 'email';
      readonly id: string;
      readonly at: number;
      readonly request: SingleRequest;
      readonly status: number;
    }
  | { readonly kind: 'sending'; readonly configurationSet: string; readonly enabled: boolean };

type Call = Extract<SesLogEntry, { kind: 'call' }>;

/**
 * Serves SendBulkEmail, SendEmail (simple content, one recipient), GetAccount, PutConfigurationSetSendingOptions, GetConfigurationSet,
 * GetEmailIdentity, and `GET /inbox?after=N`. Departs on purpose: signatures are not checked,
 * every domain counts as verified but `not-verified.test` and what is below it, no single address is
 * an identity, templates are inline only, no message is really delivered.
 */
export async function startSesFront(options: SesFrontOptions): Promise<StandIn> {
  const front = new SesFront(options);
  const served = await serve({ port: options.port, answer: (request) => front.answer(request) });
  return {
    url: served.url,
    close: async () => {
      await served.close();
      await front.close();
    },
  };
}

class SesFront {
  readonly #options: SesFrontOptions;
  readonly #now: () => number;
  readonly #quota: SendingQuota;
  readonly #sets = new Map<string, { sending: boolean }>();
  readonly #log;
  readonly #timers = new Set<NodeJS.Timeout>();

  constructor(options: SesFrontOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#quota = new SendingQuota(options, this.#now());
    for (const name of options.configurationSets) this.#sets.set(name, { sending: true });
    const untold = new Map<string, Call>();
    this.#log = openAppendLog(options.file, (entry) => this.#replay(entry as SesLogEntry, untold));
    for (const call of untold.values()) this.#tell(call);
  }

  answer(request: Request): Answer {
    const { method, path } = request;
    if (method === 'POST' && path === '/v2/email/outbound-bulk-emails') {
      return this.#sendBulk(JSON.parse(request.body.toString()) as BulkRequest);
    }
    if (method === 'POST' && path === '/v2/email/outbound-emails') {
      return this.#sendOne(JSON.parse(request.body.toString()) as SingleRequest);
    }
    if (method === 'GET' && path === '/v2/email/account') return this.#account();
    if (method === 'GET' && path === '/inbox') return this.#inbox(request.query);
    const [, set, sending] =
      /^\/v2\/email\/configuration-sets\/([^/]+)(\/sending)?$/.exec(path) ?? [];
    if (set !== undefined) return this.#configurationSet(decodeURIComponent(set), sending, request);
    const [, identity] = /^\/v2\/email\/identities\/([^/]+)$/.exec(path) ?? [];
    if (method === 'GET' && identity !== undefined) {
      return describeIdentity(decodeURIComponent(identity));
    }
    return refused({
      status: 404,
      type: 'NotFoundException',
      message: `${method} ${path} is not stood in for`,
    });
  }

  async close(): Promise<void> {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#log.close();
    await this.#options.renderer?.close();
  }

  #sendBulk(request: BulkRequest): Answer {
    const at = this.#now();
    const world = {
      configurationSets: this.#sets,
      take: () => this.#quota.take(at),
      messageId: () => `0100${randomUUID()}-000000`,
    };
    const refusal = refuseCall(request, world);
    const call: Call = {
      kind: 'call',
      id: randomUUID(),
      at,
      request,
      status: refusal?.status ?? 200,
      answer: refusal ? {} : { BulkEmailEntryResults: judgeEntries(request, world) },
    };
    this.#log.append(call);
    if (refusal) return refused(refusal);
    this.#render(call);
    this.#tell(call);
    return json(200, call.answer);
  }

  #sendOne(request: SingleRequest): Answer {
    const at = this.#now();
    const refusal = refuseSingle(request, () => this.#quota.take(at));
    const id = `0100${randomUUID()}-000000`;
    this.#log.append({ kind: 'email', id, at, request, status: refusal?.status ?? 200 });
    if (refusal) return refused(refusal);
    this.#options.renderer?.renderOne(request);
    return json(200, { MessageId: id });
  }

  #render(call: Call): void {
    const kept = acceptedOf(call).filter(({ entry }) => !missingSlot(call.request, entry));
    this.#options.renderer?.render(
      call.request,
      kept.map(({ entry }) => entry),
    );
  }

  /** All events of a call, each in its time; the mark that ends it is written after the last. */
  #tell(call: Call): void {
    const events = acceptedOf(call)
      .flatMap(({ entry, result }) => {
        const message = toMessage(call, entry, result.MessageId ?? '');
        return eventsOf(message, Math.random());
      })
      .filter(({ type }) => this.#options.publishes.includes(type))
      .sort((one, other) => one.afterMs - other.afterMs);
    for (const group of grouped(events)) {
      this.#later(group[0]?.afterMs ?? 0, () =>
        this.#options.deliver(group.map(({ body }) => body)),
      );
    }
    const last = events.at(-1)?.afterMs ?? 0;
    this.#later(last + GROUP_MS, () => this.#log.append({ kind: 'events', call: call.id }));
  }

  #later(afterMs: number, run: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      run();
    }, afterMs);
    this.#timers.add(timer);
  }

  #account(): Answer {
    const { perSecond, perDay } = this.#quota.limits;
    return json(200, {
      DedicatedIpAutoWarmupEnabled: false,
      EnforcementStatus: 'HEALTHY',
      ProductionAccessEnabled: true,
      SendingEnabled: true,
      SendQuota: {
        Max24HourSend: perDay,
        MaxSendRate: perSecond,
        SentLast24Hours: this.#quota.sentInDay(this.#now()),
      },
    });
  }

  #configurationSet(name: string, sending: string | undefined, request: Request): Answer {
    const set = this.#sets.get(name);
    if (!set) {
      const message = `Configuration set <${name}> does not exist.`;
      return refused({ status: 404, type: 'NotFoundException', message });
    }
    if (sending && request.method === 'PUT') {
      const input = JSON.parse(request.body.toString() || '{}') as { SendingEnabled?: boolean };
      const enabled = input.SendingEnabled === true;
      this.#log.append({ kind: 'sending', configurationSet: name, enabled });
      set.sending = enabled;
      return json(200, {});
    }
    return json(200, {
      ConfigurationSetName: name,
      SendingOptions: { SendingEnabled: set.sending },
    });
  }

  #inbox(query: URLSearchParams): Answer {
    const after = Math.max(0, Number(query.get('after') ?? 0));
    const max = Math.min(500, Math.max(1, Number(query.get('max') ?? 100)));
    const { renderer } = this.#options;
    return json(200, {
      messages: renderer?.inbox(after, max) ?? [],
      pending: renderer?.pending() ?? 0,
    });
  }

  #replay(entry: SesLogEntry, untold: Map<string, Call>): void {
    if (entry.kind === 'sending') {
      this.#sets.set(entry.configurationSet, { sending: entry.enabled });
    } else if (entry.kind === 'events') {
      untold.delete(entry.call);
    } else if (entry.kind === 'email') {
      if (entry.status !== 200) return;
      this.#quota.recordSent(entry.at);
      this.#options.renderer?.renderOne(entry.request);
    } else if (entry.status === 200) {
      for (const _ of acceptedOf(entry)) this.#quota.recordSent(entry.at);
      this.#render(entry);
      untold.set(entry.id, entry);
    }
  }
}

/** Events this close together travel as one delivery. */
const GROUP_MS = 50;

function grouped(events: readonly PlannedEvent[]): PlannedEvent[][] {
  const groups = new Map<number, PlannedEvent[]>();
  for (const event of events) {
    const slot = Math.floor(event.afterMs / GROUP_MS);
    groups.set(slot, [...(groups.get(slot) ?? []), event]);
  }
  return [...groups.values()];
}

function acceptedOf(call: Call): { entry: BulkEntry; result: EntryResult }[] {
  const results = call.answer.BulkEmailEntryResults ?? [];
  return (call.request.BulkEmailEntries ?? []).flatMap((entry, index) => {
    const result = results[index];
    return result?.Status === 'SUCCESS' ? [{ entry, result }] : [];
  });
}

function toMessage(call: Call, entry: BulkEntry, messageId: string): SentMessage {
  const { request } = call;
  const slot = missingSlot(request, entry);
  return {
    messageId,
    to: entry.Destination?.ToAddresses?.[0] ?? '',
    from: request.FromEmailAddress ?? '',
    subject: request.DefaultContent?.Template?.TemplateContent?.Subject ?? '',
    configurationSet: request.ConfigurationSetName ?? '',
    tags: entry.ReplacementTags ?? request.DefaultEmailTags ?? [],
    at: call.at,
    ...(slot === undefined ? {} : { missingSlot: slot }),
  };
}

function refused({ status, type, message }: CallRefusal): Answer {
  return json(status, { message }, { 'x-amzn-errortype': type });
}

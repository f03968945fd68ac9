// A batch of feedback: into raw events, facts and tallies, all of it before it is acknowledged.

import type { EmailEvent, FeedbackEvent, PersonConversion } from '#domain/event.ts';
import type { Log, Table } from '#domain/ports.ts';
import { addressDigest } from '#domain/suppression.ts';
import type { Space } from '#store/facts.ts';
import { appendRawEvents } from '#store/raw-events.ts';
import { findSuppression, suppress } from '#store/suppressions.ts';
import { loadCounted, saveCounted } from '#store/tallies.ts';
import type { Child } from '#store/tally-form.ts';
import { createAtMost } from './at-most.ts';
import { type BurstFrame, createBurstFrames } from './burst-frames.ts';
import { FactsTree } from './facts-tree.ts';
import { findPeople } from './find-people.ts';
import { holderOf } from './merge-event.ts';
import { noteConverted } from './note-converted.ts';
import { noteLastTries } from './note-last-tries.ts';
import { parseMessage } from './parse-message.ts';

export interface RecordPorts {
  readonly table: Table;
  readonly now: () => number;
  /** A fresh id or mark. */
  readonly id: () => string;
  /** The key under which addresses are digested; throws Fault when it cannot be read. */
  readonly suppressionKey: () => Promise<string>;
  readonly log: Log;
}

export interface QueueMessage {
  readonly messageId: string;
  readonly body: string;
  readonly attributes?: { readonly ApproximateReceiveCount?: string };
}

const SUPPRESSIONS_AT_ONCE = 16;

/**
 * Takes a batch of queue messages. Answers with the ids of those that are to come again; everything
 * else is durably counted and shown by the report. Given again, a batch changes nothing.
 */
export function createRecord(
  ports: RecordPorts,
): (messages: readonly QueueMessage[]) => Promise<string[]> {
  const frames = createBurstFrames(ports.table, ports.now);
  return async (messages) => {
    const sorted = sortOut(ports, messages);
    const { failed, ignored } = sorted;
    for (const [burst, received] of sorted.byBurst) {
      try {
        const frame = await frames(burst);
        if (frame) {
          const named = await withPeople(ports, burst, { received, frame }, sorted);
          await recordBurst(ports, burst, frame, listed(named, frame, failed));
        } else ignored.foreign = (ignored.foreign ?? 0) + received.length;
      } catch (error) {
        const reason = reasonOf(error);
        ports.log.error('batch_failed', { burst, reason, count: received.length });
        for (const { messageId } of received) failed.set(messageId, reason);
      }
    }
    if (Object.keys(ignored).length > 0) ports.log.info('feedback_ignored', ignored);
    await noteLastTries(ports, messages, failed);
    return [...failed.keys()];
  };
}

/** Conversions by person become those of an entry of the list; strangers' are not ours to count. */
async function withPeople(
  ports: RecordPorts,
  burst: string,
  { received, frame }: { readonly received: readonly Message[]; readonly frame: BurstFrame },
  { failed, ignored }: Pick<SortedOut, 'failed' | 'ignored'>,
): Promise<readonly Received[]> {
  const known: Received[] = [];
  const asked: { readonly messageId: string; readonly event: PersonConversion }[] = [];
  for (const { messageId, event } of received) {
    if (event.kind === 'person_conversion') asked.push({ messageId, event });
    else known.push({ messageId, event });
  }
  if (asked.length === 0) return known;
  const place = { burst, isTaken: frame.isTaken };
  const found = await findPeople(
    ports,
    place,
    asked.map(({ event }) => event),
  );
  for (const [index, one] of found.entries()) {
    const messageId = asked[index]?.messageId ?? '';
    if (one.kind === 'found') known.push({ messageId, event: one.event });
    else if (one.kind === 'later') failed.set(messageId, 'the list is still being looked through');
    else ignored.stranger = (ignored.stranger ?? 0) + 1;
  }
  return known;
}

/** Whoever has an ordinal that the list does not reach is nobody's reader: set aside. */
function listed(
  received: readonly Received[],
  { recipients }: BurstFrame,
  failed: Map<string, string>,
): readonly Received[] {
  return received.filter(({ messageId, event }) => {
    const { ordinal = 0 } = event;
    if (event.ordinal === undefined || (ordinal >= 0 && ordinal < recipients)) return true;
    failed.set(messageId, 'an ordinal that the list does not have');
    return false;
  });
}

function reasonOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unexpected';
}

interface SortedOut {
  readonly byBurst: ReadonlyMap<string, readonly Message[]>;
  /** Reasons by message id: nobody can read them, now or later. */
  readonly failed: Map<string, string>;
  /** How many messages are not ours to count, by reason. */
  readonly ignored: Record<string, number>;
}

function sortOut(ports: RecordPorts, messages: readonly QueueMessage[]): SortedOut {
  const failed = new Map<string, string>();
  const ignored: Record<string, number> = {};
  const byBurst = new Map<string, Message[]>();
  for (const { messageId, body } of messages) {
    const parsed = parseMessage(body);
    if (parsed.kind === 'event') {
      const { event } = parsed;
      const group = byBurst.get(event.burst);
      if (group) group.push({ messageId, event });
      else byBurst.set(event.burst, [{ messageId, event }]);
    } else if (parsed.kind === 'ignored') {
      ignored[parsed.why] = (ignored[parsed.why] ?? 0) + 1;
    } else {
      ports.log.error('message_poison', { messageId, reason: parsed.reason });
      failed.set(messageId, parsed.reason);
    }
  }
  return { byBurst, failed, ignored };
}

interface Message {
  readonly messageId: string;
  readonly event: FeedbackEvent | PersonConversion;
}

interface Received {
  readonly messageId: string;
  readonly event: FeedbackEvent;
}

/** The order matters: what must not be lost is durable before the facts say that it is known. */
async function recordBurst(
  ports: RecordPorts,
  burst: string,
  frame: BurstFrame,
  received: readonly Received[],
): Promise<void> {
  const { table, log } = ports;
  const trees: { space: Space; tree: FactsTree; news: FeedbackEvent[] }[] = [];
  for (const space of ['o', 'v'] as const) {
    const events = received
      .map(({ event }) => event)
      .filter((event) => holderOf(event).space === space);
    if (events.length === 0) continue;
    const options = { table, burst, space, depth: frame.depth, rule: frame.rule, nonce: ports.id };
    const tree = new FactsTree(options);
    trees.push({ space, tree, news: await tree.findNews(events) });
  }
  const news = trees.flatMap((one) => one.news);
  await suppressNamed(ports, news);
  const { campaign } = frame;
  const { suppressionKey } = ports;
  await noteConverted({ table, burst, campaign, suppressionKey, now: ports.now }, news);
  if (news.length > 0) await appendRawEvents(table, burst, news, ports.now());
  const roots: { -readonly [space in Space]?: Child } = {};
  for (const { space, tree } of trees) roots[space] = await tree.merge();
  await raiseRoots(ports, burst, roots);
  log.info('recorded', { burst, events: received.length, news: news.length });
}

/** Puts the roots into the one item a report reads, unless newer ones stand there already. */
async function raiseRoots(
  ports: RecordPorts,
  burst: string,
  roots: { readonly [space in Space]?: Child },
): Promise<void> {
  let current = await loadCounted(ports.table, burst);
  for (;;) {
    const known = current?.roots ?? {};
    const newer = Object.entries(roots).filter(
      ([space, root]) => root.revision > (known[space as Space]?.revision ?? 0),
    );
    if (newer.length === 0) return;
    const next = {
      revision: 0,
      nonce: '',
      roots: { ...known, ...Object.fromEntries(newer) },
    };
    const saved = await saveCounted(ports.table, burst, current, next, ports.id());
    if (saved.kind === 'saved') return;
    current = saved.current;
  }
}

/** Permanent bounces and complaints suppress the address; what stands already is not written again. */
async function suppressNamed(ports: RecordPorts, news: readonly FeedbackEvent[]): Promise<void> {
  const named = news.filter(
    (event): event is EmailEvent & { address: string } =>
      event.kind === 'email' &&
      event.address !== undefined &&
      (event.what === 'complaint' || (event.what === 'bounce' && event.permanent === true)),
  );
  if (named.length === 0) return;
  const key = await ports.suppressionKey();
  const atMost = createAtMost(SUPPRESSIONS_AT_ONCE);
  await Promise.all(
    named.map((event) =>
      atMost(async () => {
        const { table } = ports;
        const digest = addressDigest(event.address, key);
        const reason = event.what === 'complaint' ? 'complained' : 'bounced';
        const known = await findSuppression(table, digest);
        if (known?.reason === reason) return;
        const order = { digest, reason, at: event.at, burst: event.burst } as const;
        await suppress(table, order, `f-${digest}`, ports.now);
      }),
    ),
  );
}

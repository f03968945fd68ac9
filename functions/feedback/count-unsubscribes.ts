// Who left by the link of which message: read from the change log, where every unsubscribe stands
// before it is answered, and kept as a fact like any other.

import type { Burst } from '#domain/burst.ts';
import { callOf, drawOf } from '#domain/draw.ts';
import type { EmailEvent } from '#domain/event.ts';
import { Fault } from '#domain/faults.ts';
import { allocationOf, type ManifestHead, rangeOf } from '#domain/manifest.ts';
import { readChanges } from '#store/change-log.ts';
import { loadManifestHead } from '#store/manifests.ts';
import { createRecord, type RecordPorts } from './record.ts';

/** Entries are written within half a minute of their instant; read twice they are one fact. */
const OVERLAP_MS = 120_000;
const BATCH_MAX = 500;

type CountPorts = Pick<RecordPorts, 'table' | 'now' | 'id' | 'log'>;

/**
 * Looks at what came since the last look; a process that starts anew looks from the moment on.
 * Costs one query a look, and one a day at the first.
 */
export function createCountUnsubscribes(ports: CountPorts): (burst: Burst) => Promise<void> {
  const { table } = ports;
  const looked = new Map<string, number>();
  const record = createRecord({ ...ports, suppressionKey: noKey });
  return async (burst) => {
    const now = ports.now();
    const since = looked.get(burst.id) ?? burst.releasedAt ?? burst.momentAt ?? now;
    const from = Math.max(0, Math.min(since, now) - OVERLAP_MS);
    const entries = (await readChanges(table, from, now)).filter(
      (entry) => entry.burst === burst.id && entry.reason === 'unsubscribed',
    );
    const head = entries.length > 0 ? await loadManifestHead(table, burst.id) : undefined;
    const messages = entries.flatMap(({ ordinal, at }) => {
      const event = head && ordinal !== undefined ? eventOf(head, ordinal, at) : undefined;
      return event ? [{ messageId: event.id, body: JSON.stringify(event) }] : [];
    });
    for (let first = 0; first < messages.length; first += BATCH_MAX) {
      const failed = await record(messages.slice(first, first + BATCH_MAX));
      if (failed.length > 0) return;
    }
    looked.set(burst.id, now);
  };
}

/** What is recorded here suppresses nobody: they are suppressed already. */
function noKey(): Promise<string> {
  return Promise.reject(
    new Fault('secret_unreadable', 'an unsubscribe needs no key', { retryable: false }),
  );
}

function eventOf(head: ManifestHead, ordinal: number, at: number): EmailEvent | undefined {
  const range = rangeOf(head, ordinal);
  const allocation = range && allocationOf(range, ordinal);
  if (!range || !allocation) return undefined;
  return {
    kind: 'email',
    what: 'unsubscribe',
    id: `unsubscribe-${ordinal}`,
    at,
    burst: head.burst,
    leg: range.leg,
    call: callOf(allocation, drawOf(head.burst, ordinal)),
    ordinal,
    attempt: 1,
  };
}

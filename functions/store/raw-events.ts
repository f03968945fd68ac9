// Every event that was news, as it came, in compressed chunks that are only ever added to. The
// facts can be counted anew from them, with other rules.

import { hash } from 'node:crypto';
import * as z from 'zod/mini';
import { FeedbackEvent } from '#domain/event.ts';
import type { Table } from '#domain/ports.ts';
import { dataOf } from './blob.ts';
import { packJson, unpackJson } from './compression.ts';
import { parsed } from './item.ts';
import { keys } from './keys.ts';
import { pagesOf } from './query-all.ts';
import { putSame } from './save.ts';

const HOUR_MS = 3_600_000;
const CHUNK_EVENTS_MAX = 5_000;

/** Rows as columns; the first row of a kind names them. No address and no SES id is kept. */
const Columns = z.record(
  z.string(),
  z.array(z.union([z.string(), z.number(), z.boolean(), z.null()])),
);
const Chunk = z.strictObject({ from: z.number(), kinds: z.record(z.string(), Columns) });
type Chunk = z.output<typeof Chunk>;
type Row = { readonly [field: string]: string | number | boolean | null };

/**
 * Stores events of one burst; resolves when they are durable. Events stored before by the very
 * same call cost one small read and no write.
 * @param now the writer's clock: chunks stand under the hour in which they were written
 */
export async function appendRawEvents(
  table: Table,
  burst: string,
  events: readonly FeedbackEvent[],
  now: number,
): Promise<void> {
  for (let start = 0; start < events.length; start += CHUNK_EVENTS_MAX) {
    const part = events.slice(start, start + CHUNK_EVENTS_MAX);
    const key = keys.rawChunk(burst, Math.floor(now / HOUR_MS), digestOf(part));
    if (await table.get(key, { consistent: true })) continue;
    await putSame(table, { ...key, data: packJson(parsed(Chunk, chunkOf(part), key)) });
  }
}

/** All events of a burst between two instants of writing, repeats included, hour by hour. */
export async function* readRawEvents(
  table: Table,
  burst: string,
  since: number,
  until: number,
): AsyncGenerator<FeedbackEvent[]> {
  for (let hour = Math.floor(since / HOUR_MS); hour <= Math.floor(until / HOUR_MS); hour += 1) {
    const { pk } = keys.rawChunk(burst, hour, '');
    for await (const items of pagesOf(table, { pk, consistent: true })) {
      for (const item of items) {
        yield eventsOf(parsed(Chunk, unpackJson(dataOf(item), item), item), burst);
      }
    }
  }
}

/** Of what the events say, not of their ids alone: one id may be reported in other words. */
function digestOf(events: readonly FeedbackEvent[]): string {
  const lines = events.map((event) => {
    const value = event.kind === 'conversion' ? `${event.value ?? 0}${event.byPerson ?? ''}` : '';
    return `${event.id}\n${event.at}\n${event.leg}/${event.call}\n${value}\n`;
  });
  return hash('sha256', lines.sort().join(''), 'buffer').toString('base64url', 0, 16);
}

function chunkOf(events: readonly FeedbackEvent[]): Chunk {
  const from = Math.min(...events.map((event) => event.at));
  const kinds: Record<string, Record<string, (string | number | boolean | null)[]>> = {};
  for (const kind of new Set(events.map((event) => event.kind))) {
    const rows = events.filter((event) => event.kind === kind).map((event) => rowOf(event, from));
    const fields = [...new Set(rows.flatMap((row) => Object.keys(row)))];
    kinds[kind] = Object.fromEntries(
      fields.map((field) => [field, rows.map((row) => row[field] ?? null)]),
    );
  }
  return { from, kinds };
}

function rowOf(event: FeedbackEvent, from: number): Row {
  const { burst: _b, kind: _k, ...row } = event;
  const at = event.at - from;
  if (event.kind !== 'email') return { ...row, at } as Row;
  const { id: _i, address: _a, ...kept } = row as Record<string, string | number | boolean>;
  return { ...kept, at };
}

function eventsOf(chunk: Chunk, burst: string): FeedbackEvent[] {
  const events: FeedbackEvent[] = [];
  for (const [kind, columns] of Object.entries(chunk.kinds)) {
    const fields = Object.entries(columns);
    const count = Math.max(0, ...fields.map(([, column]) => column.length));
    for (let place = 0; place < count; place += 1) {
      const row: Record<string, unknown> = { kind, burst };
      for (const [field, column] of fields) {
        if (column[place] !== null) row[field] = column[place];
      }
      row.at = Number(row.at) + chunk.from;
      row.id ??= `${row.what}/${row.ordinal}/${row.attempt}/${row.at}`;
      events.push(FeedbackEvent.parse(row));
    }
  }
  return events;
}

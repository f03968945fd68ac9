// What it costs to count what comes back, and how soon it shows.

import { fork } from 'node:child_process';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Table } from '#domain/ports.ts';
import { buildReport } from '#feedback/build-report.ts';
import { createRecord, type QueueMessage } from '#feedback/record.ts';
import { loadBurst } from '#store/bursts.ts';
import { createDynamoTable } from '#store/dynamo-table.ts';
import { createTableInput } from '#store/table.ts';
import {
  BURST,
  batchOf,
  click,
  conversion,
  createFeedbackWorld,
  sesEvent,
  T,
} from '../feedback/feedback-world.ts';
import { percentile } from './release-world.ts';

const RECIPIENTS = 1_000_000;
const BATCH = 500;
const LEAVES = 16;
const BATCHES = 24;
const ROUNDS = 5;
const VISIBLE_SECONDS = 8;
const EVENTS_PER_SECOND = 250;

export async function bench(): Promise<object> {
  const units = await countUnits();
  const cpu = await countCpu();
  return { ...units, ...cpu, ...(await visible()) };
}

/** Batches as 16 lanes send them: each over 16 leaves that lie far apart in the list. */
function batches(from: number, count: number): QueueMessage[][] {
  const stride = RECIPIENTS / LEAVES;
  return Array.from({ length: count }, (_, batch) => {
    const events: object[] = [];
    for (let place = 0; events.length < BATCH; place += 1) {
      const lane = place % LEAVES;
      const offset = ((from + batch) * (BATCH / 2 / LEAVES) + place / LEAVES) | 0;
      const ordinal = Math.floor(lane * stride + offset);
      const call = ordinal % 2 === 0 ? 'seat' : 'demo';
      const at = T + offset * 20;
      events.push(realistic({ eventType: 'Send', ordinal, call, at }));
      events.push(realistic({ eventType: 'Delivery', ordinal, call, at: at + 700 }));
      if (place % 10 === 0) events.push(click({ ordinal, call, at: at + 60_000 }));
      if (place % 40 === 0) events.push(conversion({ ordinal, call, at: at + 90_000, value: 500 }));
    }
    return batchOf(events.slice(0, BATCH));
  });
}

/** With the headers that SES repeats in every event: about two kilobytes. */
function realistic(fields: Parameters<typeof sesEvent>[0]): object {
  const event = sesEvent(fields) as { mail: { headers: object[] } };
  for (const name of ['From', 'To', 'Subject', 'Date', 'Message-ID', 'List-Unsubscribe']) {
    event.mail.headers.push({ name, value: `${name} `.repeat(18) });
  }
  return event;
}

async function countUnits(): Promise<object> {
  const one = await createFeedbackWorld({ recipients: RECIPIENTS });
  const { meter } = one.world.table;
  const all = batches(0, BATCHES);
  // The first batch also stores the burst's frame, once for good.
  for (const batch of all.slice(0, 1)) await one.record(batch);
  meter.reset();
  for (const batch of all.slice(1)) await one.record(batch);
  const writeUnitsPer1000 = (meter.writeUnits / ((BATCHES - 1) * BATCH)) * 1_000;
  const readUnitsPer1000 = (meter.readUnits / ((BATCHES - 1) * BATCH)) * 1_000;
  meter.reset();
  // Another process, another order, other batches.
  const again = createRecord(one.ports);
  const messages = all.flat().toReversed();
  for (let start = 0; start < messages.length; start += BATCH) {
    await again(messages.slice(start, start + BATCH));
  }
  return {
    writeUnitsPer1000: round(writeUnitsPer1000),
    duplicateWriteUnits: meter.writeUnits,
    readUnitsPer1000: round(readUnitsPer1000),
  };
}

/** Record alone, over the table in memory; parsing of two kilobytes of JSON an event included. */
async function countCpu(): Promise<object> {
  const rates: number[] = [];
  for (let turn = 0; turn <= ROUNDS; turn += 1) {
    const one = await createFeedbackWorld({ recipients: RECIPIENTS });
    const all = batches(0, BATCHES);
    const before = process.cpuUsage();
    for (const batch of all) await one.record(batch);
    const { user, system } = process.cpuUsage(before);
    // The first round warms up.
    if (turn > 0) rates.push((BATCHES * BATCH) / ((user + system) / 1e6));
  }
  return { eventsPerCpuSecond: Math.round(percentile(rates, 0.5)) };
}

/** From a message's arrival to the report that shows it: a batch a second, DynamoDB over loopback. */
async function visible(): Promise<object> {
  const child = fork(new URL('provider-stub.ts', import.meta.url), ['--dynamodb']);
  try {
    const { dynamoPort } = await new Promise<{ dynamoPort: number }>((resolve) => {
      child.once('message', (message) => resolve(message as { dynamoPort: number }));
    });
    const client = new DynamoDBClient({
      region: 'us-east-1',
      endpoint: `http://127.0.0.1:${dynamoPort}`,
      credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' },
      maxAttempts: 1,
    });
    await client.send(new CreateTableCommand(createTableInput('bench')));
    return await lookFor(createDynamoTable(client, 'bench'));
  } finally {
    child.disconnect();
  }
}

async function lookFor(table: Table): Promise<object> {
  const one = await createFeedbackWorld({ recipients: RECIPIENTS, table });
  const burst = await loadBurst(table, BURST, { consistent: true });
  if (!burst) throw new Error('the burst is not there');
  const lags: number[] = [];
  let waiting: { arrivedAt: number; message: QueueMessage }[] = [];
  let sent = 0;
  const arrive = () => {
    const ordinal = (sent * 7_919) % RECIPIENTS;
    sent += 1;
    const [message] = batchOf([click({ ordinal, at: T + sent })]);
    if (message) waiting.push({ arrivedAt: performance.now(), message });
  };
  const ticking = setInterval(arrive, 1_000 / EVENTS_PER_SECOND);
  for (let second = 0; second < VISIBLE_SECONDS; second += 1) {
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    const batch = waiting;
    waiting = [];
    await one.record(batch.map(({ message }) => message));
    const report = await buildReport(table, burst, T);
    const shown = report.legs[0]?.calls.reduce((sum, call) => sum + call.humanClicks, 0);
    if (shown !== lags.length + batch.length) throw new Error(`the report shows ${shown} clicks`);
    for (const { arrivedAt } of batch) lags.push(performance.now() - arrivedAt);
  }
  clearInterval(ticking);
  return { visibleMsP99: Math.round(percentile(lags, 0.99)), visibleEvents: lags.length };
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

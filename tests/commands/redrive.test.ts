// Set-aside feedback over the local queue: the protocol, the receipts and the file are real.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { listDeadLetters } from '#commands/list-dead-letters.ts';
import { redrive } from '#commands/redrive.ts';
import { limits } from '#domain/limits.ts';
import type { DeadLetters } from '#domain/ports.ts';
import { createDeadLetters } from '#environment/dead-letters.ts';
import { createCallJson } from '#environment/signed-json.ts';
import { buildReport } from '#feedback/build-report.ts';
import type { QueueMessage } from '#feedback/record.ts';
import { queues } from '#infra/definition.ts';
import { type QueuePoller, startQueuePoller } from '#infra/local/functions/queue-poller.ts';
import { type QueueStandIn, startQueue } from '#infra/local/stand-ins/queue/queue.ts';
import { listAudit } from '#store/audit-log.ts';
import {
  BURST,
  batchOf,
  click,
  createFeedbackWorld,
  inSns,
  sesEvent,
} from '../feedback/feedback-world.ts';
import { temporaryFolder, until } from '../local/temporary-folder.ts';
import { aWorld } from './a-context.ts';

const settings = [
  {
    name: 'feedback',
    visibilitySeconds: 0.1,
    retentionSeconds: 3_600,
    receivesMax: limits.feedbackReceivesMax,
    deadLetter: 'dead',
  },
  { name: 'dead', visibilitySeconds: 30, retentionSeconds: 3_600 },
];

type Feedback = Awaited<ReturnType<typeof createFeedbackWorld>>;

let folder: ReturnType<typeof temporaryFolder>;
let queue: QueueStandIn;
let poller: QueuePoller;
let feedback: Feedback;
let deadLetters: DeadLetters;
let batches: number;
let context: ReturnType<ReturnType<typeof aWorld>['as']>;

beforeEach(async () => {
  folder = temporaryFolder();
  queue = await startQueue({ folder: folder.path, port: 0, queues: settings });
  feedback = await createFeedbackWorld();
  batches = 0;
  const host = {
    invoke: async (event: unknown) => {
      batches += 1;
      const failed = await feedback.record((event as { Records: QueueMessage[] }).Records);
      return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) };
    },
  };
  poller = startQueuePoller({
    queueUrl: queue.urlOf('feedback'),
    endpoint: queue.url,
    host: host as unknown as Parameters<typeof startQueuePoller>[0]['host'],
    batchMax: 100,
    windowMs: 0,
  });
  const call = createCallJson({
    service: 'sqs',
    faults: 'queue',
    region: 'us-east-1',
    endpoint: queue.url,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    jsonVersion: '1.0',
    now: () => Date.now(),
  });
  deadLetters = createDeadLetters(call, {
    queueUrl: queue.urlOf('feedback'),
    deadLetterUrl: queue.urlOf('dead'),
    waitSeconds: 0,
  });
  context = aWorld({ table: feedback.world.table, deadLetters }).as('olga', 'operator');
});

afterEach(async () => {
  await poller.stop();
  await queue.close();
  folder.remove();
});

const deliver = (...bodies: string[]) => queue.deliver('feedback', bodies);
const bodyOf = (event: object) => batchOf([event])[0]?.body ?? '';

/** The list, once so many were ever set aside. */
async function listed(count: number) {
  const file = join(folder.path, 'dead.jsonl');
  const isThere = () => readFileSync(file, 'utf8').split('"kind":"send"').length > count;
  await until(() => isThere() || undefined);
  return (await listDeadLetters(context, {})).deadLetters;
}

async function counted() {
  const report = await buildReport(feedback.world.table, feedback.world.burst, feedback.world.now);
  const [call] = report.legs.find(({ leg }) => leg === 'email')?.calls ?? [];
  return { delivered: call?.delivered, humanClicks: call?.humanClicks };
}

test('poison is tried five times, set aside, and listed with its reason; the others are counted', async () => {
  deliver(bodyOf(click({ ordinal: 1 })), '{"kind":"click"', bodyOf(click({ ordinal: 2 })));
  const [letter] = await listed(1);
  expect(letter).toMatchObject({ what: 'nothing known', reason: 'no JSON object', receives: 5 });
  expect(await counted()).toMatchObject({ humanClicks: 2 });
  const log = readFileSync(join(folder.path, 'feedback.jsonl'), 'utf8');
  const receipts = log.split('\n').filter((line) => line.includes('"kind":"receive"'));
  expect(receipts.filter((line) => line.includes(letter?.id ?? '?'))).toHaveLength(5);
});

test('what was set aside while a key could not be read is counted once by a redrive, however often', async () => {
  feedback.world.secret = undefined;
  const complaint = inSns(sesEvent({ eventType: 'Complaint', ordinal: 5 }));
  deliver(complaint);
  const [letter] = await listed(1);
  expect(letter).toMatchObject({ what: 'email complaint', burst: BURST, reason: 'unexpected' });
  expect(JSON.stringify(letter)).not.toContain('example.org');
  feedback.world.secret = 'a-suppression-key';
  expect(await redrive(context, {})).toEqual({ replayed: 1, missing: [], isWhole: true });
  expect(await listAudit(feedback.world.table)).toMatchObject([
    { by: 'olga', what: 'redrive', after: { replayed: 1 } },
  ]);
  // Given twice, and delivered once more by whoever else has it.
  deliver(complaint);
  await until(async () => ((await complaints()) === 1 ? true : undefined));
  expect(await redrive(context, {})).toMatchObject({ replayed: 0, isWhole: true });
  expect((await listDeadLetters(context, {})).deadLetters).toEqual([]);
  expect(await complaints()).toBe(1);
});

async function complaints(): Promise<number | null | undefined> {
  const { table, burst, now } = feedback.world;
  const report = await buildReport(table, burst, now);
  const calls = report.legs.find(({ leg }) => leg === 'email')?.calls;
  return calls?.find(({ call }) => call === 'seat')?.complained;
}

test('only those that are named are replayed; poison comes back to the list, and never loops', async () => {
  deliver('one', 'two', 'three');
  const [first, second] = await listed(3);
  const ids = [first?.id ?? '', 'nobody-has-this'];
  const before = batches;
  expect(await redrive(context, { ids })).toMatchObject({
    replayed: 1,
    missing: ['nobody-has-this'],
  });
  // The two that were looked at are there for others at once, the third soon again.
  const all = await listed(4);
  expect(all.map(({ id }) => id)).toContain(second?.id);
  expect(all.map(({ id }) => id)).not.toContain(first?.id);
  expect(batches - before).toBeLessThanOrEqual(limits.feedbackReceivesMax);
});

test('whoever dies between replaying and removing leaves a message that counts once', async () => {
  const { secret } = feedback.world;
  feedback.world.secret = undefined;
  deliver(inSns(sesEvent({ eventType: 'Complaint', ordinal: 9 })));
  await listed(1);
  feedback.world.secret = secret;
  const dying = {
    ...context,
    deadLetters: { ...deadLetters, remove: () => Promise.reject(new Error('died')) },
  };
  await expect(redrive(dying, {})).rejects.toThrow('died');
  await until(async () => ((await complaints()) === 1 ? true : undefined));
  expect(await redrive(context, {})).toMatchObject({ replayed: 1 });
  await until(async () =>
    (await listDeadLetters(context, {})).deadLetters.length === 0 ? true : undefined,
  );
  expect(await complaints()).toBe(1);
});

test('whoever may only look may not redrive', async () => {
  const viewer = { ...context, principal: { name: 'vera', scopes: new Set(['viewer'] as const) } };
  expect(await listDeadLetters(viewer, {})).toEqual({ deadLetters: [], isWhole: true });
  await expect(redrive(viewer, {})).rejects.toMatchObject({ code: 'forbidden' });
});

test('record and the queue agree on how often a message is tried', () => {
  for (const { receivesMax } of queues) expect(receivesMax).toBe(limits.feedbackReceivesMax);
});

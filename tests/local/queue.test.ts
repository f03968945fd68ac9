import {
  ChangeMessageVisibilityCommand,
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type QueueStandIn, startQueue } from '#infra/local/stand-ins/queue/queue.ts';
import { clientFor, temporaryFolder } from './temporary-folder.ts';

const settings = [
  {
    name: 'feedback',
    visibilitySeconds: 30,
    retentionSeconds: 3_600,
    receivesMax: 2,
    deadLetter: 'dead',
  },
  { name: 'dead', visibilitySeconds: 30, retentionSeconds: 3_600 },
];

let folder: ReturnType<typeof temporaryFolder>;
let queue: QueueStandIn;
let sqs: SQSClient;
let now: number;

async function open() {
  queue = await startQueue({ folder: folder.path, port: 0, queues: settings, now: () => now });
  sqs = new SQSClient(clientFor(queue.url));
}

beforeEach(async () => {
  folder = temporaryFolder();
  now = 1_800_000_000_000;
  await open();
});

afterEach(async () => {
  sqs.destroy();
  await queue.close();
  folder.remove();
});

const url = (name = 'feedback') => queue.urlOf(name);
const send = (MessageBody: string) =>
  sqs.send(new SendMessageCommand({ QueueUrl: url(), MessageBody }));

async function receive(name = 'feedback', more: object = {}): Promise<Message[]> {
  const input = { QueueUrl: url(name), MaxNumberOfMessages: 10, ...more };
  return (await sqs.send(new ReceiveMessageCommand(input))).Messages ?? [];
}

test('the SDK sends, receives and deletes, and finds its checksums right', async () => {
  await send('one ✓');
  const Entries = ['two', 'three'].map((MessageBody, index) => ({ Id: `e${index}`, MessageBody }));
  await sqs.send(new SendMessageBatchCommand({ QueueUrl: url(), Entries }));
  const messages = await receive();
  expect(messages.map(({ Body }) => Body)).toEqual(['one ✓', 'two', 'three']);
  const [first, ...rest] = messages;
  const ReceiptHandle = first?.ReceiptHandle;
  await sqs.send(new DeleteMessageCommand({ QueueUrl: url(), ReceiptHandle }));
  await sqs.send(
    new DeleteMessageBatchCommand({
      QueueUrl: url(),
      Entries: rest.map((one, index) => ({ Id: `${index}`, ReceiptHandle: one.ReceiptHandle })),
    }),
  );
  now += 31_000;
  expect(await receive()).toEqual([]);
});

test('a message that was received is hidden until its visibility ends', async () => {
  await send('one');
  expect(await receive()).toHaveLength(1);
  expect(await receive()).toHaveLength(0);
  now += 30_001;
  const [again] = await receive('feedback', { MessageSystemAttributeNames: ['All'] });
  expect(again?.Attributes?.ApproximateReceiveCount).toBe('2');
});

test('a message can be made visible at once', async () => {
  await send('one');
  const [message] = await receive();
  await sqs.send(
    new ChangeMessageVisibilityCommand({
      QueueUrl: url(),
      ReceiptHandle: message?.ReceiptHandle,
      VisibilityTimeout: 0,
    }),
  );
  expect(await receive()).toHaveLength(1);
});

test('a message received too often moves to the dead-letter queue', async () => {
  await send('poison');
  for (let round = 0; round < 2; round += 1) {
    expect(await receive()).toHaveLength(1);
    now += 30_001;
  }
  expect(await receive()).toHaveLength(0);
  expect((await receive('dead')).map(({ Body }) => Body)).toEqual(['poison']);
});

test('a receive that waits is answered as soon as a message comes', async () => {
  const waiting = receive('feedback', { WaitTimeSeconds: 20 });
  await send('late');
  expect((await waiting).map(({ Body }) => Body)).toEqual(['late']);
});

test('whatever was acknowledged is there after a restart, receive counts included', async () => {
  await send('kept');
  await send('gone');
  const [, gone] = await receive();
  await sqs.send(new DeleteMessageCommand({ QueueUrl: url(), ReceiptHandle: gone?.ReceiptHandle }));
  sqs.destroy();
  await queue.close();
  await open();
  const messages = await receive('feedback', { MessageSystemAttributeNames: ['All'] });
  expect(messages.map(({ Body }) => Body)).toEqual(['kept']);
  expect(messages[0]?.Attributes?.ApproximateReceiveCount).toBe('2');
});

test('a log full of messages long gone is written anew and loses nothing', async () => {
  for (let round = 0; round < 400; round += 1) {
    queue.deliver('feedback', [`${round}`]);
    const [message] = await receive();
    if (round < 399) {
      await sqs.send(
        new DeleteMessageCommand({ QueueUrl: url(), ReceiptHandle: message?.ReceiptHandle }),
      );
    }
  }
  sqs.destroy();
  await queue.close();
  await open();
  expect((await receive()).map(({ Body }) => Body)).toEqual(['399']);
});

test('counts and the address of a queue can be asked for', async () => {
  await send('one');
  const found = await sqs.send(new GetQueueUrlCommand({ QueueName: 'feedback' }));
  expect(found.QueueUrl).toBe(url());
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: url(), AttributeNames: ['All'] }),
  );
  expect(Attributes?.ApproximateNumberOfMessages).toBe('1');
});

test.each([
  { name: 'an empty body', run: () => send(''), error: /at least one character/ },
  { name: 'a control character', run: () => send('a\u0000b'), error: /does not carry/ },
  { name: 'a body beyond 1 MiB', run: () => send('x'.repeat(1_048_577)), error: /at most 1048576/ },
  {
    name: 'eleven entries',
    run: () =>
      sqs.send(
        new SendMessageBatchCommand({
          QueueUrl: url(),
          Entries: Array.from({ length: 11 }, (_, id) => ({ Id: `${id}`, MessageBody: 'x' })),
        }),
      ),
    error: /at most 10/,
  },
  {
    name: 'an unknown queue',
    run: () =>
      sqs.send(new SendMessageCommand({ QueueUrl: `${queue.url}/0/none`, MessageBody: 'x' })),
    error: /no queue/,
  },
])('refused: $name', async ({ run, error }) => {
  await expect(run()).rejects.toThrow(error);
});

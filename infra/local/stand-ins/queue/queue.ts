// Stands in for Amazon SQS: standard queues over its JSON protocol, each message in a file first.

import { join } from 'node:path';
import { type Answer, json, type Request, serve } from '../../http-server.ts';
import type { StandIn } from '../stand-in.ts';
import { type Message, MessageStore } from './message-store.ts';

export interface QueueSettings {
  readonly name: string;
  readonly visibilitySeconds: number;
  readonly retentionSeconds: number;
  readonly receivesMax?: number;
  readonly deadLetter?: string;
}

export interface QueueOptions {
  /** One file a queue: `<folder>/<name>.jsonl`. */
  readonly folder: string;
  readonly port: number;
  readonly queues: readonly QueueSettings[];
  readonly now?: () => number;
}

export interface QueueStandIn extends StandIn {
  urlOf(name: string): string;
  /** What a service inside AWS does when it delivers to a queue. */
  deliver(name: string, bodies: readonly string[]): void;
}

type Input = { readonly [field: string]: unknown };

interface OneQueue {
  readonly settings: QueueSettings;
  readonly store: MessageStore;
  readonly waiting: Set<() => void>;
}

class SqsRefusal extends Error {}

const ENTRIES_MAX = 10;
const BYTES_MAX = 1_048_576;
/** What XML 1.0 allows, which is what SQS allows. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the rule is about control characters
const FORBIDDEN = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/;

/**
 * SendMessage, ReceiveMessage, DeleteMessage and ChangeMessageVisibility with their batches, and
 * GetQueueUrl and GetQueueAttributes; a message that is set aside keeps its id. Departs on purpose: no FIFO queues, no permissions, message
 * attributes are taken and not kept.
 */
export async function startQueue(options: QueueOptions): Promise<QueueStandIn> {
  const queues = openQueues(options);
  const served = await serve({
    port: options.port,
    bodyBytesMax: 4 * BYTES_MAX,
    answer: (request) => dispatch(request, queues, served),
  });
  const find = (name: string): OneQueue => {
    const queue = queues.get(name);
    if (!queue) throw new Error(`there is no queue ${name}`);
    return queue;
  };
  return {
    url: served.url,
    urlOf: (name) => `${served.url}/000000000000/${find(name).settings.name}`,
    deliver: (name, bodies) => {
      send(find(name), bodies);
    },
    close: async () => {
      for (const { waiting } of queues.values()) for (const wake of waiting) wake();
      await served.close();
      for (const { store } of queues.values()) store.close();
    },
  };
}

function openQueues(options: QueueOptions): Map<string, OneQueue> {
  const now = options.now ?? Date.now;
  const queues = new Map<string, OneQueue>();
  const open = (settings: QueueSettings): OneQueue => {
    const known = queues.get(settings.name);
    if (known) return known;
    const { deadLetter, receivesMax } = settings;
    const target = options.queues.find(({ name }) => name === deadLetter);
    const store = new MessageStore({
      file: join(options.folder, `${settings.name}.jsonl`),
      now,
      retentionMs: settings.retentionSeconds * 1_000,
      ...(receivesMax === undefined ? {} : { receivesMax }),
      ...(target ? { deadLetter: open(target).store } : {}),
    });
    const queue = { settings, store, waiting: new Set<() => void>() };
    queues.set(settings.name, queue);
    return queue;
  };
  for (const settings of options.queues) open(settings);
  return queues;
}

async function dispatch(
  request: Request,
  queues: Map<string, OneQueue>,
  served: { readonly url: string },
): Promise<Answer> {
  const name = (request.headers['x-amz-target'] ?? '').replace(/^AmazonSQS\./, '');
  try {
    const input = JSON.parse(request.body.toString() || '{}') as Input;
    if (name === 'GetQueueUrl') {
      const found = queues.get(String(input.QueueName));
      if (!found) throw refusal('QueueDoesNotExist', `there is no queue ${input.QueueName}`);
      return ok({ QueueUrl: `${served.url}/000000000000/${found.settings.name}` });
    }
    const operation = operations[name];
    if (!operation) throw refusal('UnsupportedOperation', `${name} is not stood in for`);
    const queue = queues.get(String(input.QueueUrl).split('/').at(-1) ?? '');
    if (!queue) throw refusal('QueueDoesNotExist', `there is no queue at ${input.QueueUrl}`);
    return ok(await operation(queue, input));
  } catch (error) {
    if (!(error instanceof SqsRefusal)) throw error;
    const type = `com.amazonaws.sqs#${error.name}`;
    return json(
      400,
      { __type: type, message: error.message },
      {
        'content-type': 'application/x-amz-json-1.0',
        'x-amzn-query-error': `${error.name};Sender`,
      },
    );
  }
}

const operations: { [name: string]: (queue: OneQueue, input: Input) => unknown } = {
  SendMessage: (queue, input) => {
    const body = checkedBody(input.MessageBody);
    const [message] = send(queue, [body], Number(input.DelaySeconds ?? 0) * 1_000);
    return { MessageId: message?.id, MD5OfMessageBody: message?.md5 };
  },
  SendMessageBatch: (queue, input) => {
    const entries = batch(input);
    const bodies = entries.map((entry) => checkedBody(entry.MessageBody));
    const bytes = bodies.reduce((sum, body) => sum + Buffer.byteLength(body), 0);
    if (bytes > BYTES_MAX) {
      throw refusal('BatchRequestTooLong', `a batch has at most ${BYTES_MAX} bytes, not ${bytes}`);
    }
    const sent = send(queue, bodies);
    const Successful = sent.map(({ id, md5 }, index) => ({
      Id: entries[index]?.Id,
      MessageId: id,
      MD5OfMessageBody: md5,
    }));
    return { Successful, Failed: [] };
  },
  ReceiveMessage: async (queue, input) => {
    const max = Number(input.MaxNumberOfMessages ?? 1);
    if (!(max >= 1 && max <= ENTRIES_MAX)) {
      throw refusal('InvalidParameterValue', `MaxNumberOfMessages is 1 to 10, not ${max}`);
    }
    const visibilityMs =
      Number(input.VisibilityTimeout ?? queue.settings.visibilitySeconds) * 1_000;
    let messages = queue.store.receive(max, visibilityMs);
    const waitMs = Math.min(20, Number(input.WaitTimeSeconds ?? 0)) * 1_000;
    if (messages.length === 0 && waitMs > 0) {
      // A message that comes back from a receiver ends the wait like one that is new.
      await arrival(queue, Math.min(waitMs, queue.store.backIn()));
      messages = queue.store.receive(max, visibilityMs);
    }
    return { Messages: messages.map(shown) };
  },
  DeleteMessage: (queue, input) => {
    queue.store.remove(String(input.ReceiptHandle));
    return {};
  },
  DeleteMessageBatch: (queue, input) => {
    const entries = batch(input);
    for (const entry of entries) queue.store.remove(String(entry.ReceiptHandle));
    return { Successful: entries.map(({ Id }) => ({ Id })), Failed: [] };
  },
  ChangeMessageVisibility: (queue, input) => {
    const ms = Number(input.VisibilityTimeout) * 1_000;
    if (!queue.store.changeVisibility(String(input.ReceiptHandle), ms)) {
      throw refusal(
        'ReceiptHandleIsInvalid',
        'the receipt handle is not that of a message in flight',
      );
    }
    return {};
  },
  ChangeMessageVisibilityBatch: (queue, input) => {
    const [Successful, Failed] = [[] as object[], [] as object[]];
    for (const { Id, ReceiptHandle, VisibilityTimeout } of batch(input)) {
      const ms = Number(VisibilityTimeout) * 1_000;
      if (queue.store.changeVisibility(String(ReceiptHandle), ms)) Successful.push({ Id });
      else Failed.push({ Id, Code: 'ReceiptHandleIsInvalid', SenderFault: true });
    }
    return { Successful, Failed };
  },
  GetQueueAttributes: (queue) => {
    const { ready, inFlight, delayed } = queue.store.counts();
    return {
      Attributes: {
        ApproximateNumberOfMessages: String(ready),
        ApproximateNumberOfMessagesNotVisible: String(inFlight),
        ApproximateNumberOfMessagesDelayed: String(delayed),
        VisibilityTimeout: String(queue.settings.visibilitySeconds),
        MessageRetentionPeriod: String(queue.settings.retentionSeconds),
        QueueArn: `arn:aws:sqs:us-east-1:000000000000:${queue.settings.name}`,
      },
    };
  },
};

function send(queue: OneQueue, bodies: readonly string[], delayMs = 0): Message[] {
  const sent = queue.store.send(bodies, delayMs);
  for (const wake of queue.waiting) wake();
  return sent;
}

function arrival(queue: OneQueue, waitMs: number): Promise<void> {
  return new Promise((resolve) => {
    const wake = () => {
      clearTimeout(timer);
      queue.waiting.delete(wake);
      resolve();
    };
    const timer = setTimeout(wake, waitMs);
    queue.waiting.add(wake);
  });
}

function batch(input: Input): Input[] {
  const entries = (input.Entries ?? []) as Input[];
  if (entries.length === 0) throw refusal('EmptyBatchRequest', 'a batch has at least one entry');
  if (entries.length > ENTRIES_MAX) {
    throw refusal(
      'TooManyEntriesInBatchRequest',
      `a batch has at most ${ENTRIES_MAX} entries, not ${entries.length}`,
    );
  }
  if (new Set(entries.map(({ Id }) => Id)).size < entries.length) {
    throw refusal('BatchEntryIdsNotDistinct', 'two entries of the batch have the same id');
  }
  return entries;
}

function checkedBody(body: unknown): string {
  if (typeof body !== 'string' || body === '') {
    throw refusal('InvalidParameterValue', 'a message body has at least one character');
  }
  const bytes = Buffer.byteLength(body);
  if (bytes > BYTES_MAX) {
    throw refusal(
      'InvalidParameterValue',
      `a message has at most ${BYTES_MAX} bytes, not ${bytes}`,
    );
  }
  if (FORBIDDEN.test(body)) {
    throw refusal(
      'InvalidMessageContents',
      'the message holds a character that SQS does not carry',
    );
  }
  return body;
}

function shown(message: Message): unknown {
  return {
    MessageId: message.id,
    ReceiptHandle: message.handle,
    Body: message.body,
    MD5OfBody: message.md5,
    Attributes: {
      ApproximateReceiveCount: String(message.receives),
      SentTimestamp: String(message.sentAt),
      ApproximateFirstReceiveTimestamp: String(message.firstReceivedAt),
      SenderId: 'local',
    },
  };
}

function refusal(name: string, message: string): SqsRefusal {
  const error = new SqsRefusal(message);
  error.name = name;
  return error;
}

function ok(value: unknown): Answer {
  return json(200, value, { 'content-type': 'application/x-amz-json-1.0' });
}

// Brings a queue's messages to a function in batches, as Lambda's poller does.

import type { FunctionHost } from './function-host.ts';

export interface QueuePollerOptions {
  readonly queueUrl: string;
  /** Where the SQS protocol is spoken. */
  readonly endpoint: string;
  readonly host: FunctionHost;
  readonly batchMax: number;
  readonly windowMs: number;
}

export interface QueuePoller {
  /** Resolves when the batch at hand is done with, or after three seconds without that. */
  stop(): Promise<void>;
}

interface Received {
  readonly MessageId: string;
  readonly ReceiptHandle: string;
  readonly Body: string;
  readonly MD5OfBody: string;
  readonly Attributes: { readonly [name: string]: string };
}

interface BatchAnswer {
  readonly batchItemFailures?: readonly { readonly itemIdentifier: string }[];
}

const STOP_MS = 3_000;
const RECEIVE_MAX = 10;
const IDLE_WAIT_SECONDS = 1;
const BATCH_BYTES_MAX = 6 * 1024 * 1024;

/**
 * Messages the function did not report as failed are deleted; the others come back when their
 * visibility ends, and go to the dead-letter queue when they were received too often.
 */
export function startQueuePoller(options: QueuePollerOptions): QueuePoller {
  const stopping = new AbortController();
  const { signal } = stopping;
  const loop = async () => {
    while (!signal.aborted) {
      try {
        const batch = await gather(options, signal);
        if (batch.length > 0) await handOver(batch, options);
      } catch (error) {
        if (signal.aborted) return;
        console.error(`queue poller: ${String(error)}`);
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
    }
  };
  const running = loop();
  return {
    stop: () => {
      stopping.abort();
      const patience = new Promise<void>((resolve) => setTimeout(resolve, STOP_MS).unref());
      return Promise.race([running, patience]);
    },
  };
}

/** Waits for a first message, then collects until the batch is full or its window over. */
async function gather(options: QueuePollerOptions, signal: AbortSignal): Promise<Received[]> {
  const batch = await receive(options, IDLE_WAIT_SECONDS, signal);
  if (batch.length === 0) return batch;
  const until = Date.now() + options.windowMs;
  let bytes = batch.reduce((sum, { Body }) => sum + Body.length, 0);
  while (batch.length < options.batchMax && bytes < BATCH_BYTES_MAX && !signal.aborted) {
    const more = await receive(options, 0, signal);
    batch.push(...more);
    bytes += more.reduce((sum, { Body }) => sum + Body.length, 0);
    if (more.length > 0) continue;
    if (Date.now() >= until) break;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return batch;
}

async function handOver(batch: readonly Received[], options: QueuePollerOptions): Promise<void> {
  const failed = await failures(batch, options.host);
  const done = batch.filter(({ MessageId }) => !failed.has(MessageId));
  for (let from = 0; from < done.length; from += RECEIVE_MAX) {
    const Entries = done
      .slice(from, from + RECEIVE_MAX)
      .map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
    await call(options, 'DeleteMessageBatch', { Entries });
  }
}

async function failures(batch: readonly Received[], host: FunctionHost): Promise<Set<string>> {
  try {
    const answer = (await host.invoke(toEvent(batch))) as BatchAnswer | undefined;
    return new Set(answer?.batchItemFailures?.map(({ itemIdentifier }) => itemIdentifier));
  } catch {
    return new Set(batch.map(({ MessageId }) => MessageId));
  }
}

function toEvent(batch: readonly Received[]): object {
  return {
    Records: batch.map((message) => ({
      messageId: message.MessageId,
      receiptHandle: message.ReceiptHandle,
      body: message.Body,
      attributes: message.Attributes,
      messageAttributes: {},
      md5OfBody: message.MD5OfBody,
      eventSource: 'aws:sqs',
      eventSourceARN: 'arn:aws:sqs:us-east-1:000000000000:queue',
      awsRegion: 'us-east-1',
    })),
  };
}

async function receive(
  options: QueuePollerOptions,
  WaitTimeSeconds: number,
  signal: AbortSignal,
): Promise<Received[]> {
  const input = { MaxNumberOfMessages: RECEIVE_MAX, WaitTimeSeconds };
  const answer = (await call(options, 'ReceiveMessage', input, signal)) as {
    Messages?: Received[];
  };
  return answer.Messages ?? [];
}

async function call(
  options: QueuePollerOptions,
  operation: string,
  input: object,
  signal: AbortSignal | null = null,
) {
  const answer = await fetch(options.endpoint, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': `AmazonSQS.${operation}`,
    },
    body: JSON.stringify({ QueueUrl: options.queueUrl, ...input }),
    signal,
  });
  if (!answer.ok) throw new Error(`${operation} was answered ${answer.status}`);
  return (await answer.json()) as object;
}

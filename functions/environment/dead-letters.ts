// The dead-letter queue of the feedback queue, over calls signed by hand.

import type { DeadLetter, DeadLetters } from '#domain/ports.ts';
import type { CallJson } from './signed-json.ts';

export interface DeadLetterQueues {
  readonly queueUrl: string;
  readonly deadLetterUrl: string;
  /** 1 where not said: with a wait every server of the queue is asked, so empty means empty. */
  readonly waitSeconds?: number;
}

interface Received {
  readonly MessageId: string;
  readonly ReceiptHandle: string;
  readonly Body: string;
  readonly Attributes?: { readonly SentTimestamp?: string };
}

/** The most that one call of SQS takes or gives. */
const ENTRIES_MAX = 10;
const TIMEOUT_MS = 5_000;

/** @param call to SQS, with faults named `queue` */
export function createDeadLetters(call: CallJson, urls: DeadLetterQueues): DeadLetters {
  const QueueUrl = urls.deadLetterUrl;
  const send = (operation: string, input: object) =>
    call(`AmazonSQS.${operation}`, input, TIMEOUT_MS);
  return {
    async receive(hideSeconds) {
      const answer = (await send('ReceiveMessage', {
        QueueUrl,
        MaxNumberOfMessages: ENTRIES_MAX,
        VisibilityTimeout: hideSeconds,
        WaitTimeSeconds: urls.waitSeconds ?? 1,
        MessageSystemAttributeNames: ['SentTimestamp'],
      })) as { readonly Messages?: readonly Received[] };
      return (answer.Messages ?? []).map(toDeadLetter);
    },
    async giveBack(receipts) {
      for (let from = 0; from < receipts.length; from += ENTRIES_MAX) {
        const Entries = receipts
          .slice(from, from + ENTRIES_MAX)
          .map((ReceiptHandle, index) => ({ Id: `${index}`, ReceiptHandle, VisibilityTimeout: 0 }));
        await send('ChangeMessageVisibilityBatch', { QueueUrl, Entries });
      }
    },
    async replay(body) {
      await send('SendMessage', { QueueUrl: urls.queueUrl, MessageBody: body });
    },
    async remove(receipt) {
      await send('DeleteMessage', { QueueUrl, ReceiptHandle: receipt });
    },
  };
}

function toDeadLetter({ MessageId, ReceiptHandle, Body, Attributes }: Received): DeadLetter {
  const sentAt = Number(Attributes?.SentTimestamp ?? 0);
  return { id: MessageId, body: Body, sentAt, receipt: ReceiptHandle };
}

// Batches of the feedback queue: events into facts and tallies before they are acknowledged.

import { createFeedbackPorts } from '#environment/feedback-ports.ts';
import { createRecord, type QueueMessage } from '#feedback/record.ts';

const record = createRecord(createFeedbackPorts());

interface QueueBatch {
  readonly Records: readonly QueueMessage[];
}

interface BatchAnswer {
  readonly batchItemFailures: readonly { readonly itemIdentifier: string }[];
}

export async function handler(batch: QueueBatch): Promise<BatchAnswer> {
  const failed = await record(batch.Records);
  return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) };
}

// Whoever fails for the last time is set aside by the queue: the reason is kept beside it.

import { limits } from '#domain/limits.ts';
import { noteDeadLetter } from '#store/dead-letter-reasons.ts';
import { createAtMost } from './at-most.ts';
import type { QueueMessage, RecordPorts } from './record.ts';

const NOTES_AT_ONCE = 16;

/** @param failed reasons by message id. A note that is lost leaves a dead letter without a reason. */
export async function noteLastTries(
  ports: RecordPorts,
  messages: readonly QueueMessage[],
  failed: ReadonlyMap<string, string>,
): Promise<void> {
  if (failed.size === 0) return;
  const atMost = createAtMost(NOTES_AT_ONCE);
  const notes = messages.map(({ messageId: message, attributes }) => {
    const receives = Number(attributes?.ApproximateReceiveCount ?? 1);
    const reason = failed.get(message);
    if (reason === undefined || receives < limits.feedbackReceivesMax) return undefined;
    const noted = { message, reason: reason.slice(0, 200), receives, at: ports.now() };
    return atMost(() => noteDeadLetter(ports.table, noted));
  });
  const settled = await Promise.allSettled(notes);
  const lost = settled.filter(({ status }) => status === 'rejected').length;
  if (lost > 0) ports.log.warn('reasons_lost', { lost });
}

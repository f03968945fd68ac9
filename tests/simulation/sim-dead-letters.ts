// What the feedback queue set aside, as one node reaches it.

import { Fault } from '#domain/faults.ts';
import type { DeadLetter, DeadLetters } from '#domain/ports.ts';
import type { SimNode } from './node.ts';
import type { SimQueue } from './sim-queue.ts';

export function deadLettersOf(
  node: SimNode,
  queue: SimQueue,
  note: (state: string) => void,
): DeadLetters {
  const unanswered = (why: string) =>
    new Fault('queue_unanswered', `the queue did not answer: ${why}`, { retryable: true });
  const call = <R>(verb: string, isWrite: boolean, apply: () => R) =>
    node.call<R>({
      port: 'queue',
      verb,
      what: `dead letters ${verb}`,
      isWrite,
      latencyMs: 20,
      timeoutMs: 5_000,
      apply,
      unanswered,
      refused: () => new Fault('queue_throttled', 'the queue throttled', { retryable: true }),
    });
  return {
    receive: (hideSeconds) =>
      call<readonly DeadLetter[]>('receive', false, () => queue.receiveDead(10, hideSeconds)),
    giveBack: (receipts) => call('give back', true, () => queue.giveBackDead(receipts)),
    replay: (body) =>
      call('replay', true, () => {
        note('a dead letter was replayed');
        queue.put(body, [5]);
      }),
    remove: (receipt) => call('remove', true, () => queue.removeDead(receipt)),
  };
}

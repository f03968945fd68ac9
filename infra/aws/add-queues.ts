// Queues of the definition, each with the place where messages go that cannot be worked on.

import { Duration, type Stack } from 'aws-cdk-lib';
import type { Key } from 'aws-cdk-lib/aws-kms';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { type QueueName, queues } from '#infra/definition.ts';
import { idOf } from './id-of.ts';
import type { Settings } from './settings.ts';

export interface Queues {
  readonly byName: ReadonlyMap<QueueName, Queue>;
  readonly deadLetters: ReadonlyMap<QueueName, Queue>;
}

export function addQueues(stack: Stack, settings: Settings, key: Key | undefined): Queues {
  const byName = new Map<QueueName, Queue>();
  const deadLetters = new Map<QueueName, Queue>();
  const safe = {
    enforceSSL: true,
    ...(key
      ? { encryption: QueueEncryption.KMS, encryptionMasterKey: key }
      : { encryption: QueueEncryption.SQS_MANAGED }),
  };
  for (const queue of queues) {
    const dead = new Queue(stack, idOf(queue.deadLetter), {
      ...safe,
      queueName: `${settings.stage}-volley-${queue.deadLetter}`,
      retentionPeriod: Duration.seconds(queue.deadLetterRetentionSeconds),
    });
    deadLetters.set(queue.name, dead);
    byName.set(
      queue.name,
      new Queue(stack, idOf(queue.name), {
        ...safe,
        queueName: `${settings.stage}-volley-${queue.name}`,
        visibilityTimeout: Duration.seconds(queue.visibilitySeconds),
        retentionPeriod: Duration.seconds(queue.retentionSeconds),
        deadLetterQueue: { queue: dead, maxReceiveCount: queue.receivesMax },
      }),
    );
  }
  return { byName, deadLetters };
}

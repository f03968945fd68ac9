// What Lambda itself does in a function's name, which no stand-in sees.

import { functions } from '#infra/definition.ts';
import type { Use } from './observer.ts';

/** Source: Lambda Developer Guide, "Using Lambda with Amazon SQS", execution role permissions. */
const POLLING = ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'];
/** The function's log group is there already, so CreateLogGroup is not needed. */
const LOGGING = ['logs:CreateLogStream', 'logs:PutLogEvents'];

export function usedByLambda(): Use[] {
  return functions.flatMap(({ name, triggers }) => [
    ...LOGGING.map((action) => ({ function: name, action, on: 'log' })),
    ...triggers.flatMap(({ kind }) =>
      kind === 'queue' ? POLLING.map((action) => ({ function: name, action, on: 'queue' })) : [],
    ),
  ]);
}

// What an error of the DynamoDB client means: did the write happen, did it not, or is it unknown?

import { Fault } from '#domain/faults.ts';
import { refused } from './item-size.ts';

const THROTTLES: ReadonlySet<string> = new Set([
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'ThrottlingException',
  'ThrottledException',
  'LimitExceededException',
  'ReplicatedWriteConflictException',
]);

/** Thrown before a request is made, so that nothing can have happened. */
const NEVER_SENT: ReadonlySet<string> = new Set(['CredentialsProviderError', 'TokenProviderError']);

/**
 * `store_throttled` and `store_refused` only where the service said so itself (4xx);
 * everything else, timeouts, resets, 5xx and garbage, is `store_unanswered`.
 */
export function toFault(error: unknown, operation: string): Fault {
  if (error instanceof Fault) return error;
  const { name, message, status } = describe(error);
  const text = `${operation}: ${name}: ${message}`;
  if (THROTTLES.has(name)) {
    return new Fault('store_throttled', text, { retryable: true, cause: error });
  }
  if (NEVER_SENT.has(name) || (status >= 400 && status < 500)) return refused(text, error);
  return new Fault('store_unanswered', text, { retryable: true, cause: error });
}

const CONDITION_FAILED = 'ConditionalCheckFailedException';

export function isConditionFailed(error: unknown): boolean {
  // Without the SDK the service's own name begins the message of a fault.
  if (error instanceof Fault) return error.message.startsWith(CONDITION_FAILED);
  return describe(error).name === CONDITION_FAILED;
}

function describe(error: unknown): { name: string; message: string; status: number } {
  if (!(error instanceof Error)) return { name: 'unknown', message: String(error), status: 0 };
  const { $metadata } = error as { $metadata?: { httpStatusCode?: number } };
  return { name: error.name, message: error.message, status: $metadata?.httpStatusCode ?? 0 };
}

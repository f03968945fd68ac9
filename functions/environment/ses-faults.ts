// What an answer of SES, or its absence, means for the recipients of the call: decided here, once.

import { Fault } from '#domain/faults.ts';
import type { BulkAnswer } from '#domain/ports.ts';

/** Names under which AWS says "not now". */
const THROTTLES: ReadonlySet<string> = new Set([
  'TooManyRequestsException',
  'TooManyRequests',
  'ThrottlingException',
  'Throttling',
  'ThrottledException',
  'RequestThrottled',
  'RequestLimitExceeded',
  'SlowDown',
]);

/** Refused before it was looked at, and right again with fresh credentials or a right clock. */
const STALE: ReadonlySet<string> = new Set([
  'ExpiredToken',
  'ExpiredTokenException',
  'RequestExpired',
  'RequestTimeTooSkewed',
]);

/**
 * The fault of an answer other than a trusted 200.
 * 408 and everything outside 400 to 499 may have had its effect.
 */
export function answeredFault(
  status: number,
  code: string,
  message: string,
  cause?: unknown,
): Fault {
  const said = `SES answered ${status} ${code || 'without a code'}: ${message.slice(0, 300)}`;
  if (status === 408 || status < 400 || status > 499) return unanswered(said, cause);
  if (status === 429 || THROTTLES.has(code)) return throttled(said, cause);
  if (STALE.has(code)) return unreachable(said, cause);
  // A refusal that SES did not sign with a code came from something in between.
  if (code === '') return unanswered(said, cause);
  return new Fault('ses_refused', said, { retryable: false, ...causedBy(cause) });
}

/** Nothing was accepted, a repeat is safe. */
export function throttled(message: string, cause?: unknown): Fault {
  return new Fault('ses_throttled', message, { retryable: true, ...causedBy(cause) });
}

/** Nothing was accepted either, for a reason that passes and says nothing of the rate. */
export function unreachable(message: string, cause?: unknown): Fault {
  return new Fault('ses_unreachable', message, { retryable: true, ...causedBy(cause) });
}

/** Any recipient of the call may have been accepted; never repeat it. */
export function unanswered(message: string, cause?: unknown): Fault {
  return new Fault('ses_unanswered', message, { retryable: false, ...causedBy(cause) });
}

/**
 * The fault of a call that ended without an answer. Only a connection that never came about is
 * proof that nothing left; a reset or a closed socket is not.
 */
export function transportFault(error: unknown): Fault {
  if (error instanceof Fault) return error;
  const code = codeOf(error);
  if (neverConnected(error)) return unreachable(`SES could not be reached: ${code}`, error);
  return unanswered(`SES gave no answer: ${code || textOf(error)}`, error);
}

/**
 * The entries of a 200, in the order of the call.
 * Throws Fault `ses_unanswered` when they do not match the call: then nobody can be sure.
 */
export function bulkAnswer(results: unknown, entries: number): BulkAnswer {
  if (!Array.isArray(results)) throw unanswered('SES answered 200 without entry results');
  if (results.length !== entries) {
    throw unanswered(`SES answered for ${results.length} entries, the call had ${entries}`);
  }
  return { entries: results.map(entryOf) };
}

function entryOf(result: unknown): BulkAnswer['entries'][number] {
  const given = (result ?? {}) as { Status?: unknown; MessageId?: unknown; Error?: unknown };
  return {
    // A missing word stays empty: the channel knows no such word and calls the entry in doubt.
    status: typeof given.Status === 'string' ? given.Status : '',
    ...(typeof given.MessageId === 'string' && { messageId: given.MessageId }),
    ...(typeof given.Error === 'string' && { error: given.Error }),
  };
}

function neverConnected(error: unknown): boolean {
  if (error instanceof AggregateError) {
    return error.errors.length > 0 && error.errors.every(neverConnected);
  }
  const { syscall } = (error ?? {}) as { syscall?: unknown };
  return syscall === 'connect' || syscall === 'getaddrinfo';
}

function codeOf(error: unknown): string {
  const { code } = (error ?? {}) as { code?: unknown };
  return typeof code === 'string' ? code : '';
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function causedBy(cause: unknown): { cause?: unknown } {
  return cause === undefined ? {} : { cause };
}

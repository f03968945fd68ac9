// What can go wrong: a Refusal is the caller's doing, a Fault is the world's.

export interface RefusalDetails {
  /** The field of the input that is at fault, as a path: `burst.legs.mastodon.text`. */
  readonly field?: string;
  /** The limit that was crossed, as a person would say it: `at most 100`. */
  readonly limit?: string;
  /** The file it stands in, and the line, counted from one. */
  readonly file?: string;
  readonly line?: number;
}

/** The caller may not: bad input, wrong state, missing right. Nothing was changed. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly code: string;
  readonly details: RefusalDetails;

  constructor(code: string, message: string, details: RefusalDetails = {}) {
    super(message);
    this.code = code;
    this.details = details;
  }
}

export interface FaultDetails {
  /** Decided once, by whoever saw it: may the same call be repeated safely? */
  readonly retryable: boolean;
  readonly cause?: unknown;
  /** Earliest moment at which a repeat makes sense, in milliseconds from now. */
  readonly retryAfterMs?: number;
}

/**
 * The world did not: a timeout, a throttle, a broken answer.
 * Codes that end in `_unanswered` mean that the effect may or may not have happened.
 */
export class Fault extends Error {
  override readonly name = 'Fault';
  readonly code: string;
  readonly retryable: boolean;
  readonly retryAfterMs: number | undefined;

  constructor(code: string, message: string, details: FaultDetails) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.retryable = details.retryable;
    this.retryAfterMs = details.retryAfterMs;
  }
}

/** True when the effect of the failed call is unknown: it may have happened. */
export function isUnanswered(error: unknown): boolean {
  return error instanceof Fault && error.code.endsWith('_unanswered');
}

/** The code by which logs and reports name an error; `unexpected` when it has none. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unexpected';
}

// Which HTTP status a refusal or a fault becomes: translated once, here.

import { Fault, Refusal } from '#domain/faults.ts';

/** The one shape of every error. */
export interface ErrorBody {
  readonly error: {
    readonly code: string;
    readonly message: string;
    readonly field?: string;
    readonly limit?: string;
    readonly file?: string;
    readonly line?: number;
  };
}

export type ErrorStatus = 400 | 401 | 403 | 404 | 405 | 409 | 412 | 413 | 415 | 422 | 500 | 503;

/** Codes that are not 422, the status of an input that was understood and cannot be accepted. */
export const STATUS: ReadonlyMap<string, ErrorStatus> = new Map<string, ErrorStatus>([
  ['id_malformed', 400],
  ['key_malformed', 400],
  ['header_malformed', 400],
  ['precondition_unknown', 400],
  ['json_malformed', 400],
  ['query_malformed', 400],
  ['unauthenticated', 401],
  ['forbidden', 403],
  ['route_unknown', 404],
  ['burst_unknown', 404],
  ['signal_unknown', 404],
  ['audience_unknown', 404],
  ['import_unknown', 404],
  ['chunk_unknown', 404],
  ['import_closed', 409],
  ['import_incomplete', 409],
  ['chunk_early', 409],
  ['chunk_changed', 409],
  ['undo_too_late', 409],
  ['chunk_too_long', 413],
  ['token_unknown', 404],
  ['method_unknown', 405],
  ['wrong_state', 409],
  ['contended', 409],
  ['content_changed', 409],
  ['own_approval', 409],
  ['not_approved', 409],
  ['approval_expired', 409],
  ['too_early', 409],
  ['too_late', 409],
  ['not_frozen', 409],
  ['key_busy', 409],
  ['key_reused', 422],
  ['precondition_failed', 412],
  ['body_too_large', 413],
  ['content_type_unknown', 415],
]);

export function statusOf(error: unknown): ErrorStatus {
  if (error instanceof Refusal) return STATUS.get(error.code) ?? 422;
  if (error instanceof Fault && error.retryable) return 503;
  return 500;
}

/** Nothing of our insides: no stack, no cause, and of an unforeseen error not even its message. */
export function errorBody(error: unknown): ErrorBody {
  if (error instanceof Refusal) {
    const { field, limit, file, line } = error.details;
    return {
      error: {
        code: error.code,
        message: error.message,
        ...(field === undefined ? {} : { field }),
        ...(limit === undefined ? {} : { limit }),
        ...(file === undefined ? {} : { file }),
        ...(line === undefined ? {} : { line }),
      },
    };
  }
  if (error instanceof Fault) {
    const message = error.retryable ? 'not possible at the moment, try again' : 'this went wrong';
    return { error: { code: error.code, message } };
  }
  return { error: { code: 'unexpected', message: 'this went wrong' } };
}

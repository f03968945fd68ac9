// What an answer to GetEmailIdentity says of the identity: decided once, for both that ask.

import type { SesIdentity } from '#domain/ports.ts';
import { unanswered } from './ses-faults.ts';

/** Throws Fault `ses_unanswered` for a 200 that does not say it: then nobody can be sure. */
export function verifiedBy(forSending: unknown, name: string): SesIdentity {
  if (typeof forSending !== 'boolean') {
    throw unanswered(`SES answered GetEmailIdentity of ${name} without its standing`);
  }
  return forSending ? 'verified' : 'unverified';
}

/**
 * Of an answer other than 200; undefined where it says nothing of the identity. The functions may
 * ask about the very identities they may send as, so that a denial is an answer too.
 */
export function standingBehind(status: number | undefined, code: string): SesIdentity | undefined {
  if (status === 404 && code === 'NotFoundException') return 'unknown';
  if (status === 403 && code.startsWith('AccessDenied')) return 'denied';
  return undefined;
}

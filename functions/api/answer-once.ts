// The same request under the same key is carried out once and answered alike.

import { digestOf } from '#commands/secret-digest.ts';
import { Refusal } from '#domain/faults.ts';
import type { Clock, Entropy, Table } from '#domain/ports.ts';
import { claimKey, recordAnswer } from '#store/idempotency.ts';

export interface Answered {
  readonly status: number;
  readonly body: unknown;
}

export interface OnceRequest {
  readonly principal: string;
  /** The header `Idempotency-Key`. */
  readonly key: string;
  readonly method: string;
  readonly path: string;
  readonly body: string;
}

interface OncePorts {
  readonly table: Table;
  readonly clock: Pick<Clock, 'now'>;
  readonly entropy: Pick<Entropy, 'id'>;
}

/** As long as the API's function may run. */
const BUSY_MS = 30_000;
const KEPT_MS = 24 * 3_600_000;
const KEY = /^[\x21-\x7e]{1,255}$/;

/**
 * Answers and refusals are kept for a day; a fault is not, so that the caller may try again.
 * Throws Refusal `key_malformed`, `key_busy` or `key_reused`.
 */
export async function answerOnce(
  ports: OncePorts,
  request: OnceRequest,
  carryOut: () => Promise<Answered>,
): Promise<Answered> {
  const { table, clock, entropy } = ports;
  if (!KEY.test(request.key)) {
    throw new Refusal('key_malformed', 'Idempotency-Key: 1 to 255 printable characters', {
      field: 'Idempotency-Key',
      limit: 'at most 255 characters',
    });
  }
  const now = clock.now();
  const claimed = await claimKey(
    table,
    {
      key: `${request.principal}/${request.key}`,
      request: digestOf(`${request.method}\n${request.path}\n${request.body}`),
      now,
      busyUntil: now + BUSY_MS,
      keepUntil: now + KEPT_MS,
    },
    entropy.id(),
  );
  if (claimed.kind === 'answered') return claimed.answer as Answered;
  if (claimed.kind === 'busy') {
    throw new Refusal('key_busy', 'the first request under this key is still being worked on');
  }
  if (claimed.kind === 'other_request') {
    throw new Refusal('key_reused', 'this key was used for another request', {
      field: 'Idempotency-Key',
    });
  }
  const answered = await carryOut();
  if (answered.status < 500) await recordAnswer(table, claimed.claim, answered, entropy.id());
  return answered;
}

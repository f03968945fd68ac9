// The one request that makes a post public, and what its answer proves.

import { Fault, Refusal } from '#domain/faults.ts';
import { InstantSchema } from '#domain/ids.ts';
import { limits } from '#domain/limits.ts';
import type { Http, HttpAnswer, Instant } from '#domain/ports.ts';
import type { Prepared, Published } from './contract.ts';
import { type Access, callApi, parsed, Status, saidBy, saidByError } from './mastodon-api.ts';
import { MastodonRequest } from './mastodon-prepare.ts';

/** What a server means by "later" when it does not say so sensibly. */
const RETRY_DEFAULT_MS = 5_000;
const RETRY_MIN_MS = 1_000;

/** Exactly one POST, or none when the prepared request cannot be read. Never throws. */
export async function publishMastodon(
  { http, access, now }: { http: Http; access: Access; now: () => Instant },
  prepared: Prepared,
  deadlineMs: number,
): Promise<Published> {
  const request = MastodonRequest.safeParse(prepared.request);
  if (!request.success) {
    return { kind: 'rejected', why: 'needs_human', reason: 'the prepared request is damaged' };
  }
  try {
    const answer = await callApi(http, access, {
      method: 'POST',
      path: '/api/v1/statuses',
      headers: { 'content-type': 'application/json', 'idempotency-key': prepared.identity },
      body: request.data.body,
      timeoutMs: limits.providerTimeoutMs,
    });
    return publishedBy(answer, access, now(), deadlineMs);
  } catch (error) {
    return publishedByError(error, access);
  }
}

/** What a failed call says about the post. */
export function publishedByError(error: unknown, access?: Access): Published {
  const reason = saidByError(error, access);
  if (error instanceof Refusal) return { kind: 'rejected', why: 'needs_human', reason };
  if (
    error instanceof Fault &&
    (error.code === 'http_unreachable' || error.code === 'secret_unreadable')
  ) {
    // Nothing left.
    return { kind: 'throttled', retryAfterMs: RETRY_MIN_MS, reason };
  }
  return { kind: 'unknown', reason };
}

function publishedBy(
  answer: HttpAnswer,
  access: Access,
  now: Instant,
  deadlineMs: number,
): Published {
  const { status } = answer;
  const reason = saidBy(answer, access);
  if (status >= 200 && status < 300) return accepted(answer, access, reason);
  if (status === 429) {
    return { kind: 'throttled', retryAfterMs: retryAfter(answer, now, deadlineMs), reason };
  }
  // Evidence that an earlier attempt worked, for resolve to follow.
  if (isDuplicate(answer)) return { kind: 'unknown', reason };
  const why = REJECTED.get(status);
  return why ? { kind: 'rejected', why, reason } : { kind: 'unknown', reason };
}

/** The answers that prove that nothing was posted. 5xx, 408, 409, 425 and redirects prove nothing. */
const REJECTED: ReadonlyMap<number, 'content' | 'needs_human' | 'token'> = new Map([
  [400, 'content'],
  [401, 'token'],
  [402, 'needs_human'],
  [403, 'needs_human'],
  [404, 'needs_human'],
  [405, 'needs_human'],
  [406, 'needs_human'],
  [410, 'needs_human'],
  [411, 'content'],
  [413, 'content'],
  [414, 'content'],
  [415, 'content'],
  [422, 'content'],
]);

function accepted(answer: HttpAnswer, access: Access, reason: string): Published {
  const post = parsed(answer, Status);
  if (!post) return { kind: 'unknown', reason: `no post in the answer: ${reason}` };
  const url = ownUrl(post.url, access.baseUrl);
  const remoteAt = InstantSchema.safeParse(Date.parse(post.created_at)).data;
  return {
    kind: 'published',
    postId: post.id,
    ...(remoteAt !== undefined && { remoteAt }),
    ...(url !== undefined && { url }),
  };
}

/** The address of a post as its server states it: kept only if it leads to that very server. */
export function ownUrl(url: string | null | undefined, baseUrl: string): string | undefined {
  if (!url || url.length > 2_000 || !URL.canParse(url)) return undefined;
  const { protocol, host, username, password, href } = new URL(url);
  const base = new URL(baseUrl);
  const plain = protocol === base.protocol && host === base.host && username + password === '';
  return plain && /^https?:$/.test(protocol) ? href : undefined;
}

function isDuplicate(answer: HttpAnswer): boolean {
  if (answer.status !== 403 && answer.status !== 422) return false;
  return /duplicate/i.test(Buffer.from(answer.body.subarray(0, 16_384)).toString('utf8'));
}

/** What the server asks for, between one second and the leg's own deadline. */
function retryAfter(answer: HttpAnswer, now: Instant, deadlineMs: number): number {
  const asked = askedMs(answer.headers['retry-after'], now);
  const reset = askedMs(answer.headers['x-ratelimit-reset'], now);
  const wanted = asked ?? reset ?? RETRY_DEFAULT_MS;
  return Math.min(Math.max(wanted, RETRY_MIN_MS), Math.max(deadlineMs, RETRY_MIN_MS));
}

function askedMs(value: string | undefined, now: Instant): number | undefined {
  if (value === undefined) return undefined;
  if (/^\d{1,9}$/.test(value)) return Number(value) * 1_000;
  const at = /[a-z:]/i.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isFinite(at) ? at - now : undefined;
}

// Everything about a Mastodon post that can be done before anybody can see it.

import { createHash } from 'node:crypto';
import * as z from 'zod/mini';
import { renderAnnouncement } from '#domain/announcement.ts';
import { Fault, Refusal } from '#domain/faults.ts';
import type { Clock, Http } from '#domain/ports.ts';
import { readImage } from '#outbound/image.ts';
import type { BroadcastContext, Described, Prepared } from './contract.ts';
import { type Access, Account, callApi, Media, parsed, readFault } from './mastodon-api.ts';
import { checkMastodon } from './mastodon-check.ts';

/** The frozen part of a prepared leg; read back from the store, so it is parsed again. */
export const MastodonRequest = z.object({
  accountId: z.string(),
  visibilityMs: z.number(),
  body: z.string(),
});
export type MastodonRequest = z.output<typeof MastodonRequest>;

/** Media that no post uses is deleted after a day; half of that is safe. */
const FRESH_MS = 12 * 3_600_000;
const READ_TIMEOUT_MS = 10_000;
const UPLOAD_TIMEOUT_MS = 30_000;
const POLL_MS = 500;
const POLLS_MAX = 60;

/**
 * Uploads the image, waits until the server is done with it, and freezes the request.
 * The idempotency key depends on burst and leg alone: whoever prepares, it is the same.
 * Throws Refusal with the first problem of `check`, Fault `token_rejected`, or another Fault.
 */
export async function prepareMastodon(
  { http, clock, access }: { http: Http; clock: Clock; access: Access },
  context: BroadcastContext,
  described: Described,
): Promise<Prepared> {
  const problem = checkMastodon(context, described).find((one) => one.severity === 'error');
  if (problem) {
    const limit = problem.limit === undefined ? {} : { limit: problem.limit };
    throw new Refusal(problem.code, problem.message, { field: problem.field, ...limit });
  }
  const { burst, leg, link, say, image } = context;
  const accountId = await ownAccount(http, access);
  const media =
    leg.image && image ? await upload(http, clock, access, image, leg.image.alt) : undefined;
  const body = JSON.stringify({
    status: renderAnnouncement(leg.text, say, link),
    visibility: 'public',
    ...(leg.language !== undefined && { language: leg.language }),
    ...(media !== undefined && { media_ids: [media] }),
  });
  const preparedAt = clock.now();
  return {
    channel: 'mastodon',
    identityClass: described.identityClass,
    repeatable: described.identityClass === 'C',
    preparedAt,
    freshUntil: preparedAt + FRESH_MS,
    identity: createHash('sha256').update(`mastodon\n${burst}\n${leg.name}`).digest('hex'),
    link,
    request: { accountId, visibilityMs: described.visibilityMs, body },
  };
}

async function ownAccount(http: Http, access: Access): Promise<string> {
  const path = '/api/v1/accounts/verify_credentials';
  const answer = await callApi(http, access, { method: 'GET', path, timeoutMs: READ_TIMEOUT_MS });
  const account = parsed(answer, Account);
  if (!account) throw readFault('the account could not be read', answer, access);
  return account.id;
}

async function upload(
  http: Http,
  clock: Clock,
  access: Access,
  image: Uint8Array,
  alt: string,
): Promise<string> {
  const { boundary, body } = multipart(image, alt);
  const answer = await callApi(http, access, {
    method: 'POST',
    path: '/api/v2/media',
    headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
    body,
    timeoutMs: UPLOAD_TIMEOUT_MS,
  });
  const media = parsed(answer, Media);
  if (!media) throw readFault('the image was not taken', answer, access);
  // 200: ready. Anything else in the 2xx: the server is still at it, and posting now is refused.
  if (answer.status !== 200) await untilReady(http, clock, access, media.id);
  return media.id;
}

async function untilReady(http: Http, clock: Clock, access: Access, id: string): Promise<void> {
  for (let poll = 0; poll < POLLS_MAX; poll += 1) {
    await clock.sleep(POLL_MS);
    const path = `/api/v1/media/${id}`;
    const answer = await callApi(http, access, { method: 'GET', path, timeoutMs: READ_TIMEOUT_MS });
    if (answer.status === 200) return;
    if (answer.status !== 202 && answer.status !== 206) {
      throw readFault('the image could not be processed', answer, access);
    }
  }
  const message = `the server is still busy with the image after ${POLLS_MAX * POLL_MS} ms`;
  throw new Fault('media_not_ready', message, { retryable: true });
}

function multipart(image: Uint8Array, alt: string): { boundary: string; body: Uint8Array } {
  const read = readImage(image);
  const type = read.kind === 'image' ? read.type : 'application/octet-stream';
  const boundary = `volley-${createHash('sha256').update(image).update(alt).digest('hex').slice(0, 32)}`;
  const field = `--${boundary}\r\nContent-Disposition: form-data; name=`;
  const body = Buffer.concat([
    Buffer.from(`${field}"description"\r\n\r\n${alt}\r\n`),
    Buffer.from(
      `${field}"file"; filename="image.${type.slice(6)}"\r\nContent-Type: ${type}\r\n\r\n`,
    ),
    image,
    Buffer.from(`\r\n--${boundary}--\r\n`),
  ]);
  return { boundary, body };
}

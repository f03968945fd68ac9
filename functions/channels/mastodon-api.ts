// The few answers of the Mastodon API that are read. Unknown fields are accepted.

import * as z from 'zod/mini';
import { Fault } from '#domain/faults.ts';
import type { Http, HttpAnswer, HttpRequest } from '#domain/ports.ts';

const count = z.int().check(z.gte(0));
const name = z.string().check(z.minLength(1), z.maxLength(500));

/** Ids go into URLs: digits on Mastodon, ULIDs, UUIDs or digests elsewhere. */
export const RemoteId = z.string().check(z.regex(/^[A-Za-z0-9_-]{1,128}$/));

export const Status = z.object({
  id: RemoteId,
  created_at: z.string().check(z.refine((text) => Number.isFinite(Date.parse(text)))),
  content: z.optional(z.nullable(z.string())),
  url: z.optional(z.nullable(z.string())),
});
export type Status = z.output<typeof Status>;

/** Each post is parsed by itself: one that cannot be read must not hide the others. */
export const Listing = z.array(z.unknown());

export const StatusCounts = z.object({
  favourites_count: z.optional(z.unknown()),
  reblogs_count: z.optional(z.unknown()),
  replies_count: z.optional(z.unknown()),
});

export const Account = z.object({
  id: RemoteId,
  /** With its server where that is another one. */
  acct: z.optional(z.string().check(z.maxLength(300))),
  followers_count: z.optional(z.unknown()),
});

export const Media = z.object({ id: RemoteId, url: z.optional(z.nullable(z.string())) });

/** Both versions of the instance document; v1 keeps its limits elsewhere or nowhere. */
export const Instance = z.object({
  version: z.optional(name),
  source_url: z.optional(z.nullable(z.string())),
  max_toot_chars: z.optional(count),
  configuration: z.optional(
    z.object({
      statuses: z.optional(
        z.object({
          max_characters: z.optional(count),
          max_media_attachments: z.optional(count),
          characters_reserved_per_url: z.optional(count),
        }),
      ),
      media_attachments: z.optional(
        z.object({ image_size_limit: z.optional(count), description_limit: z.optional(count) }),
      ),
    }),
  ),
});
export type Instance = z.output<typeof Instance>;

/** An account of a network, ready to be called: held in memory only. */
export interface Access {
  /** `https://social.example`, no path, no trailing slash. */
  readonly baseUrl: string;
  readonly token: string;
}

export interface Call {
  readonly method: HttpRequest['method'];
  /** From the root, with its query. */
  readonly path: string;
  readonly body?: string | Uint8Array;
  readonly headers?: { readonly [name: string]: string };
  readonly timeoutMs: number;
}

/** One request in the name of the account. Throws what the outbound client throws. */
export function callApi(http: Http, access: Access, call: Call): Promise<HttpAnswer> {
  const { method, path, body, headers, timeoutMs } = call;
  return http.request({
    method,
    url: `${access.baseUrl}${path}`,
    headers: { accept: 'application/json', ...headers, authorization: `Bearer ${access.token}` },
    timeoutMs,
    maxBytes: 4_194_304,
    ...(body !== undefined && { body }),
  });
}

/** The answer as this schema, or undefined when it is no 2xx, no JSON or of another shape. */
export function parsed<S extends z.ZodMiniType>(
  answer: HttpAnswer,
  schema: S,
): z.output<S> | undefined {
  if (answer.status < 200 || answer.status > 299) return undefined;
  try {
    const result = schema.safeParse(JSON.parse(Buffer.from(answer.body).toString('utf8')));
    return result.success ? result.data : undefined;
  } catch {
    return undefined;
  }
}

/**
 * What a server said about its refusal, fit for a report: one line, at most 200 characters, and
 * without the token, which some servers echo.
 */
export function saidBy(answer: HttpAnswer, access: Access): string {
  const text = Buffer.from(answer.body.subarray(0, 16_384)).toString('utf8');
  return `${answer.status} ${scrub(errorIn(text) ?? text, access)}`.trim().slice(0, 200);
}

/** The message of an error, fit for a report. */
export function saidByError(error: unknown, access?: Access): string {
  const text = error instanceof Error ? error.message : String(error);
  return (access ? scrub(text, access) : text).slice(0, 200);
}

function errorIn(text: string): string | undefined {
  try {
    const { error } = JSON.parse(text) as { error?: unknown };
    return typeof error === 'string' ? error : undefined;
  } catch {
    return undefined;
  }
}

function scrub(text: string, access: Access): string {
  return text
    .split(access.token)
    .join('[token]')
    .split(encodeURIComponent(access.token))
    .join('[token]')
    .replace(/(bearer|authorization\W{1,3})\s*\S+/gi, '$1 [token]')
    .replace(/[\p{Cc}\s]+/gu, ' ');
}

/** A call that may be repeated did not give what it should. */
export function readFault(what: string, answer: HttpAnswer, access: Access): Fault {
  const message = `${what}: ${saidBy(answer, access)}`;
  if (answer.status === 401 || answer.status === 403) {
    return new Fault('token_rejected', message, { retryable: false });
  }
  return new Fault('network_unexpected', message, { retryable: true });
}

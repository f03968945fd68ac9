// Mastodon and the servers that speak its API: one announcement, one post.

import { Fault } from '#domain/faults.ts';
import type { BroadcastLegPlan } from '#domain/plan.ts';
import type { Clock, Http, Secrets } from '#domain/ports.ts';
import type { BroadcastChannel, Measured, Metric, Retracted } from './contract.ts';
import {
  type Access,
  Account,
  type Call,
  callApi,
  Instance,
  parsed,
  RemoteId,
  readFault,
  StatusCounts,
  saidByError,
} from './mastodon-api.ts';
import { checkMastodon } from './mastodon-check.ts';
import { prepareMastodon } from './mastodon-prepare.ts';
import { publishedByError, publishMastodon } from './mastodon-publish.ts';
import { resolveMastodon } from './mastodon-resolve.ts';
import { describeInstance } from './mastodon-software.ts';

export interface MastodonOptions {
  readonly http: Http;
  readonly secrets: Pick<Secrets, 'get'>;
  readonly clock: Clock;
  /** The account behind a connection: where it lives, and the secret that holds its token. */
  readonly connections: (
    connection: string,
  ) => Promise<{ readonly baseUrl: string; readonly secretName: string }>;
}

const READ_TIMEOUT_MS = 10_000;

/**
 * The token of a connection is read afresh whenever something is described or prepared, and kept
 * in memory for the moment itself, so that publishing starts without waiting for anything.
 */
export function createMastodonChannel(options: MastodonOptions): BroadcastChannel {
  const { http, clock } = options;
  const held = new Map<string, Access>();
  const open = async (connection: string): Promise<Access> => {
    const { baseUrl, secretName } = await options.connections(connection);
    const token = (await options.secrets.get(secretName)).trim();
    if (!/^[!-~]+$/.test(token)) {
      throw new Fault('secret_unreadable', `${secretName} holds no token`, { retryable: false });
    }
    const access = { baseUrl: baseUrl.replace(/\/+$/, ''), token };
    held.set(connection, access);
    return access;
  };
  const accessOf = async (leg: BroadcastLegPlan): Promise<Access> =>
    held.get(leg.connection) ?? open(leg.connection);

  return {
    kind: 'broadcast',
    describe: async (connection) => describe(http, await open(connection)),
    account: async (connection) => accountName(http, await open(connection)),
    check: checkMastodon,
    async prepare(context) {
      const access = await open(context.leg.connection);
      const described = await describe(http, access);
      return prepareMastodon({ http, clock, access }, context, described);
    },
    async open(leg) {
      await accessOf(leg);
    },
    async publish(prepared, leg) {
      const access = held.get(leg.connection);
      if (!access) return { kind: 'throttled', retryAfterMs: 1_000, reason: 'token_not_read' };
      try {
        const now = () => clock.now();
        const published = await publishMastodon({ http, access, now }, prepared, leg.deadlineMs);
        // A token that was turned away may have been renewed since it was read.
        if (published.kind === 'rejected' && published.why === 'token') held.delete(leg.connection);
        return published;
      } catch (error) {
        return publishedByError(error, access);
      }
    },
    async resolve(prepared, leg, claimedAt) {
      try {
        const access = await accessOf(leg);
        const at = { http, access, now: clock.now() };
        return await resolveMastodon(at, prepared, claimedAt, leg.offsetMs);
      } catch (error) {
        return { kind: 'unknown', reason: saidByError(error, held.get(leg.connection)) };
      }
    },
    measure: async (postId, leg) => measure(http, await accessOf(leg), postId, clock.now()),
    async retract(postId, leg) {
      try {
        return await retract(http, await accessOf(leg), postId);
      } catch {
        return 'unknown';
      }
    },
  };
}

async function describe(http: Http, access: Access) {
  for (const path of ['/api/v2/instance', '/api/v1/instance']) {
    const answer = await callApi(http, access, read(path));
    const instance = parsed(answer, Instance);
    if (instance) return describeInstance(instance);
    if (answer.status >= 500 || answer.status === 429) {
      throw readFault('the server could not be described', answer, access);
    }
  }
  // A server that describes itself in neither form: Mastodon's defaults, and nothing to rely on.
  return describeInstance({});
}

async function accountName(http: Http, access: Access): Promise<string> {
  const answer = await callApi(http, access, read('/api/v1/accounts/verify_credentials'));
  const account = parsed(answer, Account);
  if (!account) throw readFault('the token opens no account', answer, access);
  return account.acct === undefined ? `account ${account.id}` : `@${account.acct}`;
}

async function measure(
  http: Http,
  access: Access,
  postId: string,
  asOf: number,
): Promise<Measured> {
  const post = await callApi(http, access, read(`/api/v1/statuses/${idOf(postId)}`));
  const counts = parsed(post, StatusCounts);
  if (!counts && post.status !== 404) throw readFault('the post could not be read', post, access);
  const account = await callApi(http, access, read('/api/v1/accounts/verify_credentials'));
  return {
    asOf,
    metrics: {
      favourites: counts ? metric(counts.favourites_count) : 'not_yet_available',
      reblogs: counts ? metric(counts.reblogs_count) : 'not_yet_available',
      replies: counts ? metric(counts.replies_count) : 'not_yet_available',
      followers: metric(parsed(account, Account)?.followers_count),
    },
  };
}

function metric(value: unknown): Metric {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
    ? value
    : 'not_provided';
}

async function retract(http: Http, access: Access, postId: string): Promise<Retracted> {
  const path = `/api/v1/statuses/${idOf(postId)}`;
  const { status } = await callApi(http, access, { ...read(path), method: 'DELETE' });
  if (status >= 200 && status < 300) return 'done';
  if (status === 405 || status === 501) return 'unsupported';
  if (status !== 404 && status !== 410) return 'unknown';
  // A server that cannot delete says 404 as well, with the post still there.
  const left = await callApi(http, access, read(path));
  if (left.status === 404 || left.status === 410) return 'already_gone';
  return left.status === 200 ? 'unsupported' : 'unknown';
}

function read(path: string): Call {
  return { method: 'GET', path, timeoutMs: READ_TIMEOUT_MS };
}

/** A post id as it may stand in a path. Throws for anything else: it was not given by us. */
function idOf(postId: string): string {
  return RemoteId.parse(postId);
}

// Channels as the API reaches them: to check, to show and to take back. Nothing here can send.

import { AwsClient } from 'aws4fetch';
import { type AskIdentity, checkSender } from '#channels/check-sender.ts';
import type { BroadcastChannel, BroadcastContext, Problem, Quota } from '#channels/contract.ts';
import { createEmailSizer, writeEmail } from '#channels/email.ts';
import { checkEmail } from '#channels/email-check.ts';
import { createMastodonChannel } from '#channels/mastodon.ts';
import type { ChannelAccess } from '#commands/context.ts';
import { sayOf } from '#domain/announcement.ts';
import { Fault } from '#domain/faults.ts';
import { parseKeyRing } from '#domain/key-ring.ts';
import type { BroadcastLegPlan, Plan } from '#domain/plan.ts';
import type { Clock, Secrets, Table } from '#domain/ports.ts';
import { sign } from '#domain/token.ts';
import { createHttp } from '#outbound/http.ts';
import { loadConnection } from '#store/connections.ts';
import { loadMedia } from '#store/media.ts';
import { createAskIdentity } from './ask-identity.ts';
import type { Credentials } from './sigv4.ts';

export interface ApiChannelsConfig {
  readonly table: Table;
  readonly clock: Clock;
  readonly secrets: Secrets;
  readonly region: string;
  readonly credentials: Credentials;
  /** `https://email.eu-central-1.amazonaws.com` */
  readonly sesEndpoint: string;
  readonly loopback: boolean;
  /** The operator's word instead of what the account states. */
  readonly email: { readonly perSecond?: number; readonly perDay?: number };
}

/** The same parameter as in `secrets.ts`, without its client. */
const SIGNING_KEYS = 'links/keys';
/** Stands for a token where nobody is to follow the link. */
const SHOWN_TOKEN = 'preview';

export function createApiChannels(config: ApiChannelsConfig): ChannelAccess {
  const { table, secrets, clock } = config;
  const http = createHttp({ loopback: config.loopback });
  const mastodon = createMastodonChannel({
    http,
    secrets,
    clock,
    connections: async (id) => {
      const connection = await loadConnection(table, id);
      if (connection) return connection;
      throw new Fault('connection_missing', `there is no connection ${id}`, { retryable: false });
    },
  });
  const posting = new Map<string, BroadcastChannel>([['mastodon', mastodon]]);
  const keys = { secrets, signingKeys: SIGNING_KEYS };
  const ask = createAskIdentity(config);
  const postLink = (plan: Plan, leg: BroadcastLegPlan, isReal: boolean) =>
    linkOf(plan, leg, isReal ? secrets : undefined);
  return {
    quota: () => readQuota(config),
    checkSender: (from) => checkSender(ask, from),
    async accountOf(channel, connection) {
      const known = posting.get(channel);
      if (known?.account) return known.account(connection);
      const message = `this deployment has no channel ${channel}`;
      throw new Fault('channel_unknown', message, { retryable: false });
    },
    async checkLeg(plan, leg) {
      if (leg.kind === 'email') return [...checkEmail(leg), ...(await standing(ask, leg.from))];
      const channel = posting.get(leg.channel);
      if (!channel) {
        const message = `this deployment has no channel ${leg.channel}`;
        return [{ code: 'channel_unknown', field: 'channel', message, severity: 'error' }];
      }
      const described = await channel.describe(leg.connection);
      const link = await postLink(plan, leg, true);
      const say = sayOf(plan, leg);
      const context: BroadcastContext = { burst: plan.burst, leg, link, say };
      const image = leg.image && (await storedImage(table, leg.image.sha256));
      const problems = channel.check(image ? { ...context, image } : context, described);
      // Before the plan is kept its pictures are not there yet; their type and size were looked at.
      return image ? problems : problems.filter(({ code }) => code !== 'image_missing');
    },
    writeEmail: (plan, leg, to, isReal) => {
      const { burst, calls, linkBase } = plan;
      return writeEmail(isReal ? keys : undefined, { burst, leg, calls, linkBase }, to);
    },
    emailSizer: (plan, leg) => {
      const { burst, calls, linkBase } = plan;
      return createEmailSizer({ burst, leg, calls, linkBase });
    },
    postLink,
    retract: async (leg, postId) => posting.get(leg.channel)?.retract(postId, leg) ?? 'unsupported',
  };
}

/** An account that does not answer stands against the leg as well: nothing leaves until it does. */
async function standing(ask: AskIdentity, from: string): Promise<Problem[]> {
  try {
    const problem = await checkSender(ask, from);
    return problem ? [problem] : [];
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    const { code, message } = error;
    return [{ code, field: 'from', message, severity: 'error' }];
  }
}

async function storedImage(table: Table, sha256: string): Promise<Uint8Array | undefined> {
  try {
    return await loadMedia(table, sha256);
  } catch (error) {
    if (error instanceof Fault && !error.retryable) return undefined;
    throw error;
  }
}

async function linkOf(plan: Plan, leg: BroadcastLegPlan, secrets: Secrets | undefined) {
  if (!secrets) return `${plan.linkBase}/c/${SHOWN_TOKEN}`;
  const { signs } = parseKeyRing(await secrets.get(SIGNING_KEYS));
  const claims = { purpose: 'click', burst: plan.burst, leg: leg.name, call: leg.call } as const;
  return `${plan.linkBase}/c/${sign(claims, new URL(plan.linkBase).host, signs)}`;
}

const TIMEOUT_MS = 4_000;

interface AccountAnswer {
  readonly SendingEnabled?: boolean;
  readonly SendQuota?: {
    readonly MaxSendRate?: number;
    readonly Max24HourSend?: number;
    readonly SentLast24Hours?: number;
  };
}

async function readQuota(config: ApiChannelsConfig): Promise<Quota> {
  const { region, credentials, sesEndpoint, email } = config;
  const client = new AwsClient({ ...credentials, region, service: 'ses', retries: 0 });
  let body: AccountAnswer;
  try {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const response = await client.fetch(`${sesEndpoint}/v2/email/account`, { signal });
    if (!response.ok) throw new Error(`answered ${response.status}`);
    body = (await response.json()) as AccountAnswer;
  } catch (cause) {
    const message = 'SES did not say what the account may send';
    throw new Fault('ses_unanswered', message, { retryable: true, cause });
  }
  const { MaxSendRate = 0, Max24HourSend = 0, SentLast24Hours = 0 } = body.SendQuota ?? {};
  // SES writes -1 for "no daily limit".
  const perDay = Max24HourSend < 0 ? Number.MAX_SAFE_INTEGER : Max24HourSend;
  return {
    perSecond: email.perSecond ?? MaxSendRate,
    perDay: email.perDay ?? perDay,
    sentLastDay: SentLast24Hours,
    sendingEnabled: body.SendingEnabled === true,
  };
}

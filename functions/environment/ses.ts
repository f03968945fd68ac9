// Amazon SES v2 behind the port `Ses`. The only file that makes a client which can send.

import {
  GetAccountCommand,
  GetEmailIdentityCommand,
  PutConfigurationSetSendingOptionsCommand,
  SESv2Client,
  SendBulkEmailCommand,
} from '@aws-sdk/client-sesv2';
import { Fault } from '#domain/faults.ts';
import type { BulkRequest, Ses, SesAccount, SesIdentity } from '#domain/ports.ts';
import { bulkBody } from './bulk-body.ts';
import { answeredFault, bulkAnswer, transportFault, unanswered } from './ses-faults.ts';
import { standingBehind, verifiedBy } from './ses-identity.ts';
import { type BulkTarget, createSignedBulk, type SendBulk } from './signed-ses.ts';
import type { Credentials } from './sigv4.ts';

export interface SesClientConfig {
  readonly region: string;
  /** Absent: the SDK's own chain. */
  readonly credentials?: () => Promise<Credentials>;
  /** Absent: `AWS_ENDPOINT_URL_SESV2`, `AWS_ENDPOINT_URL`, then the Region's own. */
  readonly endpoint?: string;
}

/** Clients that were made here, with one attempt. */
const oneAttempt = new WeakSet<SESv2Client>();

const CONTROL_TIMEOUT_MS = 5_000;

/** A client that tries once: the SDK's default of three sends one email up to three times. */
export function createSesClient(config: SesClientConfig): SESv2Client {
  const client = new SESv2Client({
    ...config,
    maxAttempts: 1,
    requestHandler: {
      connectionTimeout: 3_000,
      requestTimeout: 10_000,
      throwOnRequestTimeout: true,
    },
  });
  oneAttempt.add(client);
  return client;
}

/**
 * @param client made by `createSesClient`; any other is refused, because it would try again
 * The bulk call is signed by hand and follows the client's region, credentials and endpoint.
 */
export function createSes(client: SESv2Client): Ses {
  if (!oneAttempt.has(client)) {
    throw new Error('this SES client may try more than once: make it with createSesClient');
  }
  let signed: Promise<SendBulk> | undefined;
  return {
    account: () => account(client),
    identity: (name) => identity(client, name),
    async sendBulk(request, options) {
      signed ??= createFast(client);
      const send = await signed.catch((cause: unknown) => {
        signed = undefined;
        throw new Fault('ses_unreachable', 'SES has no endpoint or region', {
          retryable: true,
          cause,
        });
      });
      return send(request, options);
    },
    async setSending(configurationSet, enabled) {
      const command = new PutConfigurationSetSendingOptionsCommand({
        ConfigurationSetName: configurationSet,
        SendingEnabled: enabled,
      });
      await answered(client.send(command, within(CONTROL_TIMEOUT_MS)));
    },
  };
}

/** The same bulk call through the SDK; kept as the measure of the one signed by hand. */
export function createSdkBulk(client: SESv2Client): SendBulk {
  return async (request, { timeoutMs }) => {
    const command = new SendBulkEmailCommand(bulkBody(request));
    const output = await answered(client.send(command, within(timeoutMs)));
    return bulkAnswer(output.BulkEmailEntryResults, request.entries.length);
  };
}

async function account(client: SESv2Client): Promise<SesAccount> {
  const output = await answered(client.send(new GetAccountCommand({}), within(CONTROL_TIMEOUT_MS)));
  const { Max24HourSend, MaxSendRate, SentLast24Hours } = output.SendQuota ?? {};
  if (Max24HourSend === undefined || MaxSendRate === undefined || SentLast24Hours === undefined) {
    throw unanswered('SES answered GetAccount without a quota');
  }
  return {
    maxSendRate: MaxSendRate,
    max24HourSend: Max24HourSend,
    sentLast24Hours: SentLast24Hours,
    sendingEnabled: output.SendingEnabled === true,
    productionAccess: output.ProductionAccessEnabled === true,
  };
}

async function identity(client: SESv2Client, name: string): Promise<SesIdentity> {
  const command = new GetEmailIdentityCommand({ EmailIdentity: name });
  try {
    const output = await client.send(command, within(CONTROL_TIMEOUT_MS));
    return verifiedBy(output.VerifiedForSendingStatus, name);
  } catch (error) {
    const { $metadata, name: code = '' } = (error ?? {}) as Failure;
    const standing = standingBehind($metadata?.httpStatusCode, code);
    if (standing !== undefined) return standing;
    throw faultOf(error);
  }
}

async function createFast(client: SESv2Client): Promise<SendBulk> {
  const target = await targetOf(client);
  return createSignedBulk({
    target,
    credentials: () => client.config.credentials(),
    now: Date.now,
  });
}

/**
 * Where the SDK would send a bulk call: the command is built up to, but without, its sending.
 * So every way of setting an endpoint holds for both.
 */
async function targetOf(client: SESv2Client): Promise<BulkTarget> {
  const empty: BulkRequest = {
    from: '',
    configurationSet: '',
    subject: '',
    html: '',
    text: '',
    entries: [],
  };
  const command = new SendBulkEmailCommand(bulkBody(empty));
  const region = await client.config.region();
  let target: BulkTarget | undefined;
  command.middlewareStack.add(
    () => async (args) => {
      const { protocol, hostname, port, path } = args.request as BulkTarget;
      target = { protocol, hostname, ...(port !== undefined && { port }), path, region };
      return { response: {}, output: { BulkEmailEntryResults: [], $metadata: {} } };
    },
    { step: 'build', name: 'keepTarget', priority: 'low' },
  );
  await client.send(command);
  if (target === undefined) throw new Error('the SDK named no endpoint for SendBulkEmail');
  return target;
}

function within(timeoutMs: number): { abortSignal: AbortSignal } {
  return { abortSignal: AbortSignal.timeout(timeoutMs) };
}

async function answered<T>(call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    throw faultOf(error);
  }
}

interface Failure {
  readonly $metadata?: { readonly httpStatusCode?: number };
  readonly name?: string;
  readonly message?: string;
}

function faultOf(error: unknown): Fault {
  const { $metadata, name, message } = (error ?? {}) as Failure;
  const status = $metadata?.httpStatusCode;
  // A body that does not parse carries the status of its answer, but is no answer to trust.
  if (status === undefined || error instanceof SyntaxError) return transportFault(error);
  return answeredFault(status, name ?? '', message ?? '', error);
}

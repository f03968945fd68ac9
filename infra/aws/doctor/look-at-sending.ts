// What SES and SNS say about sending and about alarms, through the AWS SDK. Reads only.

import {
  GetAccountCommand,
  GetConfigurationSetCommand,
  GetConfigurationSetEventDestinationsCommand,
  GetEmailIdentityCommand,
  SESv2Client,
} from '@aws-sdk/client-sesv2';
import {
  ListSubscriptionsByTopicCommand,
  paginateListTopics,
  SNSClient,
} from '@aws-sdk/client-sns';
import { names } from '#infra/definition.ts';
import type { Settings } from '../settings.ts';
import type { Look, SeenAccount, SeenAlarms, SeenIdentity, SeenSet } from './seen.ts';

export interface SeenSending {
  readonly account: Look<SeenAccount>;
  readonly identity: Look<SeenIdentity | null>;
  readonly set: Look<SeenSet | null>;
  readonly alarms: Look<SeenAlarms | null>;
}

/** Whatever is denied or does not answer is *unseen* by itself; the rest is looked at all the same. */
export async function lookAtSending(settings: Settings): Promise<SeenSending> {
  const { region, stage, sender } = settings;
  const ses = new SESv2Client({ region });
  const sns = new SNSClient({ region });
  try {
    const [account, identity, set, alarms] = await Promise.all([
      looked(() => accountOf(ses)),
      looked(() => unlessMissing(identityOf(ses, sender))),
      looked(() => unlessMissing(setOf(ses, `${stage}-${names.configurationSet}`))),
      looked(() => alarmsOf(sns, `${stage}-volley-alarms`)),
    ]);
    return { account, identity, set, alarms };
  } finally {
    ses.destroy();
    sns.destroy();
  }
}

async function accountOf(ses: SESv2Client): Promise<SeenAccount> {
  const seen = await ses.send(new GetAccountCommand({}));
  const { PricingAttributes: pricing, SendQuota: quota } = seen;
  return {
    productionAccess: seen.ProductionAccessEnabled === true,
    sendingEnabled: seen.SendingEnabled === true,
    perSecond: quota?.MaxSendRate ?? 0,
    perDay: quota?.Max24HourSend ?? 0,
    sentInDay: quota?.SentLast24Hours ?? 0,
    suppresses: seen.SuppressionAttributes?.SuppressedReasons ?? [],
    ...given('review', seen.Details?.ReviewDetails?.Status),
    ...given('standing', seen.EnforcementStatus),
    ...given('plan', pricing?.CurrentPlan),
    ...given('nextPlan', pricing?.NextPlan),
  };
}

async function identityOf(ses: SESv2Client, sender: string): Promise<SeenIdentity> {
  const seen = await ses.send(new GetEmailIdentityCommand({ EmailIdentity: sender }));
  const { DkimAttributes: dkim, MailFromAttributes: mailFrom } = seen;
  const zone = dkim?.SigningHostedZone ?? 'dkim.amazonses.com';
  return {
    verified: seen.VerifiedForSendingStatus === true,
    signs: dkim?.SigningEnabled === true,
    dkimRecords: (dkim?.Tokens ?? []).map((token) => ({
      name: `${token}._domainkey.${sender}`,
      value: `${token}.${zone}`,
    })),
    ...given('status', seen.VerificationStatus),
    ...given('error', seen.VerificationInfo?.ErrorType),
    ...given('dkim', dkim?.Status),
    ...(mailFrom?.MailFromDomain && {
      mailFrom: {
        domain: mailFrom.MailFromDomain,
        status: mailFrom.MailFromDomainStatus ?? 'NOT_STARTED',
      },
    }),
  };
}

async function setOf(ses: SESv2Client, name: string): Promise<SeenSet> {
  const [set, { EventDestinations: destinations = [] }] = await Promise.all([
    ses.send(new GetConfigurationSetCommand({ ConfigurationSetName: name })),
    ses.send(new GetConfigurationSetEventDestinationsCommand({ ConfigurationSetName: name })),
  ]);
  const toTopics = destinations.filter(
    (one) => one.Enabled === true && one.SnsDestination?.TopicArn !== undefined,
  );
  return {
    sending: set.SendingOptions?.SendingEnabled === true,
    tells: toTopics.flatMap((one) => one.MatchingEventTypes ?? []),
    ...given('suppresses', set.SuppressionOptions?.SuppressedReasons),
  };
}

/** Null where there is no topic of that name. */
async function alarmsOf(sns: SNSClient, name: string): Promise<SeenAlarms | null> {
  for await (const { Topics = [] } of paginateListTopics({ client: sns }, {})) {
    const topic = Topics.find(({ TopicArn }) => TopicArn?.endsWith(`:${name}`))?.TopicArn;
    if (topic === undefined) continue;
    const { Subscriptions = [] } = await sns.send(
      new ListSubscriptionsByTopicCommand({ TopicArn: topic }),
    );
    const isConfirmed = (arn: string | undefined) => arn?.startsWith('arn:') === true;
    const by = (confirmed: boolean) =>
      Subscriptions.filter((one) => isConfirmed(one.SubscriptionArn) === confirmed).map(
        ({ Endpoint }) => Endpoint ?? 'somebody',
      );
    return { confirmed: by(true), pending: by(false) };
  }
  return null;
}

async function looked<T>(look: () => Promise<T>): Promise<Look<T>> {
  try {
    return await look();
  } catch (error) {
    // Without credentials nothing at all can be seen: whoever asked says so once.
    if (error instanceof Error && error.name === 'CredentialsProviderError') throw error;
    return { unseen: error instanceof Error ? error.message : String(error) };
  }
}

async function unlessMissing<T>(call: Promise<T>): Promise<T | null> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof Error && error.name === 'NotFoundException') return null;
    throw error;
  }
}

function given<K extends string, V>(name: K, value: V | undefined): { [key in K]?: V } {
  return value === undefined ? {} : ({ [name]: value } as { [key in K]?: V });
}

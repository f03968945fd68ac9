// What is in the account already. Reads only.

import { DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { GetAccountCommand, GetEmailIdentityCommand, SESv2Client } from '@aws-sdk/client-sesv2';
import { names } from '#infra/definition.ts';
import type { Seen } from './deploy-checks.ts';
import type { Settings } from './settings.ts';

/** Throws where nobody's credentials are found, or they may not look. */
export async function lookAtAccount({ region, stage, sender }: Settings): Promise<Seen> {
  const dynamodb = new DynamoDBClient({ region });
  const ses = new SESv2Client({ region });
  try {
    const [described, identity, account] = await Promise.all([
      unlessMissing(
        dynamodb.send(new DescribeTableCommand({ TableName: `${stage}-${names.table}` })),
      ),
      unlessMissing(ses.send(new GetEmailIdentityCommand({ EmailIdentity: sender }))),
      ses.send(new GetAccountCommand({})),
    ]);
    return {
      ...(described?.Table && { table: described.Table }),
      ...(identity && { identity: { verified: identity.VerifiedForSendingStatus === true } }),
      sending: {
        productionAccess: account.ProductionAccessEnabled === true,
        enabled: account.SendingEnabled === true,
        perSecond: account.SendQuota?.MaxSendRate ?? 0,
        perDay: account.SendQuota?.Max24HourSend ?? 0,
      },
    };
  } catch (error) {
    throw explained(error, region);
  } finally {
    dynamodb.destroy();
    ses.destroy();
  }
}

function explained(error: unknown, region: string): unknown {
  if (!(error instanceof Error)) return error;
  const say = (message: string) => new Error(`Nothing was created: ${message}`, { cause: error });
  if (error.name === 'CredentialsProviderError') {
    return say('no credentials were found; sign in (aws sso login) and set AWS_PROFILE');
  }
  if (error.name.startsWith('AccessDenied')) {
    return say(`these credentials may not look at ${region}: ${error.message}`);
  }
  return error;
}

async function unlessMissing<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    const name = error instanceof Error ? error.name : '';
    if (name === 'ResourceNotFoundException' || name === 'NotFoundException') return undefined;
    throw error;
  }
}

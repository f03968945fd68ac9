// What record and measure reach of the world, made once per process.

import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SSMClient } from '@aws-sdk/client-ssm';
import type { Log, Secrets, Table } from '#domain/ports.ts';
import { createDynamoTable } from '#store/dynamo-table.ts';
import { createEntropy } from './entropy.ts';
import { createMeteredLog } from './metered-log.ts';
import { createSecrets, secretNames } from './secrets.ts';
import { tableSettings } from './settings.ts';

export interface FeedbackPorts {
  readonly table: Table;
  readonly now: () => number;
  readonly id: () => string;
  readonly suppressionKey: () => Promise<string>;
  readonly secrets: Pick<Secrets, 'get'>;
  readonly log: Log;
}

export function createFeedbackPorts(): FeedbackPorts {
  const { region, table, parameters } = tableSettings();
  // One attempt: whether a lost answer is repeated is decided by whoever wrote.
  const requestHandler = { connectionTimeout: 1_000, requestTimeout: 3_000 };
  const client = new DynamoDBClient({ region, maxAttempts: 1, requestHandler });
  const secrets = createSecrets(new SSMClient({ region, requestHandler }), parameters);
  const entropy = createEntropy();
  return {
    table: createDynamoTable(client, table),
    now: () => Date.now(),
    id: () => entropy.id(),
    suppressionKey: () => secrets.get(secretNames.suppressionKey),
    secrets,
    log: createMeteredLog(),
  };
}

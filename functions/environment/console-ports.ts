// What the pages reach of the world, made once per process: they look and change nothing.

import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Clock, Log, Secrets, Table } from '#domain/ports.ts';
import { createDynamoTable } from '#store/dynamo-table.ts';
import { createClock } from './clock.ts';
import { createLambdaLog } from './lambda-log.ts';
import { consoleSettings } from './settings.ts';
import { createCallJson } from './signed-json.ts';
import { createSignedSecrets } from './signed-secrets.ts';

export interface ConsoleWorld {
  readonly table: Table;
  readonly clock: Clock;
  readonly log: Log;
  readonly secrets: Pick<Secrets, 'get'>;
}

export function createConsolePorts(): ConsoleWorld {
  const { region, credentials, endpoints, table, parameters } = consoleSettings();
  // One attempt: whoever looks looks again.
  const requestHandler = { connectionTimeout: 1_000, requestTimeout: 3_000 };
  const client = new DynamoDBClient({ region, maxAttempts: 1, requestHandler });
  const ssm = createCallJson({
    service: 'ssm',
    faults: 'secret',
    region,
    credentials,
    endpoint: endpoints.ssm,
    jsonVersion: '1.1',
    now: () => Date.now(),
  });
  return {
    table: createDynamoTable(client, table),
    clock: createClock(),
    log: createLambdaLog(),
    secrets: createSignedSecrets(ssm, parameters),
  };
}

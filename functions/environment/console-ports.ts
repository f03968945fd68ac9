// What the pages reach of the world, made once per process: they look and change nothing.

import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Clock, Log, Secrets, Table } from '#domain/ports.ts';
import { createDynamoTable } from '#store/dynamo-table.ts';
import { callService } from './call-service.ts';
import { createClock } from './clock.ts';
import { createLambdaLog } from './lambda-log.ts';
import { consoleSettings } from './settings.ts';
import { createSignedSecrets } from './signed-secrets.ts';

export interface ConsoleWorld {
  readonly table: Table;
  readonly clock: Clock;
  readonly log: Log;
  readonly secrets: Pick<Secrets, 'get'>;
}

export function createConsolePorts(): ConsoleWorld {
  const settings = consoleSettings();
  // One attempt: whoever looks looks again.
  const requestHandler = { connectionTimeout: 1_000, requestTimeout: 3_000 };
  const client = new DynamoDBClient({ region: settings.region, maxAttempts: 1, requestHandler });
  return {
    table: createDynamoTable(client, settings.table),
    clock: createClock(),
    log: createLambdaLog(),
    secrets: createSignedSecrets(callService(settings, 'ssm'), settings.parameters),
  };
}

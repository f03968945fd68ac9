// What the API reaches of the world, made once per process.

import { randomBytes } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Clock, Entropy, Log, Secrets, Table } from '#domain/ports.ts';
import { createDynamoTable } from '#store/dynamo-table.ts';
import { createClock } from './clock.ts';
import { createEntropy } from './entropy.ts';
import { createLog } from './log.ts';
import { apiSettings } from './settings.ts';
import { createCallJson } from './signed-json.ts';
import { createSignedSecrets } from './signed-secrets.ts';
import { createStartFunction } from './start-function.ts';
import { createSwitchSending } from './switch-sending.ts';

/** Digests addresses in suppressions; the same parameter as in `secrets.ts`, without its client. */
const SUPPRESSION_KEY = 'suppression/key';

export interface ApiWorld {
  readonly table: Table;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly log: Log;
  readonly secrets: Secrets;
  readonly suppressionKey: () => Promise<string>;
  readonly linkBase: string;
  readonly configurationSet: string;
  readonly newToken: () => string;
  readonly startRunner: (burst: string) => Promise<void>;
  /** Of one configuration set. */
  readonly switchSending: (configurationSet: string, enabled: boolean) => Promise<void>;
}

export function createApiPorts(): ApiWorld {
  const settings = apiSettings();
  const { region, credentials, endpoints, linkBase, configurationSet } = settings;
  // One attempt: whether a lost answer is repeated is decided by whoever wrote.
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
  const secrets = createSignedSecrets(ssm, settings.parameters);
  const start = createStartFunction({
    region,
    credentials,
    endpoint: endpoints.lambda,
    function: settings.runFunction,
  });
  return {
    table: createDynamoTable(client, settings.table),
    clock: createClock(),
    entropy: createEntropy(),
    log: createLog(),
    secrets,
    suppressionKey: () => secrets.get(SUPPRESSION_KEY),
    linkBase,
    configurationSet,
    newToken: () => randomBytes(32).toString('base64url'),
    startRunner: (burst) => start({ burst }),
    switchSending: createSwitchSending({ region, credentials, endpoint: endpoints.ses }),
  };
}

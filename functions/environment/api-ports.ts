// What the API reaches of the world, made once per process.

import { randomBytes } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Clock, DeadLetters, Entropy, Log, Secrets, Table } from '#domain/ports.ts';
import { createDynamoTable } from '#store/dynamo-table.ts';
import { createClock } from './clock.ts';
import { createDeadLetters } from './dead-letters.ts';
import { createEntropy } from './entropy.ts';
import { createLog } from './log.ts';
import { apiSettings, deadLetterUrl, queueUrl } from './settings.ts';
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
  readonly deadLetters: DeadLetters;
}

/** Ten messages of SQS at their longest, SES events as SNS passes them on. */
const DEAD_LETTERS_MAX = 16 * 1_048_576;

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
  const sqs = createCallJson({
    service: 'sqs',
    faults: 'queue',
    region,
    credentials,
    endpoint: endpoints.sqs,
    jsonVersion: '1.0',
    now: () => Date.now(),
    answerMax: DEAD_LETTERS_MAX,
  });
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
    deadLetters: createDeadLetters(sqs, { queueUrl: queueUrl(), deadLetterUrl: deadLetterUrl() }),
    switchSending: createSwitchSending({ region, credentials, endpoint: endpoints.ses }),
  };
}

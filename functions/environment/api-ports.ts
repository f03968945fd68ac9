// What the API reaches of the world, made once per process.

import { randomBytes } from 'node:crypto';
import type { ChannelAccess } from '#commands/context.ts';
import type { Clock, DeadLetters, Entropy, Log, Secrets, Table } from '#domain/ports.ts';
import { type AskMailExchangers, createMailExchangers } from '#outbound/mail-exchangers.ts';
import { repeatReads } from '#store/repeat-reads.ts';
import { createApiChannels } from './api-channels.ts';
import { callService } from './call-service.ts';
import { createClock } from './clock.ts';
import { createDeadLetters } from './dead-letters.ts';
import { createEntropy } from './entropy.ts';
import { createLambdaLog } from './lambda-log.ts';
import { apiSettings, deadLetterUrl, queueUrl } from './settings.ts';
import { createSignedSecrets } from './signed-secrets.ts';
import { createSignedTable, TABLE_ANSWER_MAX } from './signed-table.ts';
import { keepHeapSmall } from './small-heap.ts';
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
  /** Absent where everything stays on loopback. */
  readonly mailExchangers?: AskMailExchangers;
  readonly channels: ChannelAccess;
}

/** Ten messages of SQS at their longest, SES events as SNS passes them on. */
const DEAD_LETTERS_MAX = 16 * 1_048_576;

export function createApiPorts(): ApiWorld {
  const settings = apiSettings();
  // Where everything runs in one process, the runner's heap is not to be touched.
  if (!settings.loopback) keepHeapSmall();
  const { region, credentials, endpoints, linkBase, configurationSet } = settings;
  const dynamodb = callService(settings, 'dynamodb', { answerMax: TABLE_ANSWER_MAX });
  const secrets = createSignedSecrets(callService(settings, 'ssm'), settings.parameters);
  const sqs = callService(settings, 'sqs', { answerMax: DEAD_LETTERS_MAX });
  const start = createStartFunction({
    region,
    credentials,
    endpoint: endpoints.lambda,
    function: settings.runFunction,
  });
  const clock = createClock();
  const sleep = (milliseconds: number) => clock.sleep(milliseconds);
  const table = repeatReads(createSignedTable(dynamodb, settings.table), sleep);
  return {
    table,
    clock,
    channels: createApiChannels({
      ...{ table, clock, secrets, region, credentials },
      sesEndpoint: endpoints.ses,
      loopback: settings.loopback,
      email: settings.email,
    }),
    entropy: createEntropy(),
    log: createLambdaLog(),
    secrets,
    suppressionKey: () => secrets.get(SUPPRESSION_KEY),
    linkBase,
    configurationSet,
    newToken: () => randomBytes(32).toString('base64url'),
    startRunner: (burst) => start({ burst }),
    ...(settings.loopback ? {} : { mailExchangers: createMailExchangers() }),
    deadLetters: createDeadLetters(sqs, { queueUrl: queueUrl(), deadLetterUrl: deadLetterUrl() }),
    switchSending: createSwitchSending({ region, credentials, endpoint: endpoints.ses }),
  };
}

// What the runner reaches of the world, made once per process.

import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SSMClient } from '@aws-sdk/client-ssm';
import { createEmailChannel } from '#channels/email.ts';
import { createMastodonChannel } from '#channels/mastodon.ts';
import { switchSending } from '#commands/switch-sending.ts';
import { Fault } from '#domain/faults.ts';
import { parseKeyRing } from '#domain/key-ring.ts';
import type { Secrets } from '#domain/ports.ts';
import { createHttp } from '#outbound/http.ts';
import type { RunnerPorts } from '#runner/ports.ts';
import { loadConnection } from '#store/connections.ts';
import { createDynamoTable } from '#store/dynamo-table.ts';
import { createClock } from './clock.ts';
import { createEntropy } from './entropy.ts';
import { createMeteredLog } from './metered-log.ts';
import { createSecrets, secretNames } from './secrets.ts';
import { createSes, createSesClient } from './ses.ts';
import { runnerSettings } from './settings.ts';

export function createRunnerPorts(): RunnerPorts {
  const settings = runnerSettings();
  const { region } = settings;
  // One attempt: whether a lost answer is repeated is decided by whoever wrote.
  const requestHandler = { connectionTimeout: 1_000, requestTimeout: 3_000 };
  const client = new DynamoDBClient({ region, maxAttempts: 1, requestHandler });
  const table = createDynamoTable(client, settings.table);
  const secrets = createSecrets(new SSMClient({ region, requestHandler }), settings.parameters);
  const clock = createClock();
  const http = createHttp({ loopback: settings.loopback });
  const ses = createSes(createSesClient({ region }));
  const email = createEmailChannel({
    ses,
    secrets,
    signingKeys: secretNames.signingKeys,
    account: settings.email,
  });
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
  return {
    table,
    clock,
    entropy: createEntropy(),
    log: createMeteredLog(),
    channels: new Map<string, typeof email | typeof mastodon>([
      ['email', email],
      ['mastodon', mastodon],
    ]),
    account: settings.account,
    suppressionKey: () => secrets.get(secretNames.suppressionKey),
    signingKey: async () => (await signingKeys(secrets)).signs,
    setSending: (burst, enabled) =>
      switchSending(table, burst, { enabled, now: clock.now() }, (set, isOn) =>
        ses.setSending(set, isOn),
      ),
  };
}

async function signingKeys(secrets: Secrets) {
  return parseKeyRing(await secrets.get(secretNames.signingKeys));
}

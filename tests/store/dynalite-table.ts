// A DynamoDB for tests: dynalite in this process, in memory, on a port of its own.

import { once } from 'node:events';
import type { Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { CreateTableCommand, DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Table } from '#domain/ports.ts';
import { createDynamoTable } from '#store/dynamo-table.ts';
import { createTableInput } from '#store/table.ts';

const dynalite = createRequire(import.meta.url)('dynalite') as (options: {
  createTableMs: number;
}) => Server;

export interface DynaliteTables {
  readonly client: DynamoDBClient;
  /** A fresh, empty table. */
  create(): Promise<Table>;
  stop(): Promise<void>;
}

/** Every operation one attempt, so that what a test sees is what the server answered. */
export async function startDynalite(): Promise<DynaliteTables> {
  const server = dynalite({ createTableMs: 0 });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const client = new DynamoDBClient({
    endpoint: `http://127.0.0.1:${port}`,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  });
  let created = 0;
  return {
    client,
    create: async () => {
      created += 1;
      const name = `volley-${created}`;
      await client.send(new CreateTableCommand(createTableInput(name)));
      await active(client, name);
      return createDynamoTable(client, name);
    },
    stop: async () => {
      client.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

async function active(client: DynamoDBClient, TableName: string): Promise<void> {
  const { Table: table } = await client.send(new DescribeTableCommand({ TableName }));
  if (table?.TableStatus !== 'ACTIVE') await active(client, TableName);
}

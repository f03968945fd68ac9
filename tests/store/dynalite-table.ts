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
  readonly endpoint: string;
  /** A fresh, empty table, through the SDK unless it is said otherwise. */
  create(over?: (name: string) => Table): Promise<Table>;
  stop(): Promise<void>;
}

/** Every operation one attempt, so that what a test sees is what the server answered. */
export async function startDynalite(): Promise<DynaliteTables> {
  const server = dynalite({ createTableMs: 0 });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const endpoint = `http://127.0.0.1:${port}`;
  const client = new DynamoDBClient({
    endpoint,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  });
  let created = 0;
  return {
    client,
    endpoint,
    create: async (over = (name) => createDynamoTable(client, name)) => {
      created += 1;
      const name = `volley-${created}`;
      await client.send(new CreateTableCommand(createTableInput(name)));
      await active(client, name);
      return over(name);
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

// The DynamoDB to compare with: dynalite in this process, or any endpoint.

import { randomUUID } from 'node:crypto';
import {
  CreateTableCommand,
  DeleteTableCommand,
  DescribeTableCommand,
  DynamoDBClient,
} from '@aws-sdk/client-dynamodb';
import type { Table } from '#domain/ports.ts';
import { createDynamoTable } from '#store/dynamo-table.ts';
import { createTableInput } from '#store/table.ts';
import { startDynalite } from '../store/dynalite-table.ts';

export interface Subject {
  readonly name: string;
  readonly table: Table;
  readonly indexLagMs: number;
  stop(): Promise<void>;
}

export async function dynaliteSubject(): Promise<Subject> {
  const dynalite = await startDynalite();
  const table = await dynalite.create();
  return { name: 'dynalite', table, indexLagMs: 0, stop: () => dynalite.stop() };
}

/**
 * A fresh table at an endpoint, deleted at the end. Region and credentials come from the standard
 * variables; the client repeats throttled calls itself, which no conditional write here minds
 * because nobody else writes.
 */
export async function endpointSubject(endpoint: string): Promise<Subject> {
  const client = new DynamoDBClient({ endpoint, maxAttempts: 10 });
  const TableName = `volley-conform-${randomUUID()}`;
  await client.send(new CreateTableCommand(createTableInput(TableName)));
  await whenActive(client, TableName);
  return {
    name: endpoint,
    table: createDynamoTable(client, TableName),
    indexLagMs: 10_000,
    stop: async () => {
      await client.send(new DeleteTableCommand({ TableName }));
      client.destroy();
    },
  };
}

async function whenActive(client: DynamoDBClient, TableName: string): Promise<void> {
  for (;;) {
    const { Table: table } = await client.send(new DescribeTableCommand({ TableName }));
    const indexes = table?.GlobalSecondaryIndexes ?? [];
    const isActive = indexes.every((index) => index.IndexStatus === 'ACTIVE');
    if (table?.TableStatus === 'ACTIVE' && isActive) return;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

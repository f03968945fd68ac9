// Stands in for Amazon DynamoDB: dynalite over LevelDB. An acknowledged write survives `kill -9`.

import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import dynalite from 'dynalite';
import { listen } from '../../http-server.ts';
import type { StandIn } from '../stand-in.ts';
import { markClean, recover } from './recover.ts';

export interface TableInput {
  readonly TableName: string;
  readonly [field: string]: unknown;
}

export interface DynamodbOptions {
  readonly folder: string;
  readonly port: number;
  /** Made where they do not exist yet. */
  readonly tables: readonly TableInput[];
}

/**
 * Departs from the service: no transactions and streams, no old item with a failed condition, no
 * deletion by time to live, no throttling, index reads a little behind only while being written.
 */
export async function startDynamodb(options: DynamodbOptions): Promise<StandIn> {
  const { folder, tables } = options;
  mkdirSync(dirname(folder), { recursive: true });
  await recover(
    folder,
    tables.map(({ TableName }) => TableName),
  );
  const server = dynalite({ path: folder, createTableMs: 0 });
  server.keepAliveTimeout = 120_000;
  const port = await listen(server, options.port, 'take_another');
  const url = `http://127.0.0.1:${port}`;
  for (const table of tables) await createTable(url, table);
  return {
    url,
    close: async () => {
      const closed = new Promise<Error | null | undefined>((resolve) =>
        server.close((error) => resolve(error)),
      );
      server.closeAllConnections();
      if (!(await closed)) markClean(folder);
    },
  };
}

async function createTable(url: string, table: TableInput): Promise<void> {
  const made = await call(url, 'CreateTable', table);
  if (!made.ok && !made.type.endsWith('#ResourceInUseException')) {
    throw new Error(`table ${table.TableName} could not be made: ${made.text}`);
  }
  for (let look = 0; look < 200; look += 1) {
    const { text } = await call(url, 'DescribeTable', { TableName: table.TableName });
    if (text.includes('"TableStatus":"ACTIVE"')) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`table ${table.TableName} did not become active`);
}

async function call(url: string, operation: string, input: unknown) {
  const answer = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': `DynamoDB_20120810.${operation}`,
      'x-amz-date': '20260101T000000Z',
      authorization:
        'AWS4-HMAC-SHA256 Credential=local/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0',
    },
    body: JSON.stringify(input),
  });
  const text = await answer.text();
  const type = answer.ok ? '' : String((JSON.parse(text) as { __type?: string }).__type);
  return { ok: answer.ok, type, text };
}

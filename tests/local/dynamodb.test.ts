import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
} from '@aws-sdk/client-dynamodb';
import db from 'dynalite/db/index.js';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startDynamodb } from '#infra/local/stand-ins/dynamodb/dynamodb.ts';
import { createTableInput } from '#store/table.ts';
import { clientFor, temporaryFolder } from './temporary-folder.ts';

let folder: ReturnType<typeof temporaryFolder>;
let path: string;

beforeEach(() => {
  folder = temporaryFolder();
  path = join(folder.path, 'dynamodb');
});

afterEach(() => folder.remove());

const start = () => startDynamodb({ folder: path, port: 0, tables: [createTableInput('volley')] });

async function startChild(): Promise<{ child: ChildProcess; url: string }> {
  const script = fileURLToPath(new URL('./dynamodb-child.ts', import.meta.url));
  const child = spawn(process.execPath, [script, path], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(child.stdout as NodeJS.ReadableStream, 'data')) as [Buffer];
  return { child, url: line.toString().trim() };
}

function put(client: DynamoDBClient, number: number) {
  const Item = {
    pk: { S: `B#burst-${number}` },
    sk: { S: '#' },
    dueShard: { S: '0' },
    wakeAt: { N: String(1_000 + number) },
  };
  return client.send(new PutItemCommand({ TableName: 'volley', Item }));
}

async function due(client: DynamoDBClient): Promise<string[]> {
  const { Items } = await client.send(
    new QueryCommand({
      TableName: 'volley',
      IndexName: 'due',
      KeyConditionExpression: 'dueShard = :shard AND wakeAt <= :until',
      ExpressionAttributeValues: { ':shard': { S: '0' }, ':until': { N: '999999' } },
    }),
  );
  return (Items ?? []).map(({ pk }) => pk?.S ?? '');
}

test('every acknowledged write is there after kill -9 in the middle of writing', async () => {
  const { child, url } = await startChild();
  const client = new DynamoDBClient(clientFor(url));
  let acknowledged = 0;
  const writing = (async () => {
    for (let number = 0; number < 5_000; number += 1) {
      await put(client, number);
      acknowledged = number + 1;
      if (number === 150) child.kill('SIGKILL');
    }
  })();
  await expect(writing).rejects.toThrow();
  client.destroy();
  const again = await start();
  const reader = new DynamoDBClient(clientFor(again.url));
  const missing: number[] = [];
  for (let number = 0; number < acknowledged; number += 1) {
    const Key = { pk: { S: `B#burst-${number}` }, sk: { S: '#' } };
    const { Item } = await reader.send(new GetItemCommand({ TableName: 'volley', Key }));
    if (!Item) missing.push(number);
  }
  expect(acknowledged).toBeGreaterThan(150);
  expect(missing).toEqual([]);
  expect((await due(reader)).length).toBeGreaterThanOrEqual(acknowledged);
  reader.destroy();
  await again.close();
});

test('index entries that a kill lost, or left over, are put right at the next start', async () => {
  const first = await start();
  const client = new DynamoDBClient(clientFor(first.url));
  await put(client, 1);
  await put(client, 2);
  client.destroy();
  await first.close();
  // As a kill between two writes leaves it: no entry for one burst, an old one for the other.
  const store = db.create({ path });
  await store.db.open();
  const entries = 'index-global~volley~due~';
  const kept: unknown[] = [];
  for await (const [, entry] of store.db.iterator({ gte: entries, lt: `${entries}\u00ff` })) {
    kept.push(entry);
  }
  await store.db.clear({ gte: entries, lt: `${entries}\u00ff` });
  await store.db.put(`${entries}left-over`, kept[0]);
  await store.db.close();
  folder.removeFile('dynamodb/closed-cleanly');
  const again = await start();
  const reader = new DynamoDBClient(clientFor(again.url));
  expect(await due(reader)).toEqual(['B#burst-1', 'B#burst-2']);
  reader.destroy();
  await again.close();
});

test('a clean stop and start keeps table and items', async () => {
  const first = await start();
  const client = new DynamoDBClient(clientFor(first.url));
  await put(client, 1);
  client.destroy();
  await first.close();
  const again = await start();
  const reader = new DynamoDBClient(clientFor(again.url));
  expect(await due(reader)).toEqual(['B#burst-1']);
  reader.destroy();
  await again.close();
});

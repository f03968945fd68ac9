// The API in a process of its own, for the bench of imports: over DynamoDB on loopback, or over a
// table that keeps sessions and forgets contacts, so that only our own work is measured.

import { createServer, type IncomingMessage } from 'node:http';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { createApp } from '#api/create-app.ts';
import type { Item, Key, Table } from '#domain/ports.ts';
import { createEntropy } from '#environment/entropy.ts';
import { keepHeapSmall } from '#environment/small-heap.ts';
import { createDynamoTable } from '#store/dynamo-table.ts';
import { MemoryTable } from '#store/memory-table.ts';
import { aWorld } from '../commands/a-context.ts';

const TOKEN = 'token-of-the-bench-of-imports';

/** Says yes to every new contact and keeps none; what a repeat would read is forgotten as well. */
function sink(): Table {
  const kept = new MemoryTable();
  const isForgotten = ({ pk }: Key) => /^(?:A#|Y#|J#|I#[^#]+#)/.test(pk);
  return {
    get: async (key, options) => (isForgotten(key) ? undefined : kept.get(key, options)),
    query: async (query) =>
      isForgotten({ pk: query.pk, sk: '' }) ? { items: [] } : kept.query(query),
    put: async (item: Item, condition) =>
      isForgotten(item) ? { kind: 'written' } : kept.put(item, condition),
    update: (key, change, condition) => kept.update(key, change, condition),
    delete: (key, condition) => kept.delete(key, condition),
  };
}

function dynamo(port: string): Table {
  const client = new DynamoDBClient({
    region: 'us-east-1',
    endpoint: `http://127.0.0.1:${port}`,
    credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' },
    maxAttempts: 1,
  });
  return createDynamoTable(client, 'bench');
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  return Buffer.concat(pieces).toString();
}

const [port = '0', dynamoPort] = process.argv.slice(2);
keepHeapSmall();
if (process.send) {
  const table = dynamoPort === undefined ? sink() : dynamo(dynamoPort);
  const clock = { now: () => Date.now() };
  const world = aWorld({ table, clock, entropy: createEntropy() });
  world.secrets.set('api/admin-token', TOKEN);
  const { principal: _nobody, ...ports } = world.as('nobody');
  const quiet = () => undefined;
  const app = createApp({ ...ports, log: { info: quiet, warn: quiet, error: quiet } });
  const server = createServer(async (request, response) => {
    const { method = 'GET', url = '/', headers } = request;
    const body = await bodyOf(request);
    const answer = await app.request(`http://127.0.0.1${url}`, {
      method,
      headers: headers as Record<string, string>,
      ...(method === 'GET' ? {} : { body }),
    });
    response.writeHead(answer.status, { 'content-type': 'application/json' });
    response.end(await answer.text());
  });
  server.listen(Number(port), '127.0.0.1', () => {
    const address = server.address();
    process.send?.({ port: typeof address === 'object' ? address?.port : undefined });
  });
  process.on('message', () => {
    const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
    process.send?.({ maxRssKb: maxRSS, cpuUs: userCPUTime + systemCPUTime });
  });
  process.on('disconnect', () => process.exit(0));
}

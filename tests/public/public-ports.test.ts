import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { createPublicPorts, createPublicQueue } from '#environment/public-ports.ts';

const stops: (() => void)[] = [];

afterEach(() => {
  for (const stop of stops.splice(0)) stop();
  for (const name of Object.keys(process.env))
    if (name.startsWith('VOLLEY_')) delete process.env[name];
  for (const name of [
    'AWS_ENDPOINT_URL',
    'AWS_REGION',
    'AWS_ACCESS_KEY_ID',
    'AWS_SECRET_ACCESS_KEY',
  ])
    delete process.env[name];
});

interface Seen {
  readonly target: string;
  readonly body: Record<string, unknown>;
  readonly authorization: string;
}

/** One stub for all three services; answers are functions of target and count. */
async function stub(
  answer: (seen: Seen, count: number) => { status: number; body: unknown } | 'reset' | 'silence',
) {
  const seen: Seen[] = [];
  const server = createServer((incoming: IncomingMessage, outgoing: ServerResponse) => {
    let text = '';
    incoming.on('data', (chunk) => {
      text += chunk;
    });
    incoming.on('end', () => {
      const one = {
        target: String(incoming.headers['x-amz-target']),
        body: JSON.parse(text),
        authorization: String(incoming.headers.authorization),
      };
      seen.push(one);
      const said = answer(one, seen.length);
      if (said === 'silence') return;
      if (said === 'reset') {
        incoming.socket.destroy();
        return;
      }
      outgoing.writeHead(said.status).end(JSON.stringify(said.body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  stops.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  Object.assign(process.env, {
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'AKID',
    AWS_SECRET_ACCESS_KEY: 'secret',
    AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
    VOLLEY_TABLE: 'volley',
    VOLLEY_LINK_BASE: 'https://go.example.com/',
    VOLLEY_PARAMETERS: '/volley',
    VOLLEY_QUEUE_URL: 'https://sqs.example.com/1/feedback',
  });
  return seen;
}

test('a message is sent once, signed, to the endpoint of the environment', async () => {
  const seen = await stub(() => ({ status: 200, body: { MessageId: 'm' } }));
  await createPublicQueue().send(['{"kind":"click"}']);
  expect(seen).toHaveLength(1);
  expect(seen[0]).toMatchObject({
    target: 'AmazonSQS.SendMessage',
    body: { QueueUrl: 'https://sqs.example.com/1/feedback', MessageBody: '{"kind":"click"}' },
  });
  expect(seen[0]?.authorization).toMatch(
    /^AWS4-HMAC-SHA256 Credential=AKID\/\d{8}\/eu-central-1\/sqs\//,
  );
});

test.each([
  { name: '500', said: { status: 500, body: {} }, code: 'queue_unanswered', tries: 2 },
  { name: 'a reset', said: 'reset' as const, code: 'queue_unanswered', tries: 2 },
  {
    name: '200 that is no object',
    said: { status: 200, body: 7 },
    code: 'queue_unanswered',
    tries: 2,
  },
  {
    name: '400',
    said: { status: 400, body: { __type: 'x#QueueDoesNotExist' } },
    code: 'queue_refused',
    tries: 1,
  },
  {
    name: 'throttling',
    said: { status: 400, body: { __type: 'com.amazon#ThrottlingException' } },
    code: 'queue_throttled',
    tries: 2,
  },
])('a queue that answers $name is a fault after $tries tries', async ({ said, code, tries }) => {
  const seen = await stub(() => said);
  await expect(createPublicQueue().send(['x'])).rejects.toMatchObject({ code });
  expect(seen).toHaveLength(tries);
});

test('a message whose first answer was lost is sent once more', async () => {
  const seen = await stub((_, count) => (count === 1 ? 'reset' : { status: 200, body: {} }));
  await createPublicQueue().send(['x']);
  expect(seen).toHaveLength(2);
});

test('a queue that says nothing is given up within a second', async () => {
  const seen = await stub(() => 'silence');
  const started = performance.now();
  const sending = createPublicQueue().send(['x']);
  await expect(sending).rejects.toMatchObject({ code: 'queue_unanswered' });
  expect(performance.now() - started).toBeLessThan(1_500);
  expect(seen).toHaveLength(1);
});

test('items come and go in the form of DynamoDB', async () => {
  const seen = await stub(({ target }) =>
    target.endsWith('GetItem')
      ? { status: 200, body: { Item: { pk: { S: 'B#x' }, n: { N: '7' }, is: { BOOL: true } } } }
      : { status: 400, body: { __type: 'com.amazonaws#ConditionalCheckFailedException' } },
  );
  const { table } = createPublicPorts();
  expect(await table.get({ pk: 'B#x', sk: '#' }, { consistent: true })).toEqual({
    pk: 'B#x',
    n: 7,
    is: true,
  });
  expect(await table.putIfAbsent({ pk: 'B#x', sk: '#', n: 7 })).toEqual({
    kind: 'condition_failed',
  });
  expect(seen.map((one) => one.body)).toEqual([
    { TableName: 'volley', Key: { pk: { S: 'B#x' }, sk: { S: '#' } }, ConsistentRead: true },
    {
      TableName: 'volley',
      Item: { pk: { S: 'B#x' }, sk: { S: '#' }, n: { N: '7' } },
      ConditionExpression: 'attribute_not_exists(pk)',
    },
  ]);
});

test('a put that was not answered is repeated, because it is conditional', async () => {
  const seen = await stub((_, count) => (count < 3 ? 'reset' : { status: 200, body: {} }));
  const { table } = createPublicPorts();
  expect(await table.putIfAbsent({ pk: 'B#x', sk: '#' })).toEqual({ kind: 'written' });
  expect(seen).toHaveLength(3);
});

test('parameters are read once and kept; conversion secrets may be missing', async () => {
  const ring = 'k1:a-secret-of-32-characters-at-last';
  const seen = await stub(({ body }) =>
    body.Name === '/volley/links/keys'
      ? { status: 200, body: { Parameter: { Value: ring } } }
      : { status: 400, body: { __type: 'ParameterNotFound' } },
  );
  const ports = createPublicPorts();
  const rings = await Promise.all([ports.keyRing(), ports.keyRing()]);
  expect(rings[0]?.signs.id).toBe('k1');
  await ports.keyRing();
  expect(seen).toHaveLength(1);
  expect(seen[0]?.body).toEqual({ Name: '/volley/links/keys', WithDecryption: true });
  expect(await ports.conversionSecrets()).toEqual([]);
  expect(ports.linkHost).toBe('go.example.com');
});

test('keys that cannot be read are a fault, never an empty ring', async () => {
  await stub(() => ({ status: 500, body: {} }));
  await expect(createPublicPorts().keyRing()).rejects.toMatchObject({ code: 'secret_unanswered' });
});

test('a missing variable is named', () => {
  expect(() => createPublicQueue()).toThrow('the environment lacks AWS_REGION');
});

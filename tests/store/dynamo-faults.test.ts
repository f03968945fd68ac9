// What the client says and what we make of it, over real sockets.

import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterEach, describe, expect, test } from 'vitest';
import { createDynamoTable } from '#store/dynamo-table.ts';

const key = { pk: 'p', sk: 's' };
let server: Server | undefined;
let client: DynamoDBClient | undefined;
let requests = 0;

afterEach(async () => {
  client?.destroy();
  server?.closeAllConnections();
  server?.close();
  if (server?.listening) await once(server, 'close');
  server = undefined;
});

/** A table behind a server that answers every request so. */
async function tableBehind(answer: RequestListener, requestTimeout = 5_000) {
  requests = 0;
  server = createServer((request, response) => {
    requests += 1;
    request.resume();
    request.once('end', () => answer(request, response));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  client = new DynamoDBClient({
    endpoint: `http://127.0.0.1:${port}`,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
    requestHandler: { requestTimeout, throwOnRequestTimeout: true },
  });
  return createDynamoTable(client, 'volley');
}

function says(status: number, type: string): RequestListener {
  return (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' });
    response.end(
      JSON.stringify({ __type: `com.amazonaws.dynamodb.v20120810#${type}`, message: 'm' }),
    );
  };
}

const answers: { what: string; answer: RequestListener; code: string; retryable: boolean }[] = [
  {
    what: 'a throttled request',
    answer: says(400, 'ProvisionedThroughputExceededException'),
    code: 'store_throttled',
    retryable: true,
  },
  {
    what: 'the account’s limit',
    answer: says(400, 'RequestLimitExceeded'),
    code: 'store_throttled',
    retryable: true,
  },
  {
    what: 'throttling',
    answer: says(400, 'ThrottlingException'),
    code: 'store_throttled',
    retryable: true,
  },
  {
    what: 'a malformed request',
    answer: says(400, 'ValidationException'),
    code: 'store_refused',
    retryable: false,
  },
  {
    what: 'a missing table',
    answer: says(400, 'ResourceNotFoundException'),
    code: 'store_refused',
    retryable: false,
  },
  {
    what: 'a missing right',
    answer: says(400, 'AccessDeniedException'),
    code: 'store_refused',
    retryable: false,
  },
  {
    what: 'an error of the service',
    answer: says(500, 'InternalServerError'),
    code: 'store_unanswered',
    retryable: true,
  },
  {
    what: 'a service that is away',
    answer: says(503, 'ServiceUnavailable'),
    code: 'store_unanswered',
    retryable: true,
  },
  {
    what: 'garbage under an error',
    answer: (_request, response) => response.writeHead(502).end('<html>'),
    code: 'store_unanswered',
    retryable: true,
  },
  {
    what: 'garbage under a success',
    answer: (_request, response) => response.writeHead(200).end('{"Item":'),
    code: 'store_unanswered',
    retryable: true,
  },
  {
    what: 'a connection that is cut',
    answer: (request) => request.socket.destroy(),
    code: 'store_unanswered',
    retryable: true,
  },
  {
    what: 'half an answer',
    answer: (request, response) => {
      response.writeHead(200, { 'content-length': '1000' });
      response.write('{"Ite', () => request.socket.destroy());
    },
    code: 'store_unanswered',
    retryable: true,
  },
];

describe('over the wire', () => {
  test.each(answers)('$what is $code, asked once', async ({ answer, code, retryable }) => {
    const table = await tableBehind(answer);
    const calls = [
      () => table.put(key),
      () => table.update(key, { set: { a: 1 } }, { kind: 'item_present' }),
      () => table.delete(key),
      () => table.get(key),
      () => table.query({ pk: 'p' }),
    ];
    for (const call of calls) {
      await expect(call()).rejects.toMatchObject({ name: 'Fault', code, retryable });
    }
    expect(requests).toBe(calls.length);
  });

  test('no answer in time is unanswered', async () => {
    const table = await tableBehind(() => undefined, 50);
    await expect(table.put(key)).rejects.toMatchObject({ code: 'store_unanswered' });
    expect(requests).toBe(1);
  });

  test('a failed condition is an answer', async () => {
    const table = await tableBehind(says(400, 'ConditionalCheckFailedException'));
    const condition = { kind: 'item_absent' } as const;
    expect(await table.put(key, condition)).toEqual({ kind: 'condition_failed' });
    expect(await table.update(key, {}, condition)).toEqual({ kind: 'condition_failed' });
    expect(await table.delete(key, condition)).toEqual({ kind: 'condition_failed' });
  });

  test('nobody listening is unanswered', async () => {
    const table = await tableBehind(() => undefined);
    server?.close();
    await expect(table.get(key)).rejects.toMatchObject({ code: 'store_unanswered' });
  });

  test('credentials that cannot be had are refused: nothing was sent', async () => {
    const table = await tableBehind(() => undefined);
    const unsigned = new DynamoDBClient({
      endpoint: 'http://127.0.0.1:9',
      region: 'eu-west-1',
      credentials: async () => {
        throw Object.assign(new Error('none'), { name: 'CredentialsProviderError' });
      },
    });
    const put = createDynamoTable(unsigned, 'volley').put(key);
    await expect(put).rejects.toMatchObject({ code: 'store_refused' });
    expect(table).toBeDefined();
    expect(requests).toBe(0);
  });

  test('a set is no value of this table', async () => {
    const table = await tableBehind((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' });
      response.end(JSON.stringify({ Item: { pk: { S: 'p' }, sk: { S: 's' }, x: { SS: ['a'] } } }));
    });
    await expect(table.get(key)).rejects.toThrow('attribute x is of a type');
  });
});

import { readdirSync, readFileSync } from 'node:fs';
import * as net from 'node:net';
import { SESv2Client } from '@aws-sdk/client-sesv2';
import { afterEach, describe, expect, test } from 'vitest';
import { createAskIdentity } from '#environment/ask-identity.ts';
import { createSdkBulk, createSes, createSesClient } from '#environment/ses.ts';
import { bulkRequest } from './bulk-request.ts';
import { acceptAll, json, type Reply, type Stub, startStub } from './ses-stub.ts';

const credentials = async () => ({ accessKeyId: 'AKID', secretAccessKey: 'secret' });
const stubs: Stub[] = [];
afterEach(async () => {
  for (const stub of stubs.splice(0)) await stub.stop();
});

async function stubWith(reply: Reply) {
  const stub = await startStub(reply);
  stubs.push(stub);
  const client = createSesClient({ region: 'eu-west-1', credentials, endpoint: stub.url });
  return { stub, client, ses: createSes(client) };
}

const ways = ['signed', 'sdk'] as const;

describe.each(ways)('SendBulkEmail %s', (way) => {
  async function send(reply: Reply, timeoutMs = 2_000, entries = 2) {
    const { stub, client, ses } = await stubWith(reply);
    const call = way === 'signed' ? ses.sendBulk : createSdkBulk(client);
    const outcome = await call(bulkRequest(entries), { timeoutMs }).catch(
      (error: unknown) => error,
    );
    return { outcome, calls: stub.asked.length };
  }

  test('gives the status, message id and error of every entry, in order', async () => {
    const results = [
      { Status: 'SUCCESS', MessageId: 'm-1' },
      { Status: 'MESSAGE_REJECTED', Error: 'no' },
    ];
    const { outcome } = await send(json(200, { BulkEmailEntryResults: results }));
    expect(outcome).toEqual({
      entries: [
        { status: 'SUCCESS', messageId: 'm-1' },
        { status: 'MESSAGE_REJECTED', error: 'no' },
      ],
    });
  });

  const cut: Reply = (_asked, response) => response.destroy();
  const hang: Reply = () => undefined;
  const half: Reply = (_asked, response) => {
    response.writeHead(200, { 'content-length': '100' });
    response.write('{"Bulk', () => response.destroy());
  };
  const one = { BulkEmailEntryResults: [{ Status: 'SUCCESS', MessageId: 'm' }] };
  test.each<[string, Reply, string]>([
    [
      '429',
      json(429, { message: 'slow' }, { 'x-amzn-errortype': 'TooManyRequestsException' }),
      'ses_throttled',
    ],
    ['429 without a code', json(429, {}), 'ses_throttled'],
    ['400 of a throttle', json(400, { __type: 'x#ThrottlingException' }), 'ses_throttled'],
    ['403 of an expired token', json(403, { __type: 'ExpiredTokenException' }), 'ses_unreachable'],
    [
      '400',
      json(400, { message: 'bad' }, { 'x-amzn-errortype': 'BadRequestException:http://x/' }),
      'ses_refused',
    ],
    ['400 paused', json(400, { __type: 'SendingPausedException' }), 'ses_refused'],
    ['400 suspended', json(400, { __type: 'AccountSuspendedException' }), 'ses_refused'],
    ['404', json(404, { __type: 'NotFoundException' }), 'ses_refused'],
    ['408', json(408, { __type: 'RequestTimeout' }), 'ses_unanswered'],
    ['500', json(500, { __type: 'InternalServiceErrorException' }), 'ses_unanswered'],
    ['503', json(503, 'busy'), 'ses_unanswered'],
    ['a refusal in HTML', json(403, '<html>forbidden</html>'), 'ses_unanswered'],
    ['a redirect', json(302, {}, { location: 'http://127.0.0.1:1/' }), 'ses_unanswered'],
    ['garbage', json(200, '<html>'), 'ses_unanswered'],
    ['an empty 200', json(200, ''), 'ses_unanswered'],
    ['a 200 without results', json(200, {}), 'ses_unanswered'],
    ['too few results', json(200, one), 'ses_unanswered'],
    ['a closed connection', cut, 'ses_unanswered'],
    ['half an answer', half, 'ses_unanswered'],
    ['silence', hang, 'ses_unanswered'],
  ])('%s is said plainly, after one attempt', async (_name, reply, code) => {
    const { outcome, calls } = await send(reply, 300);
    const isRetryable = code === 'ses_throttled' || code === 'ses_unreachable';
    expect(outcome).toMatchObject({ name: 'Fault', code, retryable: isRetryable });
    expect(calls).toBe(1);
  });

  test('carries the code of SES in a refusal', async () => {
    const { outcome } = await send(
      json(400, { __type: 'AccountSuspendedException', message: 'no' }),
    );
    expect(String(outcome)).toContain('AccountSuspendedException');
  });

  test('a server that cannot be reached has accepted nothing', async () => {
    const server = net.createServer();
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const { port } = server.address() as net.AddressInfo;
    await new Promise((done) => server.close(done));
    const client = createSesClient({
      region: 'eu-west-1',
      credentials,
      endpoint: `http://127.0.0.1:${port}`,
    });
    const call = way === 'signed' ? createSes(client).sendBulk : createSdkBulk(client);
    await expect(call(bulkRequest(1), { timeoutMs: 1_000 })).rejects.toMatchObject({
      code: 'ses_unreachable',
    });
  });
});

test('a client that may try again is refused, whatever it was set to', () => {
  expect(() => createSes(new SESv2Client({ region: 'eu-west-1' }))).toThrow(/more than once/);
  expect(() => createSes(new SESv2Client({ region: 'eu-west-1', maxAttempts: 1 }))).toThrow();
});

test('no other file of functions/ makes an SES client', () => {
  const files = readdirSync('functions', { recursive: true, encoding: 'utf8' });
  const makers = files
    .filter((file) => /\.tsx?$/.test(file))
    .filter((file) => readFileSync(`functions/${file}`, 'utf8').includes('new SESv2Client('));
  expect(makers).toEqual(['environment/ses.ts']);
});

test("the SDK's default client does send twice, so the guard guards against something", async () => {
  let first = true;
  const { stub } = await stubWith((asked, response) => {
    if (first) response.destroy();
    else acceptAll(asked, response);
    first = false;
  });
  const careless = new SESv2Client({ region: 'eu-west-1', credentials, endpoint: stub.url });
  await createSdkBulk(careless)(bulkRequest(1), { timeoutMs: 5_000 });
  expect(stub.asked.length).toBe(2);
});

test('the account is read from SES, and a quota that is missing is not zero', async () => {
  const quota = { Max24HourSend: 50_000, MaxSendRate: 14, SentLast24Hours: 12 };
  const { stub, ses } = await stubWith(
    json(200, { SendQuota: quota, SendingEnabled: true, ProductionAccessEnabled: false }),
  );
  expect(await ses.account()).toEqual({
    maxSendRate: 14,
    max24HourSend: 50_000,
    sentLast24Hours: 12,
    sendingEnabled: true,
    productionAccess: false,
  });
  stub.reply = json(200, { SendingEnabled: true });
  await expect(ses.account()).rejects.toMatchObject({ code: 'ses_unanswered' });
});

test.each<[string, Reply, string]>([
  ['a verified one', json(200, { VerifiedForSendingStatus: true }), 'verified'],
  ['one without its proof', json(200, { VerifiedForSendingStatus: false }), 'unverified'],
  ['none', json(404, {}, { 'x-amzn-errortype': 'NotFoundException' }), 'unknown'],
  ['one of others', json(403, { __type: 'AccessDeniedException' }), 'denied'],
])('an identity is read from SES: %s', async (_which, reply, standing) => {
  const { stub, client, ses } = await stubWith(reply);
  const clock = { now: () => 0 };
  const keys = await credentials();
  const config = { region: 'eu-west-1', credentials: keys, sesEndpoint: stub.url, clock };
  expect(await ses.identity('nora@example.com')).toBe(standing);
  expect(await createAskIdentity(config)('nora@example.com')).toBe(standing);
  expect(stub.asked.map(({ method, path }) => `${method} ${path}`)).toEqual([
    'GET /v2/email/identities/nora%40example.com',
    'GET /v2/email/identities/nora%40example.com',
  ]);
  client.destroy();
});

test.each<[string, Reply, string]>([
  ['a 200 that does not say', json(200, { IdentityType: 'DOMAIN' }), 'ses_unanswered'],
  ['garbage', json(200, '<html>'), 'ses_unanswered'],
  ['500', json(500, { __type: 'InternalServiceErrorException' }), 'ses_unanswered'],
  ['too many questions', json(429, { __type: 'TooManyRequestsException' }), 'ses_throttled'],
  ['a refusal', json(400, { __type: 'BadRequestException' }), 'ses_refused'],
])('of an identity %s is no answer', async (_which, reply, code) => {
  const { stub, ses } = await stubWith(reply);
  const config = {
    ...{ region: 'eu-west-1', credentials: await credentials(), sesEndpoint: stub.url },
    clock: { now: () => 0 },
  };
  await expect(ses.identity('example.com')).rejects.toMatchObject({ name: 'Fault', code });
  await expect(createAskIdentity(config)('example.com')).rejects.toMatchObject({ code });
  expect(stub.asked).toHaveLength(2);
});

test('the API believes a verified identity for a minute, and nothing else', async () => {
  const { stub } = await stubWith(json(200, { VerifiedForSendingStatus: false }));
  let now = 0;
  const clock = { now: () => now };
  const config = { region: 'eu-west-1', credentials: await credentials(), sesEndpoint: stub.url };
  const ask = createAskIdentity({ ...config, clock });
  expect([await ask('example.com'), await ask('example.com')]).toEqual([
    'unverified',
    'unverified',
  ]);
  stub.reply = json(200, { VerifiedForSendingStatus: true });
  expect([await ask('example.com'), await ask('example.com')]).toEqual(['verified', 'verified']);
  expect(stub.asked).toHaveLength(3);
  now = 60_000;
  await ask('example.com');
  expect(stub.asked).toHaveLength(4);
});

test('sending of a configuration set is switched by name', async () => {
  const { stub, ses } = await stubWith(json(200, {}));
  await ses.setSending('volley', false);
  expect(stub.asked[0]).toMatchObject({
    method: 'PUT',
    path: '/v2/email/configuration-sets/volley/sending',
    body: '{"SendingEnabled":false}',
  });
});

test('the standard variables move the hand-signed call as well', async () => {
  const { stub } = await stubWith(acceptAll);
  process.env.AWS_ENDPOINT_URL_SESV2 = stub.url;
  try {
    const ses = createSes(createSesClient({ region: 'eu-west-1', credentials }));
    await ses.sendBulk(bulkRequest(1), { timeoutMs: 1_000 });
  } finally {
    delete process.env.AWS_ENDPOINT_URL_SESV2;
  }
  expect(stub.asked.map((asked) => asked.path)).toEqual(['/v2/email/outbound-bulk-emails']);
});

test('credentials that cannot be read let nothing leave', async () => {
  const { stub } = await stubWith(acceptAll);
  const client = createSesClient({
    region: 'eu-west-1',
    endpoint: stub.url,
    credentials: () => Promise.reject(new Error('no role')),
  });
  await expect(
    createSes(client).sendBulk(bulkRequest(1), { timeoutMs: 500 }),
  ).rejects.toMatchObject({ code: 'ses_unreachable' });
  expect(stub.asked).toEqual([]);
});

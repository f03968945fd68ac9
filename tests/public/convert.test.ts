import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { contactIdOf } from '#domain/contact-id.ts';
import { ConversionEvent, PersonConversion } from '#domain/event.ts';
import { personDigest } from '#domain/person-key.ts';
import { createTakeConversion } from '#feedback/take-conversion.ts';
import { clickToken, createWorld, keys, NOW, request } from './public-world.ts';

const SECRET = 'first-conversion-secret';

interface Signing {
  readonly secret?: string | Buffer;
  readonly id?: string;
  readonly seconds?: number | string;
  readonly scheme?: string;
}

function signatureOf(
  body: string,
  { secret = SECRET, id = 'msg-1', seconds = NOW / 1000 }: Signing,
) {
  return createHmac('sha256', secret).update(`${id}.${seconds}.${body}`).digest('base64');
}

function signed(said: unknown, signing: Signing = {}) {
  const body = typeof said === 'string' ? said : JSON.stringify(said);
  const { id = 'msg-1', seconds = NOW / 1000, scheme = 'v1' } = signing;
  const headers = {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': String(seconds),
    'webhook-signature': `${scheme},${signatureOf(body, signing)}`,
  };
  return request({ method: 'POST', path: '/v/convert', headers, body });
}

test('a signed server call is credited to the click it names', async () => {
  const { world, ports } = await createWorld();
  const at = '2027-03-04T19:59:00Z';
  const said = { click: clickToken(), id: 'order-7', value: 2_500, at };
  const answer = await createTakeConversion(ports)(signed(said));
  expect(answer.statusCode).toBe(202);
  const event = ConversionEvent.parse(JSON.parse(world.sent[0] ?? ''));
  expect(event).toMatchObject({
    burst: 'polls-close',
    leg: 'email',
    call: 'seat',
    ordinal: 17,
    value: 2_500,
    at: Date.parse(at),
  });
});

test('the same conversion reported twice has one id, another one has its own', async () => {
  const { world, ports } = await createWorld();
  const take = createTakeConversion(ports);
  await take(signed({ click: clickToken(), id: 'order-7' }, { id: 'msg-1' }));
  await take(signed({ click: clickToken(), id: 'order-7' }, { id: 'msg-2' }));
  await take(signed({ click: clickToken(), id: 'order-8' }, { id: 'msg-3' }));
  await take(signed({ click: clickToken() }, { id: 'msg-4' }));
  await take(signed({ click: clickToken() }, { id: 'msg-4' }));
  const ids = world.sent.map((body) => JSON.parse(body).id);
  expect(ids[0]).toBe(ids[1]);
  expect(ids[3]).toBe(ids[4]);
  expect(new Set(ids).size).toBe(3);
});

test('every current secret may sign, also one in base64, also beside an old signature', async () => {
  const { world, ports } = await createWorld();
  const take = createTakeConversion(ports);
  const said = { click: clickToken() };
  const second = await take(signed(said, { secret: Buffer.from('second-secret') }));
  expect(second.statusCode).toBe(202);
  const event = signed(said);
  const old = signatureOf(JSON.stringify(said), { secret: 'an old secret' });
  const both = `v1,${old} ${event.headers['webhook-signature']}`;
  const answer = await take({ ...event, headers: { ...event.headers, 'webhook-signature': both } });
  expect(answer.statusCode).toBe(202);
  expect(world.sent).toHaveLength(2);
});

test.each([
  { name: 'no timestamp', signing: { seconds: '' }, field: 'webhook-timestamp' },
  {
    name: 'a timestamp 301 s old',
    signing: { seconds: NOW / 1000 - 301 },
    field: 'webhook-timestamp',
  },
  {
    name: 'a timestamp of the future',
    signing: { seconds: NOW / 1000 + 3600 },
    field: 'webhook-timestamp',
  },
  { name: 'another scheme', signing: { scheme: 'v0' }, field: 'webhook-signature' },
  { name: 'an unknown secret', signing: { secret: 'guess' }, field: 'webhook-signature' },
  { name: 'no id', signing: { id: '' }, field: 'webhook-id' },
])('$name is a 400 that names the header', async ({ signing, field }) => {
  const { world, ports } = await createWorld();
  const answer = await createTakeConversion(ports)(signed({ click: clickToken() }, signing));
  expect(answer.statusCode).toBe(400);
  expect(JSON.parse(answer.body).error.field).toBe(field);
  expect(world.sent).toEqual([]);
});

test('a body changed after it was signed is refused', async () => {
  const { world, ports } = await createWorld();
  const event = signed({ click: clickToken(), value: 1 });
  const body = JSON.stringify({ click: clickToken(), value: 1_000_000 });
  expect((await createTakeConversion(ports)({ ...event, body })).statusCode).toBe(400);
  expect(world.sent).toEqual([]);
});

const click = clickToken();
test.each([
  { name: 'no JSON', said: '{', status: 400, field: 'body' },
  { name: 'a list', said: [], status: 400, field: 'body' },
  { name: 'no click', said: {}, status: 422, field: 'click' },
  {
    name: 'a click of another key',
    said: { click: clickToken({}, keys.never) },
    status: 404,
    field: 'click',
  },
  { name: 'a negative value', said: { click, value: -1 }, status: 422, field: 'value' },
  { name: 'NaN', said: { click, value: 'NaN' }, status: 422, field: 'value' },
  { name: 'a huge value', said: { click, value: 1e308 }, status: 422, field: 'value' },
  { name: 'a value with a comma', said: { click, value: '1,00' }, status: 422, field: 'value' },
  { name: 'null as value', said: { click, value: null }, status: 422, field: 'value' },
  {
    name: 'a value beyond whole numbers',
    said: { click, value: '9007199254740993' },
    status: 422,
    field: 'value',
  },
  { name: 'a fraction', said: { click, value: 1.5 }, status: 422, field: 'value' },
  { name: 'an id with a line break', said: { click, id: 'a\r\nb' }, status: 422, field: 'id' },
  {
    name: 'a time without a zone',
    said: { click, at: '2027-03-04T20:00:00' },
    status: 422,
    field: 'at',
  },
  { name: 'tomorrow', said: { click, at: '2027-03-05T20:00:00Z' }, status: 422, field: 'at' },
  { name: 'a field we do not know', said: { click, worth: 5 }, status: 422, field: 'worth' },
])('$name is refused by name', async ({ said, status, field }) => {
  const { world, ports } = await createWorld();
  const answer = await createTakeConversion(ports)(signed(said));
  expect(answer.statusCode).toBe(status);
  expect(JSON.parse(answer.body).error.field).toBe(field);
  expect(world.sent).toEqual([]);
});

test('the pixel counts one conversion a visitor and day, however often the page is loaded', async () => {
  const { world, ports } = await createWorld();
  const take = createTakeConversion(ports);
  const asked = request({ path: `/v/${clickToken()}.gif` });
  const answer = await take(asked);
  await take(asked);
  expect(answer).toMatchObject({ statusCode: 200, isBase64Encoded: true });
  expect(Buffer.from(answer.body, 'base64').subarray(0, 6).toString()).toBe('GIF89a');
  const events = world.sent.map((body) => ConversionEvent.parse(JSON.parse(body)));
  expect(events).toHaveLength(2);
  expect(events[0]?.id).toBe(events[1]?.id);
  expect(events[0]?.visitor).toBeDefined();
});

test('a script may report id and value from any page, without credentials', async () => {
  const { world, ports } = await createWorld();
  const take = createTakeConversion(ports);
  const path = `/v/${clickToken()}`;
  const answer = await take(request({ method: 'POST', path, body: '{"id":"d-9","value":1200}' }));
  expect(answer.statusCode).toBe(204);
  expect(answer.headers['access-control-allow-origin']).toBe('*');
  expect(answer.headers['access-control-allow-credentials']).toBeUndefined();
  expect(JSON.parse(world.sent[0] ?? '')).toMatchObject({ value: 1200, ordinal: 17 });
  expect((await take(request({ method: 'OPTIONS', path }))).statusCode).toBe(204);
  expect((await take(request({ method: 'POST', path, body: '{"value":-1}' }))).statusCode).toBe(
    422,
  );
});

test.each([
  { name: 'a GET of the script address', asked: { path: `/v/${click}` } },
  { name: 'a HEAD of the pixel', asked: { method: 'HEAD', path: `/v/${click}.gif` } },
  { name: 'a POST of the pixel', asked: { method: 'POST', path: `/v/${click}.gif` } },
  { name: 'a GET of the server address', asked: { path: '/v/convert' } },
  { name: 'another host', asked: { path: `/v/${click}.gif`, headers: { host: 'x.test' } } },
  { name: 'a forged click id', asked: { path: `/v/${clickToken({}, keys.never)}.gif` } },
])('$name converts nobody', async ({ asked }) => {
  const { world, ports } = await createWorld();
  expect((await createTakeConversion(ports)(request(asked))).statusCode).toBe(404);
  expect(world.sent).toEqual([]);
});

test('a conversion that is not in the queue is not answered as taken', async () => {
  const { world, ports } = await createWorld();
  world.queue = 'down';
  const take = createTakeConversion(ports);
  expect((await take(signed({ click }))).statusCode).toBe(503);
  expect((await take(request({ path: `/v/${click}.gif` }))).statusCode).toBe(503);
  expect(world.logged).toMatchObject([
    { event: 'conversion_unrecorded' },
    { event: 'conversion_unrecorded' },
  ]);
});

const reader = 'reader@example.org';
const readerDigest = personDigest(contactIdOf(reader), 'a-suppression-key');

test('a signed call may name the person: the queue gets a digest, and no address or order number', async () => {
  const { world, ports } = await createWorld();
  const said = { person: ' Reader@Example.org', burst: 'polls-close', id: 'order-7', value: 900 };
  expect((await createTakeConversion(ports)(signed(said))).statusCode).toBe(202);
  expect(world.sent).toHaveLength(1);
  expect(PersonConversion.parse(JSON.parse(world.sent[0] ?? ''))).toMatchObject({
    ...{ burst: 'polls-close', person: readerDigest, byPerson: 'credit', value: 900 },
  });
  expect(world.sent[0]).not.toMatch(/reader|order-7/i);
});

test('with a click id beside the person, the click id credits it', async () => {
  const { world, ports } = await createWorld();
  const said = { click: clickToken(), person: reader, id: 'order-7' };
  await createTakeConversion(ports)(signed(said));
  expect(world.sent.map((body) => JSON.parse(body))).toMatchObject([
    { kind: 'conversion', ordinal: 17 },
    { kind: 'person_conversion', byPerson: 'elsewhere', burst: 'polls-close' },
  ]);
});

test('a click id of somebody else does not keep a person from being found', async () => {
  const { world, ports } = await createWorld();
  const take = createTakeConversion(ports);
  const foreign = { click: 'utm-spring', person: reader, id: 'order-7' };
  expect((await take(signed({ ...foreign, burst: 'polls-close' }))).statusCode).toBe(202);
  expect(JSON.parse(world.sent[0] ?? '')).toMatchObject({ byPerson: 'credit' });
  expect((await take(signed(foreign))).statusCode).toBe(404);
});

test.each([
  { name: 'no burst', said: { person: reader }, field: 'burst' },
  { name: 'a burst that is no id', said: { person: reader, burst: 'A B' }, field: 'burst' },
  { name: 'a name', said: { person: 'Reader', burst: 'polls-close' }, field: 'person' },
  { name: 'a number', said: { person: 7, burst: 'polls-close' }, field: 'person' },
])('a person with $name is refused', async ({ said, field }) => {
  const { world, ports } = await createWorld();
  const answer = await createTakeConversion(ports)(signed(said));
  expect([answer.statusCode, JSON.parse(answer.body).error.field]).toEqual([422, field]);
  expect(answer.body).not.toContain(reader);
  expect(world.sent).toEqual([]);
});

test('nobody but a signed server names people', async () => {
  const { world, ports } = await createWorld();
  const take = createTakeConversion(ports);
  const body = JSON.stringify({ person: reader, burst: 'polls-close' });
  const unsigned = await take(request({ method: 'POST', path: '/v/convert', body }));
  expect(unsigned.statusCode).toBe(400);
  await take(request({ method: 'POST', path: `/v/${clickToken()}`, body }));
  await take(request({ path: `/v/${clickToken()}.gif?person=${reader}&burst=polls-close` }));
  expect(world.sent.map((one) => JSON.parse(one).kind)).toEqual(['conversion', 'conversion']);
});

import { expect, test } from 'vitest';
import { createTakeUnsubscribe } from '#feedback/take-unsubscribe.ts';
import { readChanges } from '#store/change-log.ts';
import { findSuppression, suppress } from '#store/suppressions.ts';
import {
  clickToken,
  createWorld,
  DIGEST,
  keys,
  NOW,
  request,
  unsubscribeToken,
} from './public-world.ts';

const form = { 'content-type': 'application/x-www-form-urlencoded' };
const oneClick = 'List-Unsubscribe=One-Click';

function post(body: string, headers: Record<string, string> = form, token = unsubscribeToken()) {
  return request({ method: 'POST', path: `/u/${token}`, headers, body });
}

test('opening the link asks and changes nothing', async () => {
  const { world, ports } = await createWorld();
  const answer = await createTakeUnsubscribe(ports)(request({ path: `/u/${unsubscribeToken()}` }));
  expect(answer.statusCode).toBe(200);
  expect(answer.body).toContain('<form method="post">');
  expect(answer.headers['content-security-policy']).toContain("default-src 'none'");
  expect(await findSuppression(world.table, DIGEST)).toBeUndefined();
  expect(world.table.meter.writeUnits).toBe(0);
});

test.each([
  { name: 'one-click, urlencoded', body: oneClick, headers: form },
  { name: 'the button of the page', body: 'confirm=yes', headers: form },
  {
    name: 'one-click, multipart',
    body: '--b\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--b--\r\n',
    headers: { 'content-type': 'multipart/form-data; boundary=b' },
  },
  {
    name: 'one-click, multipart with a quoted boundary and another field first',
    body: '--x y\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--x y\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--x y--\r\n',
    headers: { 'content-type': 'multipart/form-data; boundary="x y"' },
  },
])('$name: change log and order are written as the store reads them', async ({ body, headers }) => {
  const { world, ports } = await createWorld();
  const answer = await createTakeUnsubscribe(ports)(post(body, headers));
  expect(answer.statusCode).toBe(200);
  expect(await findSuppression(world.table, DIGEST)).toEqual({
    digest: DIGEST,
    reason: 'unsubscribed',
    at: NOW,
    burst: 'polls-close',
  });
  const changes = await readChanges(world.table, NOW - 60_000, NOW + 60_000);
  expect(changes).toEqual([
    {
      id: `u-${DIGEST}`,
      at: NOW,
      kind: 'suppressed',
      digest: DIGEST,
      burst: 'polls-close',
      ordinal: 17,
      reason: 'unsubscribed',
    },
  ]);
});

test('it writes the very keys and attributes of the store itself', async () => {
  const ours = await createWorld();
  await createTakeUnsubscribe(ours.ports)(post(oneClick));
  const theirs = await createWorld();
  const order = { digest: DIGEST, reason: 'unsubscribed', at: NOW, burst: 'polls-close' } as const;
  await suppress(theirs.world.table, order, `u-${DIGEST}`);
  const found = await findSuppression(ours.world.table, DIGEST);
  expect(found).toEqual(await findSuppression(theirs.world.table, DIGEST));
});

test.each([
  { name: 'nothing', body: '', headers: form },
  { name: 'something else', body: 'List-Unsubscribe=Two-Click', headers: form },
  { name: 'an address', body: 'email=bob@example.org', headers: form },
  {
    name: 'multipart without a boundary',
    body: oneClick,
    headers: { 'content-type': 'multipart/form-data' },
  },
  { name: 'far too much', body: `${oneClick}&x=${'x'.repeat(40_000)}`, headers: form },
])('a POST that says $name is a 400 and changes nothing', async ({ body, headers }) => {
  const { world, ports } = await createWorld();
  const answer = await createTakeUnsubscribe(ports)(post(body, headers));
  expect(answer.statusCode).toBe(400);
  expect(world.table.meter.writeUnits).toBe(0);
});

test('a hundred at once are one change', async () => {
  const { world, ports } = await createWorld();
  const take = createTakeUnsubscribe(ports);
  const answers = await Promise.all(Array.from({ length: 100 }, () => take(post(oneClick))));
  expect(new Set(answers.map((answer) => answer.statusCode))).toEqual(new Set([200]));
  expect(await readChanges(world.table, 0 + NOW - 60_000, NOW + 60_000)).toHaveLength(1);
  expect(world.logged.filter((line) => line.event === 'unsubscribed')).toHaveLength(1);
});

test('what could not be written is a 503, and the next try completes it', async () => {
  const { world, ports } = await createWorld();
  const take = createTakeUnsubscribe(ports);
  world.store = 'down';
  expect((await take(post(oneClick))).statusCode).toBe(503);
  world.store = 'up';
  expect((await take(post(oneClick))).statusCode).toBe(200);
  expect(await findSuppression(world.table, DIGEST)).toBeDefined();
});

test('a crash between the two writes is completed by the next try', async () => {
  const { world, ports } = await createWorld();
  let puts = 0;
  const table = {
    ...ports.table,
    putIfAbsent: async (item: Parameters<typeof ports.table.putIfAbsent>[0]) => {
      puts += 1;
      if (puts === 2) throw new Error('crash');
      return ports.table.putIfAbsent(item);
    },
  };
  const take = createTakeUnsubscribe({ ...ports, table });
  expect((await take(post(oneClick))).statusCode).toBe(503);
  expect(await readChanges(world.table, NOW - 60_000, NOW)).toHaveLength(1);
  expect(await findSuppression(world.table, DIGEST)).toBeUndefined();
  expect((await take(post(oneClick))).statusCode).toBe(200);
  expect(await findSuppression(world.table, DIGEST)).toBeDefined();
  expect(await readChanges(world.table, NOW - 60_000, NOW)).toHaveLength(1);
});

test('a key retired for clicks still lets people leave', async () => {
  const { world, ports } = await createWorld();
  const take = createTakeUnsubscribe(ports);
  const answer = await take(post(oneClick, form, unsubscribeToken({}, keys.retired)));
  expect(answer.statusCode).toBe(200);
  expect(await findSuppression(world.table, DIGEST)).toBeDefined();
});

test.each([
  { name: 'a click token', token: clickToken() },
  { name: 'a key that was never issued', token: unsubscribeToken({}, keys.never) },
  { name: 'a token without a digest', token: unsubscribeToken({ call: '' }) },
])('$name unsubscribes nobody', async ({ token }) => {
  const { world, ports } = await createWorld();
  const take = createTakeUnsubscribe(ports);
  expect((await take(post(oneClick, form, token))).statusCode).toBe(404);
  expect((await take(request({ path: `/u/${token}` }))).statusCode).toBe(404);
  expect(world.table.meter.writeUnits).toBe(0);
});

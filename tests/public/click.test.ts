import { expect, onTestFinished, test, vi } from 'vitest';
import { ClickEvent } from '#domain/event.ts';
import { createFollowLink } from '#feedback/follow-link.ts';
import {
  clickToken,
  createWorld,
  DESTINATION,
  keys,
  NOW,
  request,
  SEND_WITHIN_MS,
} from './public-world.ts';

test('a click is in the queue before the redirect, and says who, where and how', async () => {
  const { world, ports } = await createWorld();
  const token = clickToken();
  const answer = await createFollowLink(ports)(request({ path: `/c/${token}` }));
  expect(answer).toEqual({
    statusCode: 302,
    headers: {
      location: DESTINATION.replace('{click}', token),
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'x-robots-tag': 'noindex, nofollow',
      'x-content-type-options': 'nosniff',
    },
    body: '',
  });
  const [body = ''] = world.sent;
  const click = ClickEvent.parse(JSON.parse(body));
  expect(click).toMatchObject({
    id: 'event-1',
    at: NOW,
    burst: 'polls-close',
    leg: 'email',
    call: 'seat',
    ordinal: 17,
    method: 'GET',
    agent: 'Mozilla/5.0 Firefox/140',
  });
  expect(click.bait).toBeUndefined();
  expect(body).not.toContain('203.0.113');
});

test('the redirect waits for the queue', async () => {
  const { ports } = await createWorld();
  let acknowledge = () => {};
  const acknowledged = new Promise<void>((resolve) => {
    acknowledge = resolve;
  });
  const follow = createFollowLink({ ...ports, queue: { send: () => acknowledged } });
  let isAnswered = false;
  const answer = follow(request({ path: `/c/${clickToken()}` })).then((result) => {
    isAnswered = true;
    return result;
  });
  await new Promise((resolve) => setImmediate(resolve));
  expect(isAnswered).toBe(false);
  acknowledge();
  expect((await answer).statusCode).toBe(302);
});

test.each(['down', 'silent'] as const)(
  'a queue that is %s keeps nobody from the destination, and the click counts as unrecorded',
  async (state) => {
    const { world, ports } = await createWorld();
    world.queue = state;
    vi.useFakeTimers();
    onTestFinished(() => {
      vi.useRealTimers();
    });
    const answering = createFollowLink(ports)(request({ path: `/c/${clickToken()}` }));
    await vi.advanceTimersByTimeAsync(SEND_WITHIN_MS);
    const answer = await answering;
    expect(answer.statusCode).toBe(302);
    expect(world.sent).toEqual([]);
    expect(world.logged).toMatchObject([
      { level: 'warn', event: 'click_unrecorded', burst: 'polls-close', count: 1 },
    ]);
  },
);

test('the hidden link is recorded as bait', async () => {
  const { world, ports } = await createWorld();
  const answer = await createFollowLink(ports)(request({ path: `/b/${clickToken()}` }));
  expect(answer.statusCode).toBe(302);
  expect(JSON.parse(world.sent[0] ?? '')).toMatchObject({ bait: true });
});

test('a thousand clicks of one burst cost one read', async () => {
  const { world, ports } = await createWorld();
  const follow = createFollowLink(ports);
  for (let ordinal = 0; ordinal < 1000; ordinal += 1) {
    await follow(request({ path: `/c/${clickToken({ ordinal })}` }));
  }
  expect(world.reads).toBe(1);
  expect(world.sent).toHaveLength(1000);
});

test('a burst that is unknown is looked up again only after two seconds', async () => {
  const { world, ports } = await createWorld();
  const follow = createFollowLink(ports);
  const asked = request({ path: `/c/${clickToken({ burst: 'nobody' })}` });
  expect((await follow(asked)).statusCode).toBe(404);
  expect((await follow(asked)).statusCode).toBe(404);
  expect(world.reads).toBe(1);
  world.now += 2_001;
  expect((await follow(asked)).statusCode).toBe(404);
  expect(world.reads).toBe(2);
});

test('a store that is down hurts only those whose burst is not known yet', async () => {
  const { world, ports } = await createWorld();
  const follow = createFollowLink(ports);
  const asked = request({ path: `/c/${clickToken()}` });
  world.store = 'down';
  expect((await follow(asked)).statusCode).toBe(503);
  world.store = 'up';
  expect((await follow(asked)).statusCode).toBe(302);
  world.store = 'down';
  world.now += 3_600_000;
  expect((await follow(asked)).statusCode).toBe(302);
});

test('keys that cannot be read are a 503, never a 404', async () => {
  const { ports } = await createWorld();
  const follow = createFollowLink({ ...ports, keyRing: () => Promise.reject(new Error('no key')) });
  expect((await follow(request({ path: `/c/${clickToken()}` }))).statusCode).toBe(503);
});

test.each([
  { name: 'another host', asked: { path: `/c/${clickToken()}`, headers: { host: 'evil.test' } } },
  { name: 'another method', asked: { method: 'POST', path: `/c/${clickToken()}` } },
  {
    name: 'a token of another host',
    asked: { path: `/c/${clickToken({}, keys.current, 'x.test')}` },
  },
  {
    name: 'a token to unsubscribe',
    asked: { path: `/c/${clickToken({ purpose: 'unsubscribe' })}` },
  },
  { name: 'a key that was never issued', asked: { path: `/c/${clickToken({}, keys.never)}` } },
  {
    name: 'a key that is retired for clicks',
    asked: { path: `/c/${clickToken({}, keys.retired)}` },
  },
  {
    name: 'a call that the leg does not carry',
    asked: { path: `/c/${clickToken({ call: 'x' })}` },
  },
  { name: 'no token', asked: { path: '/c/' } },
  { name: 'a longer path', asked: { path: `/c/${clickToken()}/x` } },
])('$name is the same 404', async ({ asked }) => {
  const { world, ports } = await createWorld();
  const follow = createFollowLink(ports);
  const answer = await follow(request(asked));
  const unknown = await follow(request({ path: '/c/k3.nothing.AAAAAAAAAAAAAAAA' }));
  expect(answer).toEqual(unknown);
  expect(answer.statusCode).toBe(404);
  expect(world.sent).toEqual([]);
});

test('a forged token costs no read', async () => {
  const { world, ports } = await createWorld();
  await createFollowLink(ports)(request({ path: `/c/${clickToken({}, keys.never)}` }));
  expect(world.reads).toBe(0);
});

test('visitors of one network, agent and day share a digest; otherwise they do not', async () => {
  const { world, ports } = await createWorld();
  const follow = createFollowLink(ports);
  const visit = async (from: string, agent: string, at: number) => {
    world.now = at;
    const headers = { 'user-agent': agent };
    await follow(request({ path: `/c/${clickToken()}`, from, headers }));
    return JSON.parse(world.sent.at(-1) ?? '') as ClickEvent;
  };
  const first = await visit('203.0.113.7', 'a', NOW);
  const same = await visit('203.0.113.200', 'a', NOW + 60_000);
  const agent = await visit('203.0.113.7', 'b', NOW);
  const network = await visit('203.0.114.7', 'a', NOW);
  const tomorrow = await visit('203.0.113.7', 'a', NOW + 86_400_000);
  expect(same.visitor).toBe(first.visitor);
  expect(agent.visitor).not.toBe(first.visitor);
  expect(agent.network).toBe(first.network);
  expect(network.visitor).not.toBe(first.visitor);
  expect(tomorrow.visitor).not.toBe(first.visitor);
});

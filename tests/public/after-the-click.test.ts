import { expect, test } from 'vitest';
import { ClickEvent } from '#domain/event.ts';
import { sign, verify } from '#domain/token.ts';
import { createFollowLink } from '#feedback/follow-link.ts';
import { saveLinkTable } from '#store/link-tables.ts';
import { clickToken, createWorld, keys, LINK_HOST, request } from './public-world.ts';

const CALLS = ['give', 'help', 'watch'];

async function aPost() {
  const one = await createWorld();
  const links = CALLS.map((call) => [`post/${call}`, `https://example.com/${call}?id={click}`]);
  await saveLinkTable(one.world.table, 'polls-close', {
    ...Object.fromEntries(links),
    'post-2/seat': 'https://example.com/other',
  });
  const claims = { purpose: 'click', burst: 'polls-close', leg: 'post', call: 'split' } as const;
  const path = `/c/${sign(claims, LINK_HOST, keys.current)}`;
  const follow = createFollowLink(one.ports);
  const visit = async (n: number) => {
    const answer = await follow(
      request({ path, headers: { 'user-agent': `Mozilla/5.0 Firefox/${n}` } }),
    );
    return String(answer.headers.location);
  };
  return { ...one, visit, follow };
}

test('chance leads visitors to every destination alike, and each to the same again', async () => {
  const { visit, world } = await aPost();
  const counts = new Map<string, number>();
  for (let n = 0; n < 3_000; n += 1) {
    const place = /example\.com\/(\w+)/.exec(await visit(n))?.[1] ?? '';
    counts.set(place, (counts.get(place) ?? 0) + 1);
  }
  expect([...counts.keys()].sort()).toEqual(CALLS);
  // Four standard deviations of a third of 3,000 are 103.
  for (const count of counts.values()) expect(Math.abs(count - 1_000)).toBeLessThan(104);
  const first = await visit(7);
  for (let again = 0; again < 5; again += 1) expect(await visit(7)).toBe(first);
  // The link table was read once for all of them.
  expect(world.reads).toBe(1);
});

test('click and click id are of the call that was followed', async () => {
  const { visit, world } = await aPost();
  const location = new URL(await visit(1));
  const call = location.pathname.slice(1);
  const click = ClickEvent.parse(JSON.parse(world.sent[0] ?? ''));
  expect(click).toMatchObject({ leg: 'post', call });
  const claims = verify(location.searchParams.get('id') ?? '', 'click', LINK_HOST, [keys.current]);
  expect(claims).toEqual({ purpose: 'click', burst: 'polls-close', leg: 'post', call });
});

test('a link that decides for a leg without destinations is one 404 like any other', async () => {
  const { follow, world } = await aPost();
  const path = `/c/${clickToken({ leg: 'nowhere', call: 'split' })}`;
  expect((await follow(request({ path }))).statusCode).toBe(404);
  expect(world.sent).toEqual([]);
});

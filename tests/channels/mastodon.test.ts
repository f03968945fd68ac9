import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Prepared } from '#channels/contract.ts';
import { createMastodonChannel } from '#channels/mastodon.ts';
import { Fault } from '#domain/faults.ts';
import { createHttp } from '#outbound/http.ts';
import type { Answer } from '../outbound/loopback-server.ts';
import { secretsOf } from './email-leg.ts';
import { addPost, reply, TOKEN } from './mastodon-server.ts';
import {
  context,
  LINK,
  leg,
  picture,
  startWorld,
  type World,
  withImage,
} from './mastodon-world.ts';

let world: World;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world.stop());

const posted = () => world.mastodon.requests('POST', '/api/v1/statuses');
const cut: Answer = (_seen, response) => response.destroy();

describe('the way of a post', () => {
  test('prepared unseen, published by one request with its key, read back, measured, retracted', async () => {
    const { channel, mastodon, time } = world;
    const prepared = await channel.prepare(context);
    expect(mastodon.posts).toEqual([]);
    expect(prepared).toMatchObject({
      channel: 'mastodon',
      identityClass: 'C',
      repeatable: true,
      link: LINK,
      preparedAt: time.now,
    });
    const published = await channel.publish(prepared, leg);
    expect(published).toMatchObject({
      kind: 'published',
      postId: '1000',
      url: `${mastodon.url}/@example/1000`,
    });
    expect(posted()).toHaveLength(1);
    const [seen] = posted();
    expect(seen?.headers).toMatchObject({
      'idempotency-key': prepared.identity,
      authorization: `Bearer ${TOKEN}`,
      'content-type': 'application/json',
    });
    expect(JSON.parse(String(seen?.body))).toEqual({
      status: `Atlas 2 is out. Start your free trial ${LINK}`,
      visibility: 'public',
      language: 'en',
    });
    expect(await channel.resolve(prepared, leg, time.now)).toMatchObject({
      kind: 'published',
      confidence: 'strong',
      postId: '1000',
    });
    expect(await channel.measure('1000', leg)).toEqual({
      asOf: time.now,
      metrics: { favourites: 3, reblogs: 0, replies: 'not_provided', followers: 321 },
    });
    expect(await channel.retract('1000', leg)).toBe('done');
    expect(await channel.retract('1000', leg)).toBe('already_gone');
  });

  test('whoever prepares gets the same key, another leg another one', async () => {
    const first = await world.channel.prepare(context);
    const second = await world.channel.prepare(context);
    expect(second.identity).toBe(first.identity);
    const other = await world.channel.prepare({ ...context, leg: { ...leg, name: 'second' } });
    expect(other.identity).not.toBe(first.identity);
  });

  test('what is prepared survives the store, in another process, and holds no token', async () => {
    const text = JSON.stringify(await world.channel.prepare(withImage));
    expect(text).not.toContain(TOKEN);
    const fresh = createMastodonChannel({
      http: createHttp({ loopback: true }),
      secrets: secretsOf({ '/token': TOKEN }),
      clock: {
        now: Date.now,
        monotonic: Date.now,
        sleep: async () => {},
        sleepUntil: async () => {},
      },
      connections: async () => ({ baseUrl: world.mastodon.url, secretName: '/token' }),
    });
    // Nothing is read between the guard and the request: what was not opened is not called.
    expect(await fresh.publish(JSON.parse(text) as Prepared, leg)).toMatchObject({
      kind: 'throttled',
      reason: 'token_not_read',
    });
    await fresh.open(leg);
    expect(await fresh.publish(JSON.parse(text) as Prepared, leg)).toMatchObject({
      kind: 'published',
    });
  });

  test('the image is uploaded with its words, awaited, and named by the post', async () => {
    const { channel, mastodon } = world;
    mastodon.mediaStatus = 202;
    mastodon.mediaBusy = 3;
    const prepared = await channel.prepare(withImage);
    expect(mastodon.requests('GET', '/api/v1/media/55')).toHaveLength(4);
    const [upload] = mastodon.requests('POST', '/api/v2/media');
    expect(upload?.body.includes(picture)).toBe(true);
    expect(upload?.body.toString()).toContain(
      'name="description"\r\n\r\nThe Atlas board at nine in the morning – “full”\r\n',
    );
    expect(upload?.body.toString()).toContain('filename="image.png"\r\nContent-Type: image/png');
    await channel.publish(prepared, withImage.leg);
    expect(JSON.parse(String(posted()[0]?.body)).media_ids).toEqual(['55']);
  });
});

describe('prepare says no', () => {
  test.each([
    ['to a token that the server does not know', 401, 'token_rejected'],
    ['to an account that cannot be read', 500, 'network_unexpected'],
  ])('%s', async (_name, status, code) => {
    world.mastodon.override = {
      prefix: '/api/v1/accounts/verify_credentials',
      answer: reply(status, { error: `no, ${TOKEN}` }),
    };
    const error = await world.channel.prepare(context).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(Fault);
    expect(error).toMatchObject({ code });
    expect(String(error)).not.toContain(TOKEN);
  });

  test('to an image that the server refuses or never finishes', async () => {
    world.mastodon.override = {
      prefix: '/api/v2/media',
      answer: reply(422, { error: 'bad image' }),
    };
    await expect(world.channel.prepare(withImage)).rejects.toThrow('422 bad image');
    world.mastodon.override = undefined;
    world.mastodon.mediaStatus = 202;
    world.mastodon.mediaBusy = 1_000;
    await expect(world.channel.prepare(withImage)).rejects.toMatchObject({
      code: 'media_not_ready',
    });
  });

  test('to whatever check finds', async () => {
    const long = { ...context, leg: { ...leg, text: `${'x'.repeat(490)} {call}` } };
    await expect(world.channel.prepare(long)).rejects.toMatchObject({
      name: 'Refusal',
      code: 'text_too_long',
    });
  });

  test('to a connection without a token', async () => {
    const empty = await startWorld(' ');
    try {
      await expect(empty.channel.prepare(context)).rejects.toMatchObject({
        code: 'secret_unreadable',
      });
      expect(empty.mastodon.server.seen).toEqual([]);
    } finally {
      await empty.stop();
    }
  });
});

describe('what an answer proves', () => {
  test.each<[string, Answer, object]>([
    ['200 without a body', reply(200, ''), { kind: 'unknown' }],
    ['200 with a page', reply(200, '<html>'), { kind: 'unknown' }],
    ['201 with id null', reply(201, { id: null }), { kind: 'unknown' }],
    ['204', reply(204, ''), { kind: 'unknown' }],
    [
      'an id that would climb a path',
      reply(200, { id: '../1', created_at: '2027-01-01' }),
      { kind: 'unknown' },
    ],
    ['400', reply(400, { error: 'bad' }), { kind: 'rejected', why: 'content' }],
    ['401', reply(401, { error: 'token' }), { kind: 'rejected', why: 'token' }],
    [
      '403',
      reply(403, { error: 'scope' }),
      { kind: 'rejected', why: 'needs_human', reason: '403 scope' },
    ],
    ['403 duplicate', reply(403, { error: 'Duplicate content' }), { kind: 'unknown' }],
    ['404', reply(404, ''), { kind: 'rejected', why: 'needs_human' }],
    ['408', reply(408, ''), { kind: 'unknown' }],
    ['409', reply(409, ''), { kind: 'unknown' }],
    ['413', reply(413, ''), { kind: 'rejected', why: 'content' }],
    ['422', reply(422, { error: "Text can't be blank" }), { kind: 'rejected', why: 'content' }],
    ['422 duplicate', reply(422, { error: 'duplicate' }), { kind: 'unknown' }],
    ['429', reply(429, '', { 'retry-after': '7' }), { kind: 'throttled', retryAfterMs: 7_000 }],
    ['429 without a word', reply(429, ''), { kind: 'throttled', retryAfterMs: 5_000 }],
    [
      '429 for a day',
      reply(429, '', { 'retry-after': '86400' }),
      { kind: 'throttled', retryAfterMs: 60_000 },
    ],
    [
      '429 for less than nothing',
      reply(429, '', { 'retry-after': '-1' }),
      { kind: 'throttled', retryAfterMs: 5_000 },
    ],
    [
      '429 till 2099',
      reply(429, '', { 'retry-after': 'Wed, 21 Oct 2099 07:28:00 GMT' }),
      { kind: 'throttled', retryAfterMs: 60_000 },
    ],
    [
      '429 till 1999',
      reply(429, '', { 'retry-after': 'Wed, 20 Oct 1999 07:28:00 GMT' }),
      { kind: 'throttled', retryAfterMs: 1_000 },
    ],
    [
      '429 for ever',
      reply(429, '', { 'retry-after': '1e309' }),
      { kind: 'throttled', retryAfterMs: 5_000 },
    ],
    ['a redirect', reply(302, '', { location: '/login' }), { kind: 'unknown' }],
    ['500', reply(500, ''), { kind: 'unknown' }],
    ['503', reply(503, ''), { kind: 'unknown' }],
    ['a closed connection', cut, { kind: 'unknown' }],
    ['no HTTP', (_seen, response) => response.socket?.end('ok'), { kind: 'unknown' }],
  ])('%s, after one request', async (_name, answer, want) => {
    const prepared = await world.channel.prepare(context);
    world.mastodon.insteadOfPost = answer;
    expect(await world.channel.publish(prepared, leg)).toMatchObject(want);
    expect(posted()).toHaveLength(1);
  });

  test('a server that is gone took nothing', async () => {
    const prepared = await world.channel.prepare(context);
    await world.stop();
    expect(await world.channel.publish(prepared, leg)).toMatchObject({ kind: 'throttled' });
  });

  test('a prepared request that was damaged is not sent', async () => {
    const prepared = await world.channel.prepare(context);
    const damaged = { ...prepared, request: {} };
    expect(await world.channel.publish(damaged, leg)).toMatchObject({ kind: 'rejected' });
    expect(await world.channel.resolve(damaged, leg, 0)).toMatchObject({ kind: 'unknown' });
    expect(posted()).toEqual([]);
  });

  test('addresses that lead elsewhere are left out, moments out of range too', async () => {
    const prepared = await world.channel.prepare(context);
    for (const url of [
      'javascript:alert(1)',
      'https://evil.example/1',
      'ftp://127.0.0.1/',
      'x'.repeat(3_000),
    ]) {
      world.mastodon.insteadOfPost = reply(200, {
        id: '1',
        created_at: '0001-01-01T00:00:00Z',
        url,
      });
      expect(await world.channel.publish(prepared, leg)).toEqual({
        kind: 'published',
        postId: '1',
      });
    }
  });

  test('the token is in no reason, whatever the server echoes', async () => {
    const prepared = await world.channel.prepare(context);
    const echoes = [
      { error: `Authorization: Bearer ${TOKEN}` },
      `<pre>authorization: Bearer ${TOKEN}</pre>`,
      `${TOKEN}${TOKEN}`,
      JSON.stringify({ headers: { Authorization: `Bearer ${TOKEN}` } }),
    ];
    for (const echo of echoes) {
      for (const status of [200, 401, 403, 422, 429, 500]) {
        world.mastodon.insteadOfPost = reply(status, echo);
        const published = await world.channel.publish(prepared, leg);
        expect(JSON.stringify(published)).not.toContain(TOKEN.slice(4));
      }
    }
  });
});

describe('resolve', () => {
  test('finds a post whose answer was lost, and a repeat with the same key adds none', async () => {
    const { channel, mastodon, time } = world;
    const prepared = await channel.prepare(context);
    const claimedAt = time.now;
    mastodon.afterPost = cut;
    expect(await channel.publish(prepared, leg)).toMatchObject({ kind: 'unknown' });
    expect(await channel.resolve(prepared, leg, claimedAt)).toMatchObject({
      kind: 'published',
      confidence: 'strong',
      postId: '1000',
      url: `${mastodon.url}/@example/1000`,
    });
    mastodon.afterPost = undefined;
    expect(await channel.publish(prepared, leg)).toMatchObject({
      kind: 'published',
      postId: '1000',
    });
    expect(mastodon.posts).toHaveLength(1);
  });

  test('calls it absent only after the server had time to show it', async () => {
    const { channel, mastodon, time } = world;
    const prepared = await channel.prepare(context);
    const claimedAt = time.now;
    mastodon.insteadOfPost = cut;
    await channel.publish(prepared, leg);
    expect(await channel.resolve(prepared, leg, claimedAt)).toMatchObject({ kind: 'unknown' });
    time.now = claimedAt + 41_999;
    expect(await channel.resolve(prepared, leg, claimedAt)).toMatchObject({ kind: 'unknown' });
    time.now = claimedAt + 42_000;
    expect(await channel.resolve(prepared, leg, claimedAt)).toEqual({
      kind: 'absent',
      confidence: 'strong',
    });
    expect(await channel.resolve(prepared, { ...leg, offsetMs: 1 }, claimedAt)).toMatchObject({
      kind: 'unknown',
    });
  });

  test('turns pages until it is past the claim', async () => {
    const { channel, mastodon, time } = world;
    const prepared = await channel.prepare(context);
    const claimedAt = time.now;
    addPost(mastodon, `Atlas 2 is out. ${LINK}`, claimedAt + 10);
    for (let n = 0; n < 95; n += 1) addPost(mastodon, 'chatter', claimedAt + 20 + n);
    time.now += 3_600_000;
    expect(await channel.resolve(prepared, leg, claimedAt)).toMatchObject({
      kind: 'published',
      postId: '1000',
    });
    expect(mastodon.requests('GET', '/api/v1/accounts/7/statuses')).toHaveLength(4);
  });

  test('stops at posts from before the claim', async () => {
    const { channel, mastodon, time } = world;
    const prepared = await channel.prepare(context);
    const claimedAt = time.now;
    for (let n = 0; n < 100; n += 1) addPost(mastodon, 'old', claimedAt - 3_600_000);
    time.now += 60_000;
    expect(await channel.resolve(prepared, leg, claimedAt)).toMatchObject({ kind: 'absent' });
    expect(mastodon.requests('GET', '/api/v1/accounts/7/statuses')).toHaveLength(1);
  });

  test('is not taken in by a link that merely begins like ours, nor by two of them', async () => {
    const { channel, mastodon, time } = world;
    const prepared = await channel.prepare(context);
    const claimedAt = time.now;
    addPost(mastodon, `${LINK}x and ${LINK}.y`);
    time.now += 60_000;
    expect(await channel.resolve(prepared, leg, claimedAt)).toMatchObject({ kind: 'absent' });
    addPost(mastodon, LINK);
    addPost(mastodon, LINK);
    expect(await channel.resolve(prepared, leg, claimedAt)).toMatchObject({
      kind: 'published',
      confidence: 'weak',
      postId: '1001',
    });
  });

  test.each<[string, Answer]>([
    ['an error', reply(500, '')],
    ['a page', reply(200, '<html>')],
    ['no list', reply(200, { posts: [] })],
    ['a post without an id', reply(200, [{ content: 'x' }])],
    [
      'a listing that repeats itself',
      reply(200, [{ id: '1', created_at: '2099-01-01', content: '' }]),
    ],
    ['silence cut short', cut],
    ['a list cut off by its status', reply(206, [])],
  ])('stays unknown after %s', async (_name, answer) => {
    const { channel, mastodon, time } = world;
    const prepared = await channel.prepare(context);
    mastodon.override = { prefix: '/api/v1/accounts/7/statuses', answer };
    const claimedAt = time.now;
    time.now += 3_600_000;
    expect(await channel.resolve(prepared, leg, claimedAt)).toMatchObject({ kind: 'unknown' });
    expect(posted()).toEqual([]);
  });

  test('finds the post beside one that cannot be read', async () => {
    const { channel, mastodon, time } = world;
    const prepared = await channel.prepare(context);
    const post = addPost(mastodon, LINK);
    mastodon.override = {
      prefix: '/api/v1/accounts/7/statuses',
      answer: reply(200, [{ id: 1 }, post]),
    };
    expect(await channel.resolve(prepared, leg, time.now)).toMatchObject({ kind: 'published' });
  });
});

describe('describe', () => {
  test.each([
    ['Mastodon', { version: '4.4.1' }, 'C'],
    ['a nightly Mastodon', { version: '4.5.0-nightly.2027-01-01' }, 'C'],
    ['a fork', { version: '4.3.1+glitch' }, 'C'],
    [
      'GoToSocial',
      { version: '0.17.3', source_url: 'https://codeberg.org/superseriousbusiness/gotosocial' },
      'C',
    ],
    ['Hollo', { version: '4.2.1 (compatible; Hollo/0.6.0)' }, 'C'],
    ['snac', { version: '4.0.0 (not true; really snac/2.75)' }, 'D'],
    ['Pleroma', { version: '2.7.2 (compatible; Pleroma 2.9.0)' }, 'D'],
    ['something else', { version: 'one' }, 'D'],
    ['nothing', {}, 'D'],
  ])('%s', async (_name, instance, identityClass) => {
    world.mastodon.instance = instance;
    expect(await world.channel.describe('main')).toMatchObject({
      identityClass,
      textMax: 500,
      linkLength: 23,
      imagesMax: 4,
    });
  });

  test('falls back to v1, then to the defaults', async () => {
    world.mastodon.instance = undefined;
    world.mastodon.instanceV1 = {
      version: '4.0.0 (not true; really snac/2.75)',
      configuration: { statuses: { max_characters: 100_000, characters_reserved_per_url: 32 } },
    };
    expect(await world.channel.describe('main')).toMatchObject({
      identityClass: 'D',
      textMax: 100_000,
      linkLength: 32,
      canRetract: false,
    });
    world.mastodon.instanceV1 = undefined;
    expect(await world.channel.describe('main')).toMatchObject({
      textMax: 500,
      identityClass: 'D',
    });
  });

  test('a server that is down is not described by guesses', async () => {
    world.mastodon.override = { prefix: '/api/v2/instance', answer: reply(503, '') };
    await expect(world.channel.describe('main')).rejects.toBeInstanceOf(Fault);
  });
});

describe('retract and measure', () => {
  test('a server that cannot delete is told from a post that is gone', async () => {
    const post = addPost(world.mastodon, 'x');
    world.mastodon.override = undefined;
    const path = `/api/v1/statuses/${post.id}`;
    world.mastodon.override = {
      prefix: path,
      answer: (seen, response) =>
        seen.method === 'DELETE'
          ? reply(404, '')(seen, response)
          : reply(200, post)(seen, response),
    };
    expect(await world.channel.retract(post.id, leg)).toBe('unsupported');
    world.mastodon.override = { prefix: path, answer: reply(500, '') };
    expect(await world.channel.retract(post.id, leg)).toBe('unknown');
  });

  test('a post that does not show yet has no numbers, which is not zero', async () => {
    expect((await world.channel.measure('999', leg)).metrics).toMatchObject({
      favourites: 'not_yet_available',
      followers: 321,
    });
  });

  test('an id that would climb a path is not called', async () => {
    expect(await world.channel.retract('../accounts', leg)).toBe('unknown');
    expect(world.mastodon.server.seen).toEqual([]);
  });
});

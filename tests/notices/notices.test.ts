import { Webhook } from 'standardwebhooks';
import { describe, expect, test } from 'vitest';
import { advance, type BurstEvent } from '#domain/advance.ts';
import { brokenLink } from '#domain/audit-chain.ts';
import { Fault } from '#domain/faults.ts';
import { tellNews } from '#notices/tell-news.ts';
import { listAudit } from '#store/audit-log.ts';
import { dueBursts, saveBurst } from '#store/bursts.ts';
import { HOUR, T } from '../feedback/feedback-world.ts';
import { createNoticeWorld, HOOK, SECRET } from './notice-world.ts';

type World = Awaited<ReturnType<typeof createNoticeWorld>>;

const releasing = { state: 'releasing', holder: 'h', leaseUntil: T } as const;
const scheduled = { state: 'scheduled', committedEpoch: undefined, releasedAt: undefined } as const;

/** The arrow and its write, as a runner or a person has it. */
async function happens(one: World, event: BurstEvent): Promise<void> {
  const burst = await one.burst();
  const answer = advance(burst, event);
  if (answer.kind === 'refused') throw new Error(answer.message);
  const saved = await saveBurst(one.world.table, burst, answer.burst, `n${burst.revision}`);
  expect(saved.kind).toBe('saved');
}

function absent<T extends object>(fields: T) {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

async function missed(): Promise<World> {
  const one = await createNoticeWorld({ burst: { ...absent(scheduled), momentAt: T } });
  const burst = await one.burst();
  const { committedEpoch: _c, releasedAt: _r, sentAt: _s, measureUntil: _m, ...rest } = burst;
  await saveBurst(one.world.table, burst, rest, 'plain');
  await happens(one, { kind: 'miss', now: T + 7_200_000 });
  one.world.now = T + 7_200_000;
  return one;
}

describe('a burst that was missed', () => {
  test('is told by email and by a signed webhook, although no index waits for it any more', async () => {
    const one = await missed();
    await one.beat();
    expect(one.mailed.map(({ to, subject }) => [to, subject])).toEqual([
      ['ops@example.com', 'polls-close was missed: nothing was sent'],
    ]);
    const [request] = one.posted;
    expect(request?.url).toBe(HOOK);
    const { 'webhook-id': id = '', ...headers } = request?.headers ?? {};
    const at = Number(headers['webhook-timestamp']);
    const signed = new Webhook(SECRET).sign(id, new Date(at * 1_000), String(request?.body));
    expect(headers['webhook-signature']).toBe(signed);
    expect(JSON.parse(String(request?.body))).toMatchObject({
      type: 'burst.missed',
      data: {
        burst: 'polls-close',
        state: 'missed',
        needsPerson: true,
        reason: 'deadline_passed',
        link: 'https://volley.example.com/console/bursts/polls-close',
      },
    });
  });

  test('is told once, and then leaves the index', async () => {
    const one = await missed();
    for (let beat = 0; beat < 3; beat += 1) await one.beat();
    expect(one.mailed).toHaveLength(1);
    expect(one.posted).toHaveLength(1);
    expect(await dueBursts(one.world.table, one.world.now)).toEqual([]);
    const [notice, ...others] = await one.stored();
    expect(others).toEqual([]);
    expect(notice?.deliveries.map(({ state, tries }) => [state, tries.length])).toEqual([
      ['delivered', 1],
      ['delivered', 1],
    ]);
  });
});

describe('whoever dies', () => {
  test('between the notice and the header leaves one notice', async () => {
    const one = await missed();
    let isBroken = true;
    const { table } = one.notices;
    const put: typeof table.put = (item, condition) => {
      if (isBroken && item.sk === '#') throw new Fault('store_throttled', 'x', { retryable: true });
      return table.put(item, condition);
    };
    const bound = {
      ...one.notices,
      table: {
        get: table.get.bind(table),
        query: table.query.bind(table),
        put,
        update: table.update.bind(table),
        delete: table.delete.bind(table),
      },
    };
    await expect(tellNews(bound, await one.burst(), { inDoubt: 0 })).rejects.toThrow();
    expect((await one.burst()).untold).toHaveLength(1);
    isBroken = false;
    await one.beat();
    expect(await one.stored()).toHaveLength(1);
    expect((await one.burst()).untold).toBeUndefined();
    expect(one.mailed).toHaveLength(1);
  });

  test('after a claim leaves the delivery to a later beat, under the same webhook id', async () => {
    const one = await missed();
    one.outside.status = 500;
    await one.beat();
    await one.beat();
    expect(one.posted).toHaveLength(1);
    one.outside.status = 200;
    one.world.now += 61_000;
    await one.beat();
    const ids = one.posted.map(({ headers }) => headers?.['webhook-id']);
    expect(new Set(ids).size).toBe(1);
    expect(one.posted.map(({ body }) => body)[0]).toBe(one.posted[1]?.body);
    const [notice] = await one.stored();
    const hook = notice?.deliveries.find(({ kind }) => kind === 'webhook');
    expect(hook?.tries.map(({ outcome }) => outcome)).toEqual(['500', 'accepted']);
    expect(hook?.state).toBe('delivered');
  });

  test('two beats at once make one notice and one try', async () => {
    const one = await missed();
    await Promise.all([one.beat(), one.beat(), one.beat()]);
    expect(await one.stored()).toHaveLength(1);
    expect(one.mailed.length).toBeGreaterThan(0);
    const [notice] = await one.stored();
    expect(notice?.deliveries.map(({ tries }) => tries.length)).toEqual([1, 1]);
    expect(one.mailed).toHaveLength(1);
  });
});

describe('a delivery', () => {
  test('gives up after eight tries within two days, and says so', async () => {
    const one = await missed();
    one.outside.status = 503;
    for (let hour = 0; hour < 60; hour += 1) {
      await one.beat();
      one.world.now += HOUR;
    }
    const [notice] = await one.stored();
    const hook = notice?.deliveries.find(({ kind }) => kind === 'webhook');
    expect([hook?.state, hook?.tries.length]).toEqual(['given_up', 8]);
    expect(one.world.logged.map(({ event }) => event)).toContain('notice_given_up');
  });

  test.each([
    ['a receiver that wants nothing more', { status: 410 }, 'webhook', '410'],
    ['an address that SES refuses', { mail: 'ses_refused' }, 'email', 'ses_refused'],
  ])('to %s ends at once', async (_what, outside, kind, outcome) => {
    const one = await missed();
    Object.assign(one.outside, outside);
    await one.beat();
    const [notice] = await one.stored();
    const delivery = notice?.deliveries.find((each) => each.kind === kind);
    expect([delivery?.state, delivery?.tries.map((each) => each.outcome)]).toEqual([
      'given_up',
      [outcome],
    ]);
  });

  test('to receivers that take their time leaves the rest to the next beat', async () => {
    const hooks = [1, 2, 3, 4, 5, 6].map((n) => `https://hooks-${n}.example.com/`);
    const one = await createNoticeWorld({ plan: { notify: hooks }, burst: { ...releasing } });
    await happens(one, { kind: 'stop', now: T + HOUR, reason: 'wrong link' });
    one.slowMs = 10_000;
    await one.beat();
    expect(one.posted).toHaveLength(5);
    await one.beat();
    expect(one.posted).toHaveLength(6);
  });

  test('takes one address a beat while a burst is being sent', async () => {
    const one = await createNoticeWorld({
      plan: { notify: ['a@example.com', 'b@example.com', 'c@example.com'] },
      burst: { ...releasing },
    });
    one.world.now = T + HOUR;
    await happens(one, { kind: 'stop', now: T + HOUR, reason: 'breaker_bounces' });
    for (const count of [1, 2, 3, 3]) {
      await one.beat(true);
      expect(one.mailed).toHaveLength(count);
    }
  });
});

describe('people hear of', () => {
  test('a breaker, with its reason', async () => {
    const one = await createNoticeWorld({ burst: { ...releasing } });
    await happens(one, { kind: 'stop', now: T + HOUR, reason: 'breaker_bounces' });
    await one.beat();
    expect(one.mailed[0]?.subject).toBe('polls-close is stopped');
    expect(one.mailed[0]?.text).toContain('breaker bounces');
  });

  test('a breaker after all of it has left, which leaves nothing to resume', async () => {
    const policy = 'resend-when-unproven' as const;
    const sent = { state: 'measuring' as const, policy, sentAt: T + HOUR / 2 };
    const one = await createNoticeWorld({ burst: { ...releasing, ...sent } });
    await happens(one, { kind: 'stop', now: T + HOUR, reason: 'breaker_bounces' });
    await happens(one, { kind: 'stop', now: T + HOUR + 1, reason: 'enough' });
    await one.beat();
    expect(one.mailed.map(({ subject }) => subject)).toEqual([
      'polls-close: nobody is called once more',
    ]);
    expect(one.mailed[0]?.text).toContain('not called once more (breaker bounces)');
    expect(one.mailed[0]?.text).not.toMatch(/resume/i);
  });

  test('a leg whose token was refused, and not of one that was settled meanwhile', async () => {
    for (const settled of [false, true]) {
      const one = await createNoticeWorld({ burst: { ...releasing } });
      const leg = { kind: 'leg', epoch: 1, name: 'mastodon' } as const;
      await happens(one, { ...leg, state: 'in_doubt', reason: 'token_refused' });
      if (settled) await happens(one, { ...leg, state: 'published' });
      one.world.now = T + HOUR;
      await one.beat();
      const said = one.mailed.map(({ text }) => text).join();
      if (settled) expect(said).toBe('');
      else expect(said).toContain('The leg mastodon of polls-close is in doubt');
    }
  });

  test('a release, its end, doubt that lasts, the morning, and the final answer: each once', async () => {
    const one = await createNoticeWorld({ burst: { ...releasing, releasedAt: T } });
    one.world.now = T + 60_000;
    const measureUntil = T + 48 * HOUR;
    await happens(one, { kind: 'sent', epoch: 1, now: T + 60_000, measureUntil });
    for (let hour = 0; hour < 52; hour += 1) {
      await one.beat();
      one.world.now += HOUR;
    }
    const about = (await one.stored()).map(({ id }) => id);
    expect(about).toEqual(expect.arrayContaining(['answer-final', 'morning']));
    expect(about.filter((id) => id.startsWith('finished'))).toHaveLength(1);
    expect(new Set(about).size).toBe(one.mailed.length);
    const morning = one.mailed.find(({ subject }) => subject.includes('morning'));
    expect(morning?.text.split('\n\n')).toHaveLength(4);
    expect(morning?.html).toContain('<table');
    expect(brokenLink(await listAudit(one.world.table, 'polls-close'))).toBeUndefined();
  });

  test('the final answer even when a runner decided before it was read', async () => {
    const one = await createNoticeWorld();
    one.world.now = T + 49 * HOUR;
    await happens(one, { kind: 'decide', now: one.world.now });
    await happens(one, { kind: 'close', now: one.world.now });
    await one.beat();
    expect((await one.stored()).map(({ id }) => id)).toContain('answer-final');
    const audit = await listAudit(one.world.table, 'polls-close');
    expect(audit.map(({ what }) => what)).toContain('decided');
  });
});

test('what a runner that is at work has not written yet stays for it in the header', async () => {
  const deeds = [{ revision: 3, at: T, what: 'released' }];
  const untold = [{ about: 'released' as const, revision: 3 }];
  const now = T + HOUR;
  for (const leaseUntil of [now + HOUR, now - HOUR]) {
    const one = await createNoticeWorld({ burst: { ...releasing, leaseUntil, deeds, untold } });
    one.world.now = now;
    await one.beat();
    const burst = await one.burst();
    const audit = await listAudit(one.world.table, 'polls-close');
    expect(burst.untold).toBeUndefined();
    expect(burst.deeds).toEqual(leaseUntil > now ? deeds : undefined);
    expect(audit.map(({ what }) => what)).toEqual(leaseUntil > now ? [] : ['released']);
  }
});

test('a burst whose file names nobody keeps its notices all the same', async () => {
  const one = await createNoticeWorld({ plan: { notify: [] }, burst: { ...releasing } });
  await happens(one, { kind: 'stop', now: T + HOUR, reason: 'wrong link' });
  await one.beat();
  expect((await one.stored()).map(({ about, deliveries }) => [about, deliveries])).toEqual([
    ['stopped', []],
  ]);
});

test('nothing of a notice is markup, whatever the file says', async () => {
  const one = await createNoticeWorld({ burst: { ...releasing } });
  await happens(one, { kind: 'stop', now: T + HOUR, reason: '<script>alert(1)</script>' });
  await one.beat();
  expect(one.mailed[0]?.html).not.toContain('<script');
});

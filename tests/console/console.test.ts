import { expect, test } from 'vitest';
import { loadLeg, saveLeg } from '#store/legs.ts';
import { loadTallies, saveParts } from '#store/tallies.ts';
import {
  BURST,
  batchOf,
  click,
  createFeedbackWorld,
  emailLeg,
  measureAt,
  sesEvent,
  T,
} from '../feedback/feedback-world.ts';
import { aConsole, cookieOf } from './a-console.ts';
import { anEarlierBurst, anExample, DAY } from './an-example.ts';

const PAGE = `/console/bursts/${BURST}`;

async function opened(at = T + 2 * 3_600_000, options: Parameters<typeof anExample>[0] = {}) {
  const example = await anExample(options);
  example.world.now = at;
  const { table } = example.world;
  const one = aConsole({ table, now: () => example.world.now });
  const token = await one.token('nora', 'viewer');
  const look = async (path: string, headers: Record<string, string> = cookieOf(token)) => {
    const answer = await one.app.request(path, { headers });
    return { answer, text: await answer.text() };
  };
  return { example, ...one, token, look };
}

test('a post that was taken back is named on the page, with its moment', async () => {
  const { example, look } = await opened();
  const { table } = example.world;
  expect((await look(PAGE)).text).not.toContain('taken back');
  const stored = await loadLeg(table, BURST, 'mastodon');
  const item = stored ?? { burst: BURST, leg: 'mastodon', revision: 0, nonce: 'n' };
  await saveLeg(table, stored, { ...item, retractedAt: T + 90_000 }, 'n1');
  expect((await look(PAGE)).text).toMatch(
    /mastodon: the post was taken back \w{3} \d+ \w{3}, \d\d:\d\d\./,
  );
});

test.each(['/console', PAGE, `${PAGE}/results.html`, `${PAGE}/export.json`])(
  'without a token %s shows the way in and nothing else',
  async (path) => {
    const { look } = await opened();
    for (const headers of [{}, { cookie: 'volley_token=somebody-elses-token-xxxxxxxx' }]) {
      const { answer, text } = await look(path, headers as Record<string, string>);
      expect(answer.status).toBe(401);
      expect(text).toContain('Sign in');
      expect(text).not.toContain('recount');
      expect(text).not.toContain(`>${BURST}<`);
    }
  },
);

test('signing in keeps the token where no script and no other site gets it', async () => {
  const { app, token, look } = await opened();
  const body = new URLSearchParams({ token, back: PAGE });
  const answer = await app.request('/console/sign-in', { method: 'POST', body });
  expect(answer.status).toBe(303);
  expect(answer.headers.get('location')).toBe(PAGE);
  const [cookie = ''] = answer.headers.getSetCookie();
  expect(cookie).toContain(`volley_token=${token}`);
  for (const mark of ['HttpOnly', 'Secure', 'SameSite=Strict', 'Path=/console', 'Max-Age=43200']) {
    expect(cookie).toContain(mark);
  }
  expect((await look(PAGE)).answer.status).toBe(200);
  const out = await app.request('/console/sign-out', { method: 'POST' });
  expect(out.headers.getSetCookie()[0]).toMatch(/volley_token=;.*Max-Age=0/);
});

test('a token that nobody has, one without a scope and a form of another site do not sign in', async () => {
  const { app, token: one } = await opened();
  const attempt = (token: string, headers: Record<string, string> = {}) =>
    app.request('/console/sign-in', {
      method: 'POST',
      body: new URLSearchParams({ token }),
      headers,
    });
  const unknown = await attempt('nobody-has-this-token-at-all');
  expect(unknown.status).toBe(401);
  expect(unknown.headers.getSetCookie()).toEqual([]);
  expect(await unknown.text()).toContain('Nobody has this token');
  const foreign = await attempt(one, { 'sec-fetch-site': 'cross-site' });
  expect(foreign.status).toBe(403);
  expect(foreign.headers.getSetCookie()).toEqual([]);
});

test('where the reader goes back to is a page of the console and never another site', async () => {
  const { app, token } = await opened();
  for (const back of [
    'https://example.com/',
    '//example.com',
    '/console//example.com',
    '/v1/bursts',
  ]) {
    const body = new URLSearchParams({ token, back });
    const answer = await app.request('/console/sign-in', { method: 'POST', body });
    expect(answer.headers.get('location')).toBe('/console');
  }
});

test('no page has script, and none may load any', async () => {
  const { look } = await opened();
  for (const path of ['/console', PAGE, `${PAGE}/results.html`, '/console/nowhere']) {
    const { answer, text } = await look(path);
    const policy = answer.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain('script-src');
    expect(text).not.toMatch(/<script|javascript:|\son\w+=/i);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
  }
});

test('markup in names and words is shown as text', async () => {
  const bad = '<script>alert(1)</script><img src=x onerror=alert(1)>';
  const { look } = await opened(undefined, {
    plan: {
      calls: ['give', 'watch', 'help'].map((name) => ({
        name,
        say: `${bad} ${name}`,
        to: 'https://example.org/',
      })),
      goal: { count: bad, target: 10, withinMs: DAY },
    },
  });
  for (const path of [PAGE, `${PAGE}/results.html`]) {
    const { text } = await look(path);
    expect(text).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(text).not.toContain('<script');
    expect(text).not.toContain('<img');
  }
});

test('before the wait is over the page says when the answer is due, and names nobody', async () => {
  const behaviour = {
    give: { click: 0.4, pledge: 0.5 },
    watch: { click: 0.3, pledge: 0.1 },
    help: { click: 0.1, pledge: 0.1 },
  };
  const { look } = await opened(undefined, { behaviour });
  const { text } = await look(PAGE);
  expect(text).toContain('Ahead so far');
  expect(text).toContain('the answer is due Sun 7 Mar, 15:00');
  expect(text).not.toContain('worked best</span>');
  expect(text).toContain('randomised');
  expect(text).toContain('observational');
  expect(text).toContain('human clicks');
});

test('after the final read the page names the winner, the goal and what the network says', async () => {
  const { example, look } = await opened();
  await anEarlierBurst(example);
  await measureAt(example, T + 7 * DAY);
  const { text } = await look(PAGE);
  expect(text).toContain('On email: “Chip in for the recount fund” worked best.');
  expect(text).toContain('Met: ');
  expect(text).toContain('impressions: not provided');
  expect(text).toContain('followers at the moment: 1,840');
  expect(text).toContain('polls-close-2026');
  expect(text).toContain('Next time: lead with it');
});

test('money per person stands beside the answer where there are orders enough', async () => {
  const behaviour = {
    give: { click: 0.4, pledge: 0.5 },
    watch: { click: 0.3, pledge: 0.4 },
    help: { click: 0.1, pledge: 0.1 },
  };
  const { look } = await opened(undefined, { behaviour, recipients: 6_200 });
  const { text } = await look(PAGE);
  expect(text).toMatch(/Against “Watch the count with us”: [\d.]+ % more per person reached/);
  expect(text).toContain('Against “Help check the ballots”: too few orders');
});

test('the page in one file needs nothing else', async () => {
  const { look } = await opened();
  const { text } = await look(`${PAGE}/results.html`);
  expect(text).toMatch(/^<!doctype html><html lang="en">/);
  expect(text).toContain('<style>');
  expect(text).not.toMatch(/<link|src=|href="\//);
});

test('a bearer token opens the file too, for the command line', async () => {
  const { look, token } = await opened();
  const { answer } = await look(`${PAGE}/results.html`, { authorization: `Bearer ${token}` });
  expect(answer.status).toBe(200);
});

test('an unknown burst is said so, and a fault says nothing of itself', async () => {
  const { look, app, logged, example } = await opened();
  const { answer, text } = await look('/console/bursts/no-such-burst');
  expect(answer.status).toBe(404);
  expect(text).toContain('there is no burst no-such-burst');
  example.world.table.get = () => Promise.reject(new Error('password is hunter2'));
  const failed = await app.request('/console', { headers: cookieOf('x'.repeat(30)) });
  expect(failed.status).toBe(500);
  expect(await failed.text()).not.toContain('hunter2');
  expect(logged.join()).not.toContain('hunter2');
});

test('a theme is kept and the page comes in it', async () => {
  const { app, token, look } = await opened();
  const body = new URLSearchParams({ theme: 'dark', back: PAGE });
  const answer = await app.request('/console/theme', { method: 'POST', body });
  expect(answer.headers.get('location')).toBe(PAGE);
  expect(answer.headers.getSetCookie()[0]).toContain('volley_theme=dark');
  const { text } = await look(PAGE, { cookie: `volley_token=${token}; volley_theme=dark` });
  expect(text).toContain('<html lang="en" data-theme="dark">');
  const odd = await look(PAGE, { cookie: `volley_token=${token}; volley_theme="><script>` });
  expect(odd.text).toContain('<html lang="en">');
});

test('where adding channels up would name another call, both tables stand on the page', async () => {
  // Charig et al., BMJ 292 (1986) 879: small stones and large stones.
  const legs = {
    small: { seat: [87, 81], demo: [270, 234] },
    large: { seat: [263, 192], demo: [80, 55] },
  } as const;
  const plan = {
    legs: Object.entries(legs).map(([name, calls]) => ({
      ...emailLeg,
      name,
      allocation: Object.entries(calls).map(([call, [weight]]) => ({ call, weight })),
    })),
  };
  const timing = { offsetMs: 0, deadlineMs: 60_000, ifNotReady: 'hold' as const };
  const { world, record } = await createFeedbackWorld({
    recipients: 700,
    plan,
    burst: {
      legs: Object.keys(legs).map((name) => ({ name, channel: 'email', state: 'sent', ...timing })),
    },
  });
  let ordinal = -1;
  const events = Object.entries(legs).flatMap(([leg, calls]) =>
    Object.entries(calls).flatMap(([call, [reached, answered]]) =>
      Array.from({ length: reached }, (_, place) => {
        ordinal += 1;
        const tags = { burst: [BURST], leg: [leg], call: [call], ordinal: [String(ordinal)] };
        const own = sesEvent({ eventType: 'Delivery', ordinal, tags });
        return place < answered
          ? [own, click({ ordinal, leg, call, at: T + ordinal * 60_000 })]
          : [own];
      }).flat(),
    ),
  );
  expect(await record(batchOf(events))).toEqual([]);
  const { app, token } = aConsole({ table: world.table, now: () => T + 30 * 3_600_000 });
  const headers = cookieOf(await token('vera', 'viewer'));
  const text = await (await app.request(PAGE, { headers })).text();
  expect(text).toContain('Why adding up misleads here');
  expect(text).toContain('added up, which misleads');
  expect(text).toContain('the rate of “See it” within channels');
  // The rates over both together, 78.0 % and 82.6 %, stand nowhere.
  expect(text).not.toMatch(/82\.6 %|(?:"rate"|strong)>78\.0 %/);
});

test('whom a call drives away, and at which mailbox providers it got through, stand with the channel', async () => {
  const { example, look } = await opened();
  await measureAt(example, T + 2 * DAY);
  const { text } = await look(PAGE);
  expect(text).toContain('In the segment young');
  expect(text).toContain('In the segment donors');
  expect(text).toMatch(/more than chance/);
  expect(text).toContain('Segments as of Sat 6 Mar, 15:00; they may overlap.');
  expect(text).toContain('People reached by mailbox provider, on email');
  for (const name of ['google', 'microsoft', 'school.example.org']) expect(text).toContain(name);
  expect(text).not.toContain('not as drawn');
});

test('a provider that lets one call through and not the others is marked, and nothing is compared', async () => {
  const { example, look } = await opened();
  const { table } = example.world;
  await measureAt(example, T + 2 * DAY);
  const { parts } = await loadTallies(table, BURST);
  if (!parts) throw new Error('nobody was looked through');
  const [first, ...others] = parts.providers;
  if (!first) throw new Error('there is no provider');
  const moved = { ...first, exposed: { ...first.exposed, 'email/give': 10 } };
  await saveParts(table, BURST, { ...parts, providers: [moved, ...others] });
  const { text } = await look(PAGE);
  expect(text).toContain('not as drawn');
  expect(text).toMatch(/No answer: the calls did not reach as many people/);
  expect(text).toContain('By mailbox provider, the split moved at google.');
});

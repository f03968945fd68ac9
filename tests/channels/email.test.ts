import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createEmailChannel } from '#channels/email.ts';
import { encodeName } from '#channels/encode-name.ts';
import { EmailTags } from '#domain/event.ts';
import { Fault } from '#domain/faults.ts';
import { parseKeyRing } from '#domain/key-ring.ts';
import { verify } from '#domain/token.ts';
import { createSes, createSesClient } from '#environment/ses.ts';
import { acceptAll, startStub } from '../environment/ses-stub.ts';
import {
  addressee,
  calls,
  emailLeg,
  type FakeSes,
  fakeSes,
  KEYS,
  LINK_BASE,
  rendered,
  secretsOf,
} from './email-leg.ts';

const keys = parseKeyRing(KEYS).clicks;

async function senderWith(ses: FakeSes, leg = emailLeg) {
  const channel = createEmailChannel({
    ses,
    secrets: secretsOf({ keys: KEYS }),
    signingKeys: 'keys',
  });
  return channel.prepare({ burst: 'atlas-launch', leg, calls, linkBase: LINK_BASE });
}

function tokenIn(url: string | undefined): string {
  return (
    url
      ?.split('/')
      .at(-1)
      ?.replace(/[">].*$/s, '') ?? ''
  );
}

describe('what a recipient gets', () => {
  test('own call, own links, signed by the first key and bound to host, leg and ordinal', async () => {
    const ses = fakeSes();
    const sender = await senderWith(ses);
    await sender.send([addressee(0), addressee(7, { call: 'demo' })]);
    const [request] = ses.sent;
    if (!request) throw new Error('one call was made');
    const { html, text, subject } = rendered(request, 1);
    expect(subject).toBe('Atlas 2 is here, Ana 7');
    expect(text).toContain('See it in three minutes: https://go.example.com/c/k2.');
    const click = tokenIn(/https:\/\/go\.example\.com\/c\/[^"]+/.exec(html)?.[0]);
    expect(verify(click, 'click', 'go.example.com', keys)).toEqual({
      purpose: 'click',
      burst: 'atlas-launch',
      leg: 'prospects',
      call: 'demo',
      ordinal: 7,
    });
    expect(verify(click, 'unsubscribe', 'go.example.com', keys)).toBeUndefined();
    expect(verify(click, 'click', 'go.example.org', keys)).toBeUndefined();
    expect(html).toContain(`https://go.example.com/b/${click}`);
    expect(html).not.toMatch(/\?b=/);
  });

  test('List-Unsubscribe headers and exactly four tags stand on every entry', async () => {
    const ses = fakeSes();
    await (await senderWith(ses)).send([addressee(0), addressee(1)]);
    for (const entry of ses.sent[0]?.entries ?? []) {
      const [list, post] = entry.headers;
      expect(list?.name).toBe('List-Unsubscribe');
      expect(list?.value).toMatch(/^<https:\/\/go\.example\.com\/u\/[^<>]+>$/);
      const claims = verify(tokenIn(list?.value), 'unsubscribe', 'go.example.com', keys);
      expect(claims).toMatchObject({ burst: 'atlas-launch', leg: 'prospects' });
      expect(claims?.call).toMatch(/^digest\d+$/);
      expect(post).toEqual({ name: 'List-Unsubscribe-Post', value: 'List-Unsubscribe=One-Click' });
      const tags = Object.fromEntries(entry.tags.map((tag) => [tag.name, tag.value]));
      expect(Object.keys(tags)).toEqual(['burst', 'leg', 'call', 'ordinal']);
      expect(EmailTags.safeParse(tags).success).toBe(true);
    }
  });

  test('a second attempt says so in a fifth tag', async () => {
    const ses = fakeSes();
    await (await senderWith(ses)).send([addressee(0, { attempt: 2 })]);
    expect(ses.sent[0]?.entries[0]?.tags.at(-1)).toEqual({ name: 'attempt', value: '2' });
    expect(ses.sent[0]?.entries[0]?.tags).toHaveLength(5);
  });

  test('values are escaped in HTML, plain in text and subject, and never compiled', async () => {
    const ses = fakeSes();
    const fields = { first_name: `<img src=x onerror="alert(1)"> & {{company}}'` };
    await (await senderWith(ses)).send([addressee(0, { fields })]);
    const request = ses.sent[0];
    if (!request) throw new Error('one call was made');
    const { html, text, subject } = rendered(request, 0);
    expect(html).toContain('&#60;img src=x onerror=&#34;alert(1)&#34;&#62; &#38; {{company}}&#39;');
    expect(html).not.toContain('<img');
    expect(html).toContain('Start &#38; see');
    expect(text).toContain(`<img src=x onerror="alert(1)"> & {{company}}'`);
    expect(text).toContain('Start & see');
    expect(subject).toContain('<img');
  });

  test('what a contact lacks is said by the fallback; every slot is supplied for every entry', async () => {
    const ses = fakeSes();
    await (await senderWith(ses)).send([addressee(0, { fields: {} }), addressee(1)]);
    const [request] = ses.sent;
    if (!request) throw new Error('one call was made');
    expect(rendered(request, 0).text).toContain('Dear there of your company');
    expect(rendered(request, 1).text).toContain('Dear Ana 1 of your company');
    const names = request.entries.map((entry) => Object.keys(entry.slots).sort());
    expect(names[0]).toEqual(names[1]);
  });

  test('a field of another object is not read', async () => {
    const ses = fakeSes();
    const leg = { ...emailLeg, slots: { ...emailLeg.slots, constructor: 'builder' } };
    const sender = await senderWith(ses, { ...leg, text: `${leg.text}{{constructor}}` });
    await sender.send([addressee(0, { fields: {} })]);
    expect(ses.sent[0]?.entries[0]?.slots.t_constructor).toBe('builder');
  });

  test('an unsubscribe link is added at the foot of both parts where the leg has none', async () => {
    const ses = fakeSes();
    await (await senderWith(ses)).send([addressee(0)]);
    expect(ses.sent[0]?.html).toMatch(/u\/\{\{unsubscribe_token\}\}.*<\/body>$/);
    expect(ses.sent[0]?.text).toContain(
      'Unsubscribe: https://go.example.com/u/{{unsubscribe_token}}',
    );
    const own = fakeSes();
    const html = emailLeg.html.replace('</body>', '<a href="{{unsubscribe_link}}">out</a></body>');
    await (await senderWith(own, { ...emailLeg, html })).send([addressee(0)]);
    expect(own.sent[0]?.html.match(/unsubscribe_token/g)).toHaveLength(1);
  });
});

describe('what is refused before SES is asked', () => {
  const cases: [string, Parameters<typeof addressee>[1]][] = [
    [
      'a line break in a field of the subject',
      { fields: { first_name: 'Ana\r\nBcc: eve@example.org' } },
    ],
    ['a Unicode line separator there', { fields: { first_name: 'Ana\u2028Bcc: x' } }],
    ['a control character in a field of the body', { fields: { company: 'a\u0000b' } }],
    ['a line break in the address', { address: 'ana@example.org\r\nBcc: eve@example.org' }],
    ['two addresses', { address: 'ana@example.org,eve@example.org' }],
    ['a display name', { address: 'Ana <ana@example.org>' }],
    ['a call of no plan', { call: 'other' }],
  ];
  test.each(cases)('%s: this entry only', async (_name, bad) => {
    const ses = fakeSes();
    const batch = await (await senderWith(ses)).send([
      addressee(0),
      addressee(1, bad),
      addressee(2),
    ]);
    expect(batch).toMatchObject({
      kind: 'answered',
      outcomes: [
        { kind: 'accepted', messageId: 'm0' },
        { kind: 'refused' },
        { kind: 'accepted', messageId: 'm1' },
      ],
    });
    expect(ses.sent[0]?.entries.map((entry) => entry.to)).toEqual([
      'ana0@example.org',
      'ana2@example.org',
    ]);
    const alone = await (await senderWith(ses)).send([addressee(1, bad)]);
    expect(alone).toMatchObject({ kind: 'answered', outcomes: [{ kind: 'refused' }] });
    expect(ses.sent).toHaveLength(1);
  });

  test('a line break is at home in a field of the body', async () => {
    const ses = fakeSes();
    const batch = await (await senderWith(ses)).send([
      addressee(0, { fields: { company: 'One\nTwo' } }),
    ]);
    expect(batch).toMatchObject({ outcomes: [{ kind: 'accepted' }] });
  });

  test('more than 50 recipients are no bulk call', async () => {
    const ses = fakeSes();
    const batch = await (await senderWith(ses)).send(
      Array.from({ length: 51 }, (_, n) => addressee(n)),
    );
    expect(batch).toMatchObject({ kind: 'refused', reason: expect.stringContaining('at most 50') });
    expect(ses.sent).toEqual([]);
  });

  test('no control character reaches a header, subject slot or address, whatever a contact holds', async () => {
    const ses = fakeSes();
    const sender = await senderWith(ses);
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary' }), fc.string(), async (first_name, address) => {
        const batch = await sender.send([addressee(1, { fields: { first_name }, address })]);
        expect(batch.kind).toBe('answered');
        const entry = ses.sent.pop()?.entries[0];
        const lines = [
          entry?.to,
          entry?.slots.t_first_name,
          ...(entry?.headers ?? []).map((h) => h.value),
        ];
        for (const line of lines) expect(line ?? '').not.toMatch(/[\p{Cc}\u2028\u2029]/u);
      }),
      { numRuns: 300 },
    );
  });
});

describe('what the answer of SES means', () => {
  test.each([
    ['SUCCESS', 'accepted'],
    ['ACCOUNT_THROTTLED', 'throttled'],
    ['TRANSIENT_FAILURE', 'throttled'],
    ['MESSAGE_REJECTED', 'refused'],
    ['INVALID_PARAMETER', 'refused'],
    ['FAILED', 'refused'],
    ['A_WORD_OF_NEXT_YEAR', 'unknown'],
    ['', 'unknown'],
  ])('entry status %s: %s', async (status, kind) => {
    const ses = fakeSes((request) => ({ entries: request.entries.map(() => ({ status })) }));
    const batch = await (await senderWith(ses)).send([addressee(0)]);
    expect(batch).toMatchObject({ kind: 'answered', outcomes: [{ kind }] });
  });

  test.each([
    'ACCOUNT_SENDING_PAUSED',
    'CONFIGURATION_SET_SENDING_PAUSED',
    'ACCOUNT_DAILY_QUOTA_EXCEEDED',
    'ACCOUNT_SUSPENDED',
    'MAIL_FROM_DOMAIN_NOT_VERIFIED',
    'CONFIGURATION_SET_NOT_FOUND',
    'TEMPLATE_NOT_FOUND',
    'INVALID_SENDING_POOL_NAME',
  ])(
    "%s is nobody's own: alone it refuses the call, among others it may be repeated",
    async (status) => {
      const all = fakeSes((request) => ({
        entries: request.entries.map(() => ({ status, error: 'no' })),
      }));
      const both = [addressee(0), addressee(1)];
      expect(await (await senderWith(all)).send(both)).toEqual({
        kind: 'refused',
        reason: `${status}: no`,
      });
      const some = fakeSes(() => ({ entries: [{ status: 'SUCCESS' }, { status }] }));
      expect(await (await senderWith(some)).send(both)).toMatchObject({
        kind: 'answered',
        outcomes: [{ kind: 'accepted' }, { kind: 'throttled', why: 'lasting' }],
      });
    },
  );

  test.each([
    ['ACCOUNT_THROTTLED', undefined],
    ['TRANSIENT_FAILURE', 'passing'],
  ])('%s says whether it was the rate', async (status, why) => {
    const ses = fakeSes(() => ({ entries: [{ status }] }));
    const batch = await (await senderWith(ses)).send([addressee(0)]);
    const [outcome] = batch.kind === 'answered' ? batch.outcomes : [];
    expect(outcome).toMatchObject({ kind: 'throttled' });
    expect(outcome?.kind === 'throttled' && outcome.why).toBe(why);
  });

  test('the daily quota refuses the call, under whatever name it is said', async () => {
    const ses = fakeSes(() => {
      throw new Fault('ses_throttled', 'SES answered 400: Daily message quota exceeded', {
        retryable: true,
      });
    });
    expect(await (await senderWith(ses)).send([addressee(0)])).toMatchObject({ kind: 'refused' });
  });

  test('an entry without a result is in doubt, the others keep theirs', async () => {
    const ses = fakeSes(() => ({ entries: [{ status: 'SUCCESS' }] }));
    const batch = await (await senderWith(ses)).send([addressee(0), addressee(1)]);
    expect(batch).toMatchObject({ outcomes: [{ kind: 'accepted' }, { kind: 'unknown' }] });
  });

  test.each([
    ['ses_throttled', 'throttled'],
    ['ses_unreachable', 'throttled'],
    ['ses_refused', 'refused'],
    ['ses_unanswered', 'unknown'],
    ['something_new', 'unknown'],
  ])('fault %s: the whole call is %s', async (code, kind) => {
    const ses = fakeSes(() => {
      throw new Fault(code, 'no', { retryable: false });
    });
    const batch = await (await senderWith(ses)).send([addressee(0), addressee(1)]);
    expect(batch.kind).toBe(kind);
    expect(ses.sent).toHaveLength(1);
  });

  test('an error that nobody foresaw is in doubt too, and does not escape', async () => {
    const ses = fakeSes(() => {
      throw new TypeError('undefined is not a function');
    });
    expect((await (await senderWith(ses)).send([addressee(0)])).kind).toBe('unknown');
  });
});

describe('prepare fails closed', () => {
  test.each([
    ['no secret', {}],
    ['an empty secret', { keys: '' }],
    ['a malformed line', { keys: 'k1:0123456789abcdef\nnonsense' }],
    ['a short secret', { keys: 'k1:short' }],
    ['one id twice', { keys: 'k1:0123456789abcdef\nk1:0123456789abcdeg' }],
  ])('%s: no sender', async (_name, secrets) => {
    const ses = fakeSes();
    const channel = createEmailChannel({ ses, secrets: secretsOf(secrets), signingKeys: 'keys' });
    await expect(
      channel.prepare({ burst: 'b', leg: emailLeg, calls, linkBase: LINK_BASE }),
    ).rejects.toThrow();
    expect(ses.sent).toEqual([]);
  });

  test.each([
    ['a triple brace', { html: `${emailLeg.html}{{{company}}}` }],
    ['a helper', { html: `${emailLeg.html}{{#if company}}x{{/if}}` }],
    ['a partial', { text: `${emailLeg.text}{{> x}}` }],
    ['blanks', { text: `${emailLeg.text}{{ company }}` }],
    ['an unclosed slot', { subject: 'Hi {{first_name' }],
    ['an unknown slot', { subject: 'Hi {{nobody}}' }],
    ['a link in the subject', { subject: 'Hi {{call_link}}' }],
    ['a sender with a line break', { from: 'a@example.com\r\nBcc: b@example.com' }],
    ['a reply address with a line break', { replyTo: 'a@example.com\nX: y' }],
    ['noreply', { from: 'noreply@example.com' }],
  ])('%s: no sender, and check names it', async (_name, bad) => {
    const leg = { ...emailLeg, ...bad };
    await expect(senderWith(fakeSes(), leg)).rejects.toBeInstanceOf(Fault);
    const channel = createEmailChannel({ ses: fakeSes(), secrets: secretsOf({}), signingKeys: '' });
    const [field] = Object.keys(bad);
    expect(channel.check(leg).filter((problem) => problem.severity === 'error')).toContainEqual(
      expect.objectContaining({ field }),
    );
  });
});

describe('check', () => {
  const channel = createEmailChannel({ ses: fakeSes(), secrets: secretsOf({}), signingKeys: '' });
  const codes = (more: object) => channel.check({ ...emailLeg, ...more }).map((one) => one.code);

  test('finds nothing wrong with a sound leg', () => {
    expect(channel.check(emailLeg)).toEqual([]);
  });
  test.each([
    ['no call', { html: '<p>Hi</p>' }, 'call_slot'],
    ['the call twice', { text: '{{call_link}} {{call_link}}' }, 'call_slot'],
    ['no subject', { subject: ' ' }, 'empty'],
    ['a long subject', { subject: 'x'.repeat(251) }, 'too_long'],
    ['a line break in the subject', { subject: 'a\r\nBcc: b' }, 'control_character'],
    ['a reserved slot', { slots: { ...emailLeg.slots, call_link: 'x' } }, 'slot_reserved'],
    ['no weight', { allocation: [{ call: 'trial', weight: 0 }] }, 'no_call'],
    ['a bad configuration set', { configurationSet: 'a b' }, 'malformed'],
    ['a huge email', { text: `{{call_link}}${'x'.repeat(500_000)}` }, 'too_large'],
    ['a long email', { html: `{{call_link}}${'x'.repeat(110_000)}` }, 'clipped'],
  ])('%s', (_name, more, code) => {
    expect(codes(more)).toContain(code);
  });
});

test('the quota is what the account states, or what the operator says instead', async () => {
  const base = { ses: fakeSes(), secrets: secretsOf({}), signingKeys: '' };
  expect(await createEmailChannel(base).quota()).toEqual({
    perSecond: 14,
    perDay: Number.MAX_SAFE_INTEGER,
    sentLastDay: 3,
    sendingEnabled: true,
  });
  const account = { perSecond: 7 };
  expect((await createEmailChannel({ ...base, account }).quota()).perSecond).toBe(7);
});

test("a stop switches the leg's configuration set", async () => {
  const ses = fakeSes();
  await createEmailChannel({ ses, secrets: secretsOf({}), signingKeys: '' }).setSending(
    emailLeg,
    false,
  );
  expect(ses.switched).toEqual([['volley', false]]);
});

test('a name beyond ASCII is encoded for the header', () => {
  expect(encodeName('Nora <nora@example.com>')).toBe('Nora <nora@example.com>');
  expect(encodeName('Zoë <zoe@example.com>')).toBe('=?UTF-8?B?Wm/Dqw==?= <zoe@example.com>');
  for (const word of encodeName(`${'Zoë '.repeat(25)} <z@example.com>`)
    .split(' ')
    .slice(0, -1)) {
    expect(word.length).toBeLessThanOrEqual(75);
  }
});

test('over the wire, slots, headers and tags arrive as SES reads them', async () => {
  const stub = await startStub(acceptAll);
  const client = createSesClient({
    region: 'eu-west-1',
    endpoint: stub.url,
    credentials: async () => ({ accessKeyId: 'a', secretAccessKey: 's' }),
  });
  try {
    const channel = createEmailChannel({
      ses: createSes(client),
      secrets: secretsOf({ keys: KEYS }),
      signingKeys: 'keys',
    });
    const sender = await channel.prepare({ burst: 'b', leg: emailLeg, calls, linkBase: LINK_BASE });
    expect(await sender.send([addressee(3)])).toEqual({
      kind: 'answered',
      outcomes: [{ kind: 'accepted', messageId: 'm-0' }],
    });
    const body = JSON.parse(stub.asked[0]?.body ?? '{}');
    const [entry] = body.BulkEmailEntries;
    const slots = JSON.parse(
      entry.ReplacementEmailContent.ReplacementTemplate.ReplacementTemplateData,
    );
    expect(slots.t_first_name).toBe('Ana 3');
    expect(entry.ReplacementHeaders.map((one: { Name: string }) => one.Name)).toEqual([
      'List-Unsubscribe',
      'List-Unsubscribe-Post',
    ]);
    expect(entry.ReplacementTags).toHaveLength(4);
    expect(body.ConfigurationSetName).toBe('volley');
  } finally {
    client.destroy();
    await stub.stop();
  }
});

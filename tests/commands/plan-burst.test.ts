import { describe, expect, test } from 'vitest';
import type { CommandContext } from '#commands/context.ts';
import { planBurst } from '#commands/plan-burst.ts';
import { Fault, Refusal } from '#domain/faults.ts';
import { listAudit } from '#store/audit-log.ts';
import { loadBurst } from '#store/bursts.ts';
import { loadLinkTable } from '#store/link-tables.ts';
import { loadMedia } from '#store/media.ts';
import { loadPlan } from '#store/plans.ts';
import { aWorld, files, launch, noon, plan, png, type World } from './a-context.ts';
import { quietChannels } from './quiet-channels.ts';

async function refusal(attempt: Promise<unknown>): Promise<Refusal> {
  try {
    await attempt;
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

function but(line: string | RegExp, by: string): string {
  const changed = launch.replace(line, by);
  expect(changed).not.toBe(launch);
  return changed;
}

async function plannedAs(text: string, world: World = aWorld()) {
  const planned = await plan(world, text);
  return loadPlan(world.table, planned.burst, planned.contentHash);
}

test('a file becomes a draft with its plan, its image and its links', async () => {
  const world = aWorld();
  const planned = await plan(world);
  expect(planned).toMatchObject({
    burst: 'atlas-launch',
    state: 'draft',
    plannedBy: 'nora',
    isChanged: true,
  });
  expect(planned.moment?.text).toBe('2027-03-04 10:00 Europe/Paris (+01:00), 2027-03-04 09:00 UTC');
  const stored = await loadPlan(world.table, 'atlas-launch', planned.contentHash);
  expect(stored.registration).toMatchObject({
    metric: 'conversion',
    alphaLive: 0.01,
    alphaFinal: 0.04,
    windowMs: 7 * 86_400_000,
  });
  expect(stored.legs[0]).toMatchObject({
    kind: 'email',
    audience: 'prospects',
    slots: { first_name: 'there' },
    from: 'Nora at Example <nora@example.com>',
    deadlineMs: 7_200_000,
  });
  const image = stored.legs[1]?.kind === 'broadcast' ? stored.legs[1].image : undefined;
  expect(image).toMatchObject({ type: 'image/png', alt: 'The Atlas board at nine in the morning' });
  expect(Buffer.from(await loadMedia(world.table, image?.sha256 ?? ''))).toEqual(png);
  expect(
    (await listAudit(world.table, 'atlas-launch')).map((entry) => [entry.what, entry.by]),
  ).toEqual([['plan', 'nora']]);
});

test('destinations say where the click came from, and keep what they said before', async () => {
  const world = aWorld();
  await plan(
    world,
    but('https://example.com/demo?ref={click}', 'https://example.com/demo?utm_source=own#top'),
  );
  const links = (await loadLinkTable(world.table, 'atlas-launch')) ?? {};
  expect(links).toEqual({
    'prospects/trial':
      'https://example.com/trial?ref={click}&utm_source=email&utm_medium=email&utm_campaign=atlas-launch&utm_content=trial',
    'prospects/demo':
      'https://example.com/demo?utm_source=own&utm_medium=email&utm_campaign=atlas-launch&utm_content=demo#top',
    'mastodon/trial':
      'https://example.com/trial?ref={click}&utm_source=mastodon&utm_medium=social&utm_campaign=atlas-launch&utm_content=trial',
  });
  const bare = aWorld();
  await plan(bare, but('links:', 'utm: false\nlinks:'));
  expect((await loadLinkTable(bare.table, 'atlas-launch'))?.['prospects/trial']).toBe(
    'https://example.com/trial?ref={click}',
  );
});

test('every default is stated', async () => {
  const { defaults } = await plan(aWorld());
  expect(defaults).toEqual(
    expect.arrayContaining([
      'burst.approval: none',
      'utm: true',
      'burst.in-doubt: at-most-once',
      'burst.legs.mastodon.late: 1m',
      'burst.legs.prospects.if-not-ready: hold',
    ]),
  );
});

test('planning the same again changes nothing, other content goes back to draft', async () => {
  const world = aWorld();
  const first = await plan(world);
  const again = await plan(world);
  expect(again).toMatchObject({
    isChanged: false,
    revision: first.revision,
    contentHash: first.contentHash,
  });
  const other = await plan(world, but('Atlas 2 is here', 'Atlas 2 has landed'), 'ben');
  expect(other).toMatchObject({ isChanged: true, state: 'draft', plannedBy: 'ben' });
  expect(other.contentHash).not.toBe(first.contentHash);
});

describe('a sender whom the email account has not verified', () => {
  const verified = (account: 'silent' | 'example.com') => {
    const checkSender: CommandContext['channels']['checkSender'] = async (from) => {
      if (account === 'silent') {
        throw new Fault('sender_unreadable', 'SES did not say', { retryable: true });
      }
      if (from.endsWith(`@${account}>`)) return undefined;
      const message = `${from} is no sender of this account`;
      return { code: 'sender_unverified', field: 'from', message, severity: 'error' };
    };
    return aWorld({ channels: { ...quietChannels, checkSender } });
  };

  test('is refused with its line, and nothing is written', async () => {
    const world = verified('example.com');
    await plan(world);
    const before = world.table.meter.writeUnits;
    const text = but('<nora@example.com>', '<nora@example.net>');
    const planned = planBurst(world.as('nora', 'operator'), {
      file: { name: 'atlas.yaml', text },
      files,
    });
    const refused = await refusal(planned);
    expect(refused).toMatchObject({
      code: 'campaign_file_invalid',
      details: { field: 'burst.legs.prospects.from', line: 16 },
      message: expect.stringContaining('is no sender of this account'),
    });
    expect(world.table.meter.writeUnits).toBe(before);
  });

  test('is refused in a follow-up too', async () => {
    const thanks =
      'thank: { who: converted, body: launch.md, after: 1h, from: cy@example.net, subject: Hi, calls: demo }';
    const text = `${launch}  then:\n    ${thanks}\n`;
    const refused = await refusal(plan(verified('example.com'), text));
    expect(refused.details.field).toBe('burst.then.thank.from');
  });

  test('is planned with a note while the account does not say', async () => {
    const planned = await plan(verified('silent'));
    expect(planned).toMatchObject({ state: 'draft', isChanged: true });
    expect(planned.notes.join()).toMatch(/SES did not say.*nothing leaves until it does/);
  });
});

test('a dry run tells all of it and writes nothing', async () => {
  const world = aWorld();
  await plan(world, launch.replace('atlas-launch', 'other'));
  const context = world.as('nora', 'operator');
  const planned = await planBurst(context, {
    file: { name: 'a.yaml', text: launch },
    files,
    dryRun: true,
  });
  expect(planned.burst).toBe('atlas-launch');
  expect(await loadBurst(world.table, 'atlas-launch')).toBeUndefined();
  expect(await loadLinkTable(world.table, 'atlas-launch')).toBeUndefined();
});

describe('what cannot be sent is refused with file, line and field, and nothing is written', () => {
  const cases: { name: string; text: string; field: string; says: RegExp; code?: string }[] = [
    {
      name: 'a past moment',
      text: but('2027-03-04 10:00', '2026-03-04 10:00'),
      field: 'burst.at',
      says: /atlas\.yaml:10: burst\.at: "2026-03-04 10:00 Europe\/Paris" is in the past/,
    },
    {
      name: 'an impossible moment',
      text: but('2027-03-04 10:00', '2027-03-28 02:30'),
      field: 'burst.at',
      says: /does not exist/,
    },
    {
      name: 'an ambiguous moment',
      text: but('2027-03-04 10:00', '2027-10-31 02:30'),
      field: 'burst.at',
      says: /happens twice/,
    },
    {
      name: 'an unknown zone',
      text: but('Europe/Paris', 'Europe/Atlantis'),
      field: 'burst.at',
      says: /is not a zone we know/,
    },
    {
      name: 'a moment and a stand-by',
      text: but(
        '  legs:',
        '  standby: { from: 2027-03-04 20:00 Europe/Paris, until: "23:30" }\n  legs:',
      ),
      field: 'burst.at',
      says: /not both/,
    },
    {
      name: 'a stand-by that ends before it begins',
      text: but(
        /at: .*/,
        'standby: { from: 2027-03-04 20:00 Europe/Paris, until: 2027-03-04 19:00 Europe/Paris }',
      ),
      field: 'burst.standby.until',
      says: /must end after it begins/,
    },
    {
      name: 'a script for a destination',
      text: but('https://example.com/demo?ref={click}', 'javascript:alert(1)'),
      field: 'calls.demo.to',
      says: /atlas\.yaml:8: calls\.demo\.to: a destination starts with https/,
    },
    {
      name: 'a destination that leads back to us',
      text: but('https://example.com/demo', 'https://go.example.com/c/abc'),
      field: 'calls.demo.to',
      says: /another tracked link/,
    },
    {
      name: 'an unknown placeholder in a destination',
      text: but('demo?ref={click}', 'demo?ref={email}'),
      field: 'calls.demo.to',
      says: /\{click\} only/,
    },
    {
      name: 'an unknown call of a post',
      text: but('calls: trial\n', 'calls: tral\n'),
      field: 'burst.legs.mastodon.calls',
      says: /atlas\.yaml:22: .*there is no call "tral"; there is trial, demo/,
    },
    {
      name: 'an unknown call of an email',
      text: but('calls: split', 'calls: { trial: 1, seat: 1 }'),
      field: 'burst.legs.prospects.calls',
      says: /no call "seat"/,
    },
    {
      name: 'weights of nothing',
      text: but('calls: split', 'calls: { trial: 0 }'),
      field: 'burst.legs.prospects.calls',
      says: /above zero/,
    },
    {
      name: 'a post that is split',
      text: but('calls: trial\n', 'calls: split\n'),
      field: 'burst.legs.mastodon.calls',
      says: /a post cannot be split/,
    },
    {
      name: 'an unknown list',
      text: but('prospects.csv', 'nobody.csv'),
      field: 'burst.legs.prospects.to',
      says: /atlas\.yaml:14: .*nobody in the list "nobody"/,
    },
    {
      name: 'a list that is no name',
      text: but('{ list: prospects.csv }', '"A B.csv"'),
      field: 'burst.legs.prospects.to',
      says: /is no name of a list/,
    },
    {
      name: 'people left out by other lists',
      text: but('list: prospects.csv', 'list: prospects.csv, except: [customers]'),
      field: 'burst.legs.prospects.to.except',
      says: /nobody in the list "customers"/,
    },
    {
      name: 'a sender nobody reads',
      text: but('nora@example.com', 'no-reply@example.com'),
      field: 'burst.legs.prospects.from',
      says: /not welcome/,
    },
    {
      name: 'a sender that is none',
      text: but('nora@example.com', 'nora@'),
      field: 'burst.legs.prospects.from',
      says: /domain is malformed/,
    },
    {
      name: 'a body that did not come along',
      text: but('launch.md', 'other.md'),
      field: 'burst.legs.prospects.body',
      says: /"other\.md" is missing/,
    },
    {
      name: 'an image that is none',
      text: but('file: atlas.png', 'file: launch.md'),
      field: 'burst.legs.mastodon.image.file',
      says: /no image we know \(PNG/,
    },
    {
      name: 'a post without its call',
      text: but('out. {call}', 'out.'),
      field: 'burst.legs.mastodon.text',
      says: /nowhere in the text \(exactly once\)/,
    },
    {
      name: 'a post with its call twice',
      text: but('out. {call}', 'out. {call} {call}'),
      field: 'burst.legs.mastodon.text',
      says: /2 times/,
    },
    {
      name: 'a post that speaks to one person',
      text: but('out. {call}', '{first_name|friend}, {call}'),
      field: 'burst.legs.mastodon.text',
      says: /everybody reads the same/,
    },
    {
      name: 'a subject with the call in it',
      text: but('subject: Atlas 2 is here', 'subject: "Atlas {call}"'),
      field: 'burst.legs.prospects.subject',
      says: /atlas\.yaml:17: .*subject/,
    },
    {
      name: 'a column without a fallback',
      text: but('subject: Atlas 2 is here', 'subject: "Atlas, {last_name}"'),
      field: 'burst.legs.prospects.subject',
      says: /has no fallback/,
    },
    {
      name: 'another link domain',
      text: but('go.example.com', 'go.example.org'),
      field: 'links',
      says: /not the link domain/,
    },
    {
      name: 'a malformed notify',
      text: but('[ops@example.com]', '[ops]'),
      field: 'notify.0',
      says: /atlas\.yaml:5: notify\.0/,
    },
    {
      name: 'outcomes without a stand-by',
      text: `${launch}  outcomes: { won: { legs: { x: { channel: mastodon, calls: trial, text: "{call}" } } } }\n`,
      field: 'burst.outcomes',
      says: /outcomes need a stand-by/,
    },
    {
      name: 'a reserved outcome',
      text: `${launch}  outcomes: { none: { legs: { x: { channel: mastodon, calls: trial, text: "{call}" } } } }\n`,
      field: 'burst.outcomes',
      says: /"none" is a reserved word/,
    },
    {
      name: 'a call that is called split',
      text: but('  demo:', '  split:'),
      field: 'calls.split',
      says: /reserved word/,
    },
    {
      name: 'two legs to one list',
      text: but(
        '    mastodon:',
        `    again:\n      channel: email\n      to: prospects\n      calls: trial\n      from: nora@example.com\n      subject: x\n      body: launch.md\n    mastodon:`,
      ),
      field: 'burst',
      says: /prospects writes to all of the list: nobody is left for again \(segments that differ/,
    },
    {
      name: 'a goal that counts for ever',
      text: but('within: 7d', 'within: 400d'),
      field: 'goal.within',
      says: /1m to 90d/,
    },
    {
      name: 'a leg days away',
      text: but('late: 2h', 'offset: 30h'),
      field: 'burst.legs.prospects.offset',
      says: /at most 24h/,
    },
    {
      name: 'a burst without legs',
      text: but(/ {2}legs:[\s\S]*/, '  legs: {}\n'),
      field: 'burst',
      says: /has no leg/,
    },
  ];

  test.each(cases)('$name', async ({ text, field, says }) => {
    const world = aWorld();
    const { code, message, details } = await refusal(plan(world, text));
    expect(code).toBe('campaign_file_invalid');
    expect(message).toMatch(says);
    expect(message.split('\n').some((line) => line.includes(` ${field}: `))).toBe(true);
    expect(details.file).toBeDefined();
    expect(await loadBurst(world.table, 'atlas-launch')).toBeUndefined();
    expect(await loadLinkTable(world.table, 'atlas-launch')).toBeUndefined();
  });

  test.each([
    ['{call} nowhere', 'Hello.\n', /launch\.md: .*\{call\} stands nowhere/],
    ['{call} twice', 'A {call}\n\nB {call}\n', /2 times/],
    ['no UTF-8', undefined, /not UTF-8/],
  ])('a body with %s', async (_name, text, says) => {
    const world = aWorld();
    await plan(world, launch.replace('atlas-launch', 'other'));
    const body =
      text === undefined
        ? { base64: Buffer.from([0xff, 0xfe, 0xfd]).toString('base64') }
        : { text };
    const attempt = planBurst(world.as('nora', 'operator'), {
      file: { name: 'a.yaml', text: launch },
      files: { ...files, 'launch.md': body },
    });
    expect((await refusal(attempt)).message).toMatch(says);
  });
});

describe('a night of outcomes', () => {
  const night = but(/at: .*/, 'standby: { from: 2027-04-11 20:00 Europe/Paris, until: "23:30" }')
    .replace(
      '  legs:\n',
      `  outcomes:
    won: { legs: { all: { channel: email, to: prospects, calls: split, from: nora@example.com, subject: Won, body: launch.md } } }
    lost: { legs: { all: { channel: email, to: prospects, calls: split, from: nora@example.com, subject: Lost, body: launch.md } } }
  legs:\n`,
    )
    .replace(/ {4}prospects:[\s\S]*? {4}mastodon:/, '    mastodon:');

  test('legs carry the name of their outcome, and the evening ends on the day it began', async () => {
    const world = aWorld();
    const planned = await plan(world, night);
    expect(planned.outcomes).toEqual(['won', 'lost']);
    expect(planned.legs.map((leg) => [leg.name, leg.outcome])).toEqual([
      ['mastodon', undefined],
      ['won-all', 'won'],
      ['lost-all', 'lost'],
    ]);
    expect(planned.standbyUntil?.text).toContain('2027-04-11 23:30 Europe/Paris');
    expect(planned.audiences.map((one) => one.contacts)).toEqual([3, 3]);
  });

  test('a leg for all outcomes may not share its list with one of them', async () => {
    const both = night.replace(
      '    mastodon:',
      `    everybody: { channel: email, to: prospects, calls: trial, from: nora@example.com, subject: x, body: launch.md }\n    mastodon:`,
    );
    expect((await refusal(plan(aWorld(), both))).message).toMatch(
      'everybody writes to all of the list',
    );
  });
});

test('approval policies become the header', async () => {
  const policyOf = async (policy: string) =>
    (await plan(aWorld(), but('  legs:', `  approval: ${policy}\n  legs:`))).approvalPolicy;
  expect(await policyOf('second person')).toBe('second');
  expect(await policyOf('second person above 2')).toBe('second');
  expect(await policyOf('second person above 3')).toBe('none');
  expect(await policyOf('none')).toBe('none');
});

test('the content hash follows the content and nothing else', async () => {
  const world = aWorld();
  const one = await plan(world);
  world.now = noon + 60_000;
  expect((await plan(world)).contentHash).toBe(one.contentHash);
  const hashes = new Set([one.contentHash]);
  for (const text of [
    but('Start your free', 'Begin your free'),
    but('late: 2h', 'late: 3h'),
    but('demo?ref', 'demos?ref'),
    but('if-not-ready: drop', 'if-not-ready: go'),
    but('target: 400', 'target: 401'),
  ]) {
    hashes.add((await plan(aWorld(), text)).contentHash);
  }
  expect(hashes.size).toBe(6);
  expect((await plannedAs(launch)).policy).toBe('at-most-once');
});

test('only an operator may plan', async () => {
  const world = aWorld();
  const attempt = planBurst(world.as('eve', 'viewer'), {
    file: { name: 'a.yaml', text: launch },
    files,
  });
  expect((await refusal(attempt)).code).toBe('forbidden');
});

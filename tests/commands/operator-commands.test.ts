// Checks, previews, corrections, people and signals, given in memory.

import { beforeEach, describe, expect, test } from 'vitest';
import type { Retracted } from '#channels/contract.ts';
import { cancelBurst } from '#commands/cancel-burst.ts';
import { checkBurst } from '#commands/check-burst.ts';
import { copyReached } from '#commands/copy-reached.ts';
import { correctLink } from '#commands/correct-link.ts';
import { erasePerson } from '#commands/erase-person.ts';
import { findPerson } from '#commands/find-person.ts';
import { importAudience } from '#commands/import-audience.ts';
import { planBurst } from '#commands/plan-burst.ts';
import { previewBurst, previewFile } from '#commands/preview-burst.ts';
import { rehearseBurst } from '#commands/rehearse-burst.ts';
import { retractPosts } from '#commands/retract-posts.ts';
import { scheduleBurst } from '#commands/schedule-burst.ts';
import { showBurst } from '#commands/show-burst.ts';
import { showCalendar } from '#commands/show-calendar.ts';
import { showDeployment } from '#commands/show-deployment.ts';
import { showResults } from '#commands/show-results.ts';
import { createSignal, revokeSignal, sendSignal, showSignals } from '#commands/signals.ts';
import { standbyBurst } from '#commands/standby-burst.ts';
import { suppressAddress } from '#commands/suppress-address.ts';
import type { Table } from '#domain/ports.ts';
import { reachedOrdinals } from '#domain/reached-ordinals.ts';
import { countContacts, listContacts } from '#store/audiences.ts';
import { listAudit } from '#store/audit-log.ts';
import { loadBurst, saveBurst } from '#store/bursts.ts';
import { saveConnection } from '#store/connections.ts';
import { saveLane } from '#store/lanes.ts';
import { saveLeg } from '#store/legs.ts';
import { loadLinkTable } from '#store/link-tables.ts';
import { saveManifestChunk, saveManifestHead } from '#store/manifests.ts';
import { latePuts } from '../store/late-puts.ts';
import { aWorld, files, launch, noon, plan, type World } from './a-context.ts';
import { quietChannels } from './quiet-channels.ts';

let world: World;
const burst = 'atlas-launch';
const nora = () => world.as('nora', 'operator');
const planning = (text = launch) => ({ file: { name: 'atlas.yaml', text }, files });

beforeEach(() => {
  world = aWorld();
});

const people = (count: number) =>
  `email\n${Array.from({ length: count }, (_, index) => `p${index}@example.org`).join('\n')}\n`;

describe('a check', () => {
  test('counts whom the freeze would hold back, and why, and writes nothing', async () => {
    await importAudience(nora(), { audience: 'prospects' }, people(100));
    await suppressAddress(nora(), { address: 'p7@example.org' });
    const before = world.table.snapshot().length;
    const { forecast } = await checkBurst(nora(), planning());
    expect(forecast).toMatchObject({ recipients: 99, heldBack: { suppressed: 1 }, problems: [] });
    expect(world.table.snapshot()).toHaveLength(before);
    expect(await loadBurst(world.table, burst)).toBeUndefined();
  });

  test('predicts half and last at the account’s rate, and what it costs', async () => {
    await importAudience(nora(), { audience: 'prospects' }, people(280));
    const { forecast } = await checkBurst(nora(), planning());
    // 280 at 99 % of 14 a second.
    expect(forecast.drain?.lastMs).toBeCloseTo(20_202, -1);
    expect(forecast.drain?.halfMs).toBeCloseTo(10_101, -1);
    expect(forecast.cost?.usd).toBeGreaterThan(280 * 0.000_16);
  });

  test('a quota that cannot be read leaves the figures out and says so', async () => {
    world = aWorld({
      channels: {
        ...quietChannels,
        quota: async () => Promise.reject(new Error('no')),
      },
    });
    await importAudience(nora(), { audience: 'prospects' }, people(3));
    const { forecast } = await checkBurst(nora(), planning());
    expect([forecast.quota, forecast.drain]).toEqual([undefined, undefined]);
    expect(forecast.problems).toMatchObject([{ leg: 'email', severity: 'warning' }]);
  });

  test('more people than are left of the day’s quota is an error with its limit', async () => {
    const quota = { perSecond: 14, perDay: 100, sentLastDay: 40, sendingEnabled: true };
    world = aWorld({ channels: { ...quietChannels, quota: async () => quota } });
    await importAudience(nora(), { audience: 'prospects' }, people(61));
    const { forecast } = await checkBurst(nora(), planning());
    expect(forecast.problems).toMatchObject([{ code: 'daily_quota', limit: '60 a day' }]);
  });

  test('a server that cannot be asked is a problem of that channel alone', async () => {
    const checkLeg = async (_plan: unknown, leg: { kind: string }) => {
      if (leg.kind === 'broadcast') throw new Error('no answer');
      return [];
    };
    world = aWorld({ channels: { ...quietChannels, checkLeg } });
    await importAudience(nora(), { audience: 'prospects' }, people(3));
    const { forecast } = await checkBurst(nora(), planning());
    expect(forecast.problems).toMatchObject([{ leg: 'mastodon', message: 'no answer' }]);
    expect(forecast.recipients).toBe(3);
  });
});

describe('a dry run', () => {
  test('says what would become of a burst and writes nothing', async () => {
    await plan(world);
    const before = JSON.stringify(world.table.snapshot());
    expect(await scheduleBurst(nora(), { burst, dryRun: true })).toMatchObject({
      state: 'scheduled',
    });
    expect(await cancelBurst(nora(), { burst, dryRun: true })).toMatchObject({
      state: 'cancelled',
    });
    expect(JSON.stringify(world.table.snapshot())).toBe(before);
    expect(world.started).toEqual([]);
  });

  test('is refused as the order itself would be', async () => {
    await plan(world);
    const past = { burst, at: '2027-02-01 10:00 Europe/Paris', dryRun: true };
    await expect(scheduleBurst(nora(), past)).rejects.toMatchObject({ code: 'moment_past' });
  });
});

describe('a preview', () => {
  test('before the freeze shows every call, with the fields of the list, and no real link', async () => {
    await plan(world);
    const shown = await previewBurst(nora(), { burst, address: 'ana@example.org' });
    expect(shown.emails.map(({ call, isExact, isOnList }) => [call, isExact, isOnList])).toEqual([
      ['trial', false, true],
      ['demo', false, true],
    ]);
    expect(shown.posts).toMatchObject([
      { leg: 'mastodon', call: 'trial', text: expect.stringContaining('/c/preview') },
    ]);
  });

  test('of a file writes nothing, and knows who is on no list', async () => {
    await importAudience(nora(), { audience: 'prospects' }, people(3));
    const before = world.table.snapshot().length;
    const shown = await previewFile(nora(), {
      ...planning(),
      address: 'eve@example.org',
      call: 'demo',
    });
    expect(shown.emails).toMatchObject([{ call: 'demo', isOnList: false }]);
    expect(world.table.snapshot()).toHaveLength(before);
  });

  test('an unknown call is named', async () => {
    await plan(world);
    await expect(previewBurst(nora(), { burst, call: 'nothing' })).rejects.toMatchObject({
      code: 'call_unknown',
      message: expect.stringContaining('trial, demo'),
    });
  });
});

test('a rehearsal writes every email and says which cannot be written', async () => {
  const emailSizer = () => (to: { address: string }) =>
    to.address.startsWith('p1@') ? 'control_character in first_name' : 900;
  world = aWorld({ channels: { ...quietChannels, emailSizer } });
  await importAudience(nora(), { audience: 'prospects' }, people(50));
  await planBurst(nora(), planning());
  const { written, forecast } = await rehearseBurst(nora(), { burst });
  expect(written).toEqual({
    emails: 50,
    bytes: 49 * 900,
    bytesMax: 900,
    refused: { 'control_character in first_name': 1 },
    isWhole: true,
  });
  expect(forecast.windows).toBe(1);
});

describe('a correction', () => {
  const released = async () => {
    await plan(world);
    await scheduleBurst(nora(), { burst });
    const header = await loadBurst(world.table, burst);
    if (header) await saveBurst(world.table, header, { ...header, committedEpoch: 1 }, 'n1');
  };

  test('leads every link of one call elsewhere and leaves the others', async () => {
    await released();
    const to = 'https://example.com/trial-2';
    const done = await correctLink(nora(), { burst, call: 'trial', to });
    expect(done.links.map(({ link }) => link)).toEqual(['prospects/trial', 'mastodon/trial']);
    const links = await loadLinkTable(world.table, burst);
    expect(links?.['prospects/trial']).toMatch(
      /^https:\/\/example\.com\/trial-2\?utm_source=email/,
    );
    expect(links?.['prospects/demo']).toContain('/demo');
    const log = await listAudit(world.table, burst);
    expect(log.at(-1)).toMatchObject({ what: 'correct_link', by: 'nora' });
  });

  test.each([
    ['another call', { call: 'nothing', to: 'https://example.com/' }, 'call_unknown'],
    ['a script', { call: 'trial', to: 'javascript:alert(1)' }, 'destination_refused'],
    ['a loop', { call: 'trial', to: 'https://go.example.com/c/x' }, 'destination_refused'],
  ])('to %s is refused', async (_name, wanted, code) => {
    await released();
    await expect(correctLink(nora(), { burst, ...wanted })).rejects.toMatchObject({ code });
  });

  test('of two at once, and of one whose put arrives late, neither undoes the other', async () => {
    await released();
    const lead = (call: string, to: string, table: Table = world.table) =>
      correctLink({ ...nora(), table }, { burst, call, to: `https://example.com/${to}` });
    const late = latePuts(world.table, `B#${burst}`);
    await lead('trial', 'trial-2', late.table);
    await Promise.all([lead('trial', 'trial-3'), lead('demo', 'demo-2')]);
    await late.arrive();
    const links = await loadLinkTable(world.table, burst);
    expect(links?.['prospects/trial']).toContain('/trial-3');
    expect(links?.['prospects/demo']).toContain('/demo-2');
  });

  test('before the release the file is edited instead', async () => {
    await plan(world);
    const wanted = { burst, call: 'trial', to: 'https://example.com/' };
    await expect(correctLink(nora(), wanted)).rejects.toMatchObject({ code: 'wrong_state' });
  });

  test('takes back what was posted, and nothing where nothing was', async () => {
    await released();
    expect(await retractPosts(nora(), { burst })).toEqual({ burst, posts: [] });
    await expect(retractPosts(nora(), { burst, leg: 'mastdon' })).rejects.toMatchObject({
      code: 'leg_unknown',
      message: expect.stringContaining('has no "mastdon"; there is '),
    });
  });

  test('a post that is gone is shown as taken back, since the first time', async () => {
    await released();
    const postId = '1001';
    const item = { burst, leg: 'mastodon', revision: 0, nonce: 'n', published: { postId } };
    await saveLeg(world.table, undefined, item, 'n1');
    const shown = async () => (await showBurst(nora(), { burst })).posts[0];
    const asked = async (retracted: Retracted, dryRun = false) => {
      const channels = { ...quietChannels, retract: async () => retracted };
      const done = await retractPosts({ ...nora(), channels }, { burst, dryRun });
      expect(done.posts.map((post) => post.retracted)).toEqual([dryRun ? undefined : retracted]);
      return (await shown())?.retractedAt;
    };
    expect(await asked('done', true)).toBeUndefined();
    expect(await asked('unknown')).toBeUndefined();
    expect(await asked('unsupported')).toBeUndefined();
    const at = world.now;
    expect(await asked('done')).toBe(at);
    world.now += 60_000;
    expect(await asked('already_gone')).toBe(at);
    expect(await shown()).toMatchObject({ leg: 'mastodon', postId });
    const context = { ...nora(), buildReport: async () => ({ burst }) };
    expect(await showResults(context, { burst })).toMatchObject({
      takenBack: [{ leg: 'mastodon', at }],
    });
  });

  test('a list of those reached names nobody who was erased since', async () => {
    await released();
    const header = await loadBurst(world.table, burst);
    if (!header) throw new Error('no burst');
    await saveBurst(world.table, header, { ...header, state: 'measuring', lanes: 1 }, 'n2');
    const { contentHash } = header;
    const leg = 'prospects';
    const marks = { burst, revision: 0, nonce: 'n', freeze: 'f1' };
    const range = { leg, from: 0, to: 2 };
    const head = { ...marks, contentHash, recipients: 2, chunkRecipients: 2_000, frozenAt: 0 };
    const legs = [{ ...range, sendableTo: 2, allocation: [{ call: 'trial', weight: 1 }] }];
    const rest = { perSecond: 10, heldBack: {}, digest: 'd' };
    const lanes = [{ ...range, lane: 0 }];
    await saveManifestHead(world.table, undefined, { ...head, legs, lanes, ...rest }, 'n');
    await saveManifestChunk(world.table, burst, 'f1', 0, [
      { ordinal: 0, address: '#AAAAAAAAAAAAAAAAAAAAAA', fields: {} },
      { ordinal: 1, address: 'ben@example.org', fields: {} },
    ]);
    const lane = { ...marks, ...range, lane: 0, next: 2, epoch: 1, excepted: 0 };
    await saveLane(world.table, undefined, lane, 'n');
    const done = await copyReached(nora(), { burst, audience: 'sorry' });
    expect(done).toMatchObject({ people: 1, reached: 2 });
    const copied: string[] = [];
    for await (const page of listContacts(world.table, 'sorry')) {
      copied.push(...page.map(({ address }) => address));
    }
    expect(copied).toEqual(['ben@example.org']);
  });

  test('a list of those reached waits until nothing goes out any more', async () => {
    await plan(world);
    await expect(copyReached(nora(), { burst, audience: 'sorry' })).rejects.toMatchObject({
      code: 'wrong_state',
    });
  });
});

test('reached are the accepted, and those in doubt only where they are asked for', () => {
  const head = { recipients: 10, freeze: 'f' } as Parameters<typeof reachedOrdinals>[0];
  const lanes = [
    { freeze: 'f', from: 0, next: 8, window: { from: 6, to: 8 } },
    { freeze: 'older', from: 8, next: 10 },
  ] as unknown as Parameters<typeof reachedOrdinals>[1];
  const records = [
    {
      outcomes: [
        { ordinal: 1, state: 'refused' },
        { ordinal: 2, state: 'in_doubt' },
        { ordinal: 3, state: 'held_back' },
      ],
    },
  ] as unknown as Parameters<typeof reachedOrdinals>[2];
  const ordinals = (withDoubt: boolean) =>
    [...reachedOrdinals(head, lanes, records, withDoubt)].flatMap((mark, at) => (mark ? [at] : []));
  expect(ordinals(false)).toEqual([0, 4, 5]);
  expect(ordinals(true)).toEqual([0, 2, 4, 5, 6, 7]);
});

describe('a signal', () => {
  const secret = 'a'.repeat(40);
  const anyone = () => world.as('anyone');
  const ready = async (over: object = {}) => {
    await plan(world);
    await standbyBurst(nora(), { burst, from: 'now', until: '2027-03-01 23:00 UTC' });
    return createSignal(nora(), { burst, secret, name: 'desk', ...over });
  };

  test('fires one burst for whoever knows it, and the log names it', async () => {
    const made = await ready();
    expect(made.expiresAt).toBe(Date.parse('2027-03-01T23:00:00Z'));
    expect(await sendSignal(anyone(), { burst, signal: secret })).toMatchObject({ state: 'armed' });
    const deed = (await listAudit(world.table, burst)).at(-1);
    expect(deed).toMatchObject({ what: 'fire', by: `signal-${made.signal}` });
  });

  test('its secret is kept nowhere', async () => {
    await ready();
    expect(JSON.stringify(world.table.snapshot())).not.toContain(secret);
    expect((await showSignals(nora(), { burst })).signals).toMatchObject([
      { name: 'desk', works: true },
    ]);
  });

  test.each([
    ['another secret', async () => ({ burst, signal: 'b'.repeat(40) })],
    ['another burst', async () => ({ burst: 'other', signal: secret })],
    [
      'a revoked one',
      async () => {
        const [{ signal = '' } = {}] = (await showSignals(nora(), { burst })).signals;
        await revokeSignal(nora(), { burst, signal });
        return { burst, signal: secret };
      },
    ],
    [
      'one that is over',
      async () => {
        world.now = noon + 12 * 3_600_000;
        return { burst, signal: secret };
      },
    ],
  ])('%s fires nothing, and the answer is always the same', async (_name, input) => {
    await ready();
    const refusal = { code: 'signal_unknown', message: 'this signal fires nothing' };
    await expect(sendSignal(anyone(), await input())).rejects.toMatchObject(refusal);
    expect((await loadBurst(world.table, burst))?.state).toBe('standby');
  });

  test('a viewer makes none, and one for an unknown outcome is refused', async () => {
    await plan(world);
    const wanted = { burst, secret };
    const eve = world.as('eve', 'viewer');
    await expect(createSignal(eve, wanted)).rejects.toMatchObject({ code: 'forbidden' });
    await expect(createSignal(nora(), { ...wanted, outcome: 'won' })).rejects.toMatchObject({
      code: 'outcome_unknown',
    });
  });
});

describe('a person', () => {
  test('is erased from every list, and never written to again', async () => {
    await plan(world);
    await importAudience(
      nora(),
      { audience: 'others' },
      'email\nana@example.org\nzoe@example.org\n',
    );
    const root = world.as('root', 'admin');
    const dry = await erasePerson(root, { address: 'Ana@Example.org', dryRun: true });
    expect(dry.audiences).toEqual(['others', 'prospects']);
    expect(await countContacts(world.table, 'others')).toBe(2);
    await erasePerson(root, { address: 'Ana@Example.org' });
    expect(await countContacts(world.table, 'others')).toBe(1);
    expect(await countContacts(world.table, 'prospects')).toBe(2);
    const found = await findPerson(nora(), { address: 'ana@example.org' });
    expect(found).toMatchObject({ suppressed: { reason: 'erased' }, bursts: [] });
    const left = JSON.stringify(world.table.snapshot());
    expect(left.toLowerCase()).not.toContain('ana@example.org');
  });

  test('only an admin erases', async () => {
    await expect(erasePerson(nora(), { address: 'ana@example.org' })).rejects.toMatchObject({
      code: 'forbidden',
    });
  });
});

test('a calendar holds what has its moment in that month', async () => {
  await plan(world);
  await scheduleBurst(nora(), { burst });
  const march = await showCalendar(nora(), { month: '2027-03' });
  expect(march.bursts.map((one) => one.burst)).toEqual([burst]);
  expect((await showCalendar(nora(), { month: '2027-04' })).bursts).toEqual([]);
});

test('the deployment says whose accounts its connections open, and which do not', async () => {
  const accountOf = async (_channel: string, id: string) => {
    if (id === 'old') throw new Error('the token opens no account');
    return '@riverside';
  };
  world = aWorld({ channels: { ...quietChannels, accountOf } });
  for (const id of ['mastodon', 'old']) {
    const baseUrl = 'https://social.example.org';
    await saveConnection(world.table, { id, channel: 'mastodon', baseUrl, secretName: `c/${id}` });
  }
  const { connections } = await showDeployment(nora());
  expect(connections).toMatchObject([
    { connection: 'mastodon', account: '@riverside' },
    { connection: 'old', problem: { message: 'the token opens no account' } },
  ]);
  expect(JSON.stringify(connections)).not.toContain('c/old');
});

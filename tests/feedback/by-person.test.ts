// Conversions by person: from what another system knows to what the messages brought.

import { expect, test } from 'vitest';
import { importConversions } from '#commands/import-conversions.ts';
import { contactIdOf } from '#domain/contact-id.ts';
import { callOf, drawOf } from '#domain/draw.ts';
import type { HeldRange, ManifestHead, Member } from '#domain/manifest.ts';
import { personDigest } from '#domain/person-key.ts';
import { register } from '#domain/registration.ts';
import { sign } from '#domain/token.ts';
import { buildExport, buildReport } from '#feedback/build-report.ts';
import { personConversion } from '#feedback/conversion-event.ts';
import { findPeople } from '#feedback/find-people.ts';
import { recount } from '#feedback/recount.ts';
import { reportOf } from '#feedback/report-of.ts';
import { listConverted } from '#store/converted.ts';
import { saveManifestChunk, saveManifestHead } from '#store/manifests.ts';
import { aWorld } from '../commands/a-context.ts';
import {
  BURST,
  batchOf,
  click,
  createFeedbackWorld,
  HOUR,
  T,
  type WorldOptions,
} from './feedback-world.ts';

const key = { id: 'k1', secret: 's'.repeat(32) };
const allocation = [
  { call: 'seat', weight: 1 },
  { call: 'demo', weight: 1 },
];
const addressOf = (ordinal: number) => `reader-${ordinal}@example.org`;
const callAt = (ordinal: number) => callOf(allocation, drawOf(BURST, ordinal));

interface Frozen {
  readonly recipients?: number;
  readonly chunk?: number;
  readonly sendableTo?: number;
  readonly held?: readonly HeldRange[];
  readonly legs?: ManifestHead['legs'];
  readonly address?: (ordinal: number) => string;
  readonly world?: WorldOptions;
}

/** 2,000 people on the list: 1,800 are sent it, 50 were suppressed, 150 held back by chance. */
async function aFrozenList(options: Frozen = {}) {
  const { recipients = 2_000, sendableTo = 1_800, chunk = 2_000, address = addressOf } = options;
  const held = options.held ?? [
    { reason: 'suppressed', from: 1_800, to: 1_850 },
    { reason: 'holdout', from: 1_850, to: 2_000 },
  ];
  const one = await createFeedbackWorld({
    recipients,
    ...options.world,
    plan: {
      holdout: 0.075,
      registration: register({ metric: 'conversion', windowMs: 48 * HOUR }),
      ...options.world?.plan,
    },
  });
  const { table } = one.world;
  const legs = options.legs ?? [
    { leg: 'email', from: 0, sendableTo, to: recipients, allocation, held: [...held] },
  ];
  const head: ManifestHead = {
    burst: BURST,
    revision: 0,
    nonce: '',
    freeze: 'f1',
    contentHash: 'h',
    recipients,
    chunkRecipients: chunk,
    frozenAt: T,
    legs,
    lanes: [],
    perSecond: 100,
    heldBack: {},
    digest: 'd',
  };
  await saveManifestHead(table, undefined, head, 'n');
  const members: Member[] = Array.from({ length: recipients }, (_, ordinal) => ({
    ordinal,
    address: address(ordinal),
    fields: {},
  }));
  for (let place = 0; place * chunk < recipients; place += 1) {
    const some = members.slice(place * chunk, (place + 1) * chunk);
    await saveManifestChunk(table, BURST, 'f1', place, some);
  }
  const bodies: string[] = [];
  const operator = aWorld({
    table,
    suppressionKey: one.ports.suppressionKey,
    clock: { now: () => one.world.now },
    deadLetters: {
      receive: async () => [],
      giveBack: async () => undefined,
      replay: async (body) => void bodies.push(body),
      remove: async () => undefined,
    },
  });
  operator.secrets.set('links/keys', `${key.id}:${key.secret}\n`);
  /** Brings rows in as `volley conversions import` does, and has them recorded. */
  const bring = async (rows: readonly object[]) => {
    const numbered = rows.map((row, index) => ({ row: index + 1, ...row }));
    const said = await importConversions(operator.as('nora', 'operator'), { rows: numbered });
    const failed = await one.record(
      bodies.splice(0).map((body, index) => ({ messageId: `b-${index}`, body })),
    );
    expect(failed).toEqual([]);
    return said;
  };
  const report = () => buildReport(table, one.world.burst, one.world.now);
  return { ...one, table, bring, report };
}

const at = new Date(T + HOUR / 2).toISOString();
const byPerson = (from: number, to: number, more: object = {}) =>
  Array.from({ length: to - from }, (_, place) => ({
    person: addressOf(from + place),
    burst: BURST,
    id: `order-${from + place}`,
    at,
    ...more,
  }));
const clickOf = (ordinal: number) =>
  sign(
    { purpose: 'click', burst: BURST, leg: 'email', call: callAt(ordinal), ordinal },
    'go.example.com',
    key,
  );

test('what the messages brought is told against those whom chance held back', async () => {
  const { bring, report, world } = await aFrozenList();
  const before = await report();
  expect(before.holdout).toMatchObject({ treated: 1_800, heldOut: 150, treatedConverting: null });
  expect(before.holdout?.headline).toContain('conversions by person are missing');
  expect(before.holdout?.why).toContain('volley conversions import FILE --burst polls-close');

  const said = await bring([...byPerson(0, 180), ...byPerson(1_850, 1_856)]);
  expect(said).toMatchObject({ taken: 186, byPerson: 186, rejects: [] });
  const after = await report();
  expect(after.comparison).toMatchObject({
    input: { holdout: { treated: { n: 1_800, s: 180 }, holdout: { n: 150, s: 6 } } },
    holdout: { lift: expect.closeTo(0.06, 9), incremental: expect.closeTo(108, 6) },
  });
  expect(after.holdout).toMatchObject({ treatedConverting: 180, heldOutConverting: 6 });
  expect(after.holdout?.headline).toMatch(
    /^The messages brought about 108 people \(\d+ to \d+\) to the goal so far/,
  );
  world.now = T + 49 * HOUR;
  expect((await report()).holdout?.headline).toContain('to the goal who would not');
});

test('whoever reads of no difference is not told of one', async () => {
  const { bring, report } = await aFrozenList();
  await bring([...byPerson(0, 90), ...byPerson(1_850, 1_858)]);
  expect((await report()).holdout?.headline).toMatch(
    /^What the messages brought cannot be told from chance so far: −\d.* to \+\d/,
  );
});

test('conversions by click id say nothing of what the messages brought', async () => {
  const { bring, report } = await aFrozenList();
  await bring([{ click: clickOf(3), id: 'order-3', at }]);
  const { holdout, legs } = await report();
  expect(holdout?.treatedConverting).toBeNull();
  expect(legs[0]?.calls.reduce((sum, call) => sum + call.converting, 0)).toBe(1);
});

test('an order by click id and by person is one, in whichever order they come', async () => {
  const orders = [
    [{ click: clickOf(3), id: 'order-3', value: 500, at }, ...byPerson(3, 4, { value: 500 })],
    [...byPerson(3, 4, { value: 500 }), { click: clickOf(3), id: 'order-3', value: 500, at }],
    [{ click: clickOf(3), ...byPerson(3, 4, { value: 500 })[0] }],
  ];
  for (const rows of orders) {
    const { bring, report } = await aFrozenList();
    await bring(rows);
    // Brought in again, it stays one.
    for (const row of rows) await bring([row]);
    const { holdout, legs } = await report();
    const calls = legs[0]?.calls ?? [];
    expect(calls.reduce((sum, call) => sum + call.conversions, 0)).toBe(1);
    expect(calls.reduce((sum, call) => sum + call.value, 0)).toBe(500);
    expect(holdout).toMatchObject({ treatedConverting: 1, heldOutConverting: 0 });
  }
});

test('an order that came by the link of somebody else is credited there, and not a second time', async () => {
  const { bring, report, record } = await aFrozenList();
  await record(batchOf([click({ ordinal: 9, call: callAt(9), at: T + 60_000 })]));
  await bring([{ click: clickOf(3), ...byPerson(9, 10)[0] }]);
  const { holdout, legs } = await report();
  expect(legs[0]?.calls.reduce((sum, call) => sum + call.conversions, 0)).toBe(1);
  expect(holdout?.treatedConverting).toBe(1);
});

test('by person alone it is credited to their last click, and to no call without one', async () => {
  const { bring, report, record } = await aFrozenList();
  await record(batchOf([click({ ordinal: 5, call: callAt(5), at: T + 60_000 })]));
  await bring(byPerson(5, 7));
  const { holdout, legs } = await report();
  const counts = Object.fromEntries(
    (legs[0]?.calls ?? []).map((one) => [one.call, one.converting]),
  );
  expect(counts[callAt(5)]).toBe(1);
  expect(Object.values(counts).reduce((sum, one) => sum + one, 0)).toBe(1);
  expect(holdout?.treatedConverting).toBe(2);
});

test('strangers, whoever was suppressed, and goals from before or after the window count for neither side', async () => {
  const { bring, report, world } = await aFrozenList();
  await bring([
    { person: 'nobody@example.net', burst: BURST, id: 'x', at },
    ...byPerson(1_800, 1_810),
    ...byPerson(0, 5, { at: new Date(T - HOUR).toISOString() }),
    ...byPerson(1_850, 1_855, { at: new Date(T - HOUR).toISOString() }),
  ]);
  world.now = T + 60 * HOUR;
  await bring(byPerson(5, 9, { at: new Date(T + 49 * HOUR).toISOString() }));
  expect((await report()).holdout?.treatedConverting).toBeNull();
  expect(world.logged).toContainEqual(
    expect.objectContaining({ event: 'feedback_ignored', stranger: 11 }),
  );
});

test('a person is known by address, by its digest, by contact id', async () => {
  const { bring, report } = await aFrozenList();
  const persons = [addressOf(1).toUpperCase(), contactIdOf(addressOf(2))];
  await bring(persons.map((person, id) => ({ person, burst: BURST, id: `o-${id}`, at })));
  expect((await report()).holdout?.treatedConverting).toBe(2);
});

test('of a burst with outcomes only the people of the one that was taken were treated', async () => {
  const timing = { offsetMs: 0, deadlineMs: 60_000, ifNotReady: 'hold' as const };
  const leg = (name: string, outcome: string) =>
    ({ name, channel: 'email', outcome, state: 'sent', ...timing }) as const;
  const range = (name: string, from: number) => ({
    ...{ leg: name, from, sendableTo: from + 90, to: from + 100, allocation },
    held: [{ reason: 'holdout', from: from + 90, to: from + 100 }],
  });
  const { bring, report } = await aFrozenList({
    recipients: 200,
    legs: [range('won', 0), range('lost', 100)],
    address: (ordinal) => addressOf(ordinal % 100),
    world: { burst: { outcome: 'lost', legs: [leg('won', 'won'), leg('lost', 'lost')] } },
  });
  await bring(byPerson(0, 100));
  expect((await report()).holdout).toMatchObject({
    ...{ treated: 90, heldOut: 10, treatedConverting: 90, heldOutConverting: 10 },
  });
});

test('a list of several parts is looked through once, and the rest of it at another time', async () => {
  const people = 4_100;
  const { bring, report, table, world, ports } = await aFrozenList({
    ...{ recipients: people, sendableTo: 4_000, chunk: 10 },
    held: [{ reason: 'holdout', from: 4_000, to: people }],
  });
  // Looking through takes its time: the second part is left to the next try.
  let now = T;
  const slowly = { ...ports, now: () => (now += 20_000) };
  const asked = personConversion(
    {
      burst: BURST,
      person: personDigest(contactIdOf(addressOf(4_000)), 'a-suppression-key'),
      byPerson: 'credit',
    },
    {},
    'order',
    T,
  );
  const look = () => findPeople(slowly, { burst: BURST, isTaken: () => true }, [asked]);
  expect(await look()).toMatchObject([{ kind: 'later' }]);
  expect(await look()).toMatchObject([{ kind: 'found' }]);
  await bring([...byPerson(0, 1), ...byPerson(3_999, 4_001)]);
  expect((await report()).holdout).toMatchObject({ treatedConverting: 2, heldOutConverting: 1 });
  const stored = () => table.snapshot().filter(({ pk }) => pk === `B#${BURST}#P`).length;
  const before = stored();
  world.now += 1_000;
  await bring(byPerson(77, 78));
  expect(stored()).toBe(before);
});

test('counted anew from raw events, and recomputed from an export, it is the same', async () => {
  const { bring, table, world, report } = await aFrozenList();
  await bring([
    ...byPerson(0, 20),
    { click: clickOf(30), ...byPerson(30, 31)[0] },
    ...byPerson(1_850, 1_852),
  ]);
  const tally = await recount(table, world.burst, world.now);
  const { basis, report: said } = await buildExport(table, world.burst, world.now);
  expect(Object.entries(tally).sort()).toEqual(Object.entries(basis.tally));
  expect(JSON.stringify(reportOf(basis))).toBe(JSON.stringify(said));
  expect((await report()).holdout).toMatchObject({ treatedConverting: 21, heldOutConverting: 2 });
});

test('what is stored and logged names nobody', async () => {
  const { bring, table, world, ports } = await aFrozenList();
  await bring([...byPerson(0, 3), ...byPerson(1_850, 1_852)]);
  const items = table.snapshot().filter(({ pk }) => !pk.endsWith('#M'));
  const text = JSON.stringify([items, world.logged], (_name, value) =>
    value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : value,
  );
  expect(text).not.toContain('@example.org');
  expect(text).not.toContain('order-');
  expect(text).not.toContain(contactIdOf(addressOf(0)));
  const converted = await listConverted(table, BURST, await ports.suppressionKey());
  expect(converted.size).toBe(5);
});

test('rows that cannot be of anybody are named', async () => {
  const { bring } = await aFrozenList();
  const { rejects, taken } = await bring([
    { person: addressOf(1), id: 'a' },
    { person: 'nobody in particular', burst: BURST, id: 'b' },
    { person: addressOf(1), burst: 'Another One', id: 'c' },
    { person: addressOf(1), burst: 'another-one', id: 'd' },
    { click: 'of-another-campaign', person: addressOf(1), burst: BURST, id: 'e', at },
    { click: '', person: addressOf(2), burst: BURST, id: 'f', at },
    { click: '', id: 'g' },
  ]);
  expect(taken).toBe(2);
  expect(rejects.map(({ row, code }) => [row, code])).toEqual([
    [1, 'burst_invalid'],
    [2, 'person_invalid'],
    [3, 'burst_invalid'],
    [4, 'burst_unknown'],
    [7, 'click_invalid'],
  ]);
});

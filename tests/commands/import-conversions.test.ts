import { expect, test } from 'vitest';
import { importConversions } from '#commands/import-conversions.ts';
import { sign } from '#domain/token.ts';
import { parseMessage } from '#feedback/parse-message.ts';
import { amountOf, conversionColumns, instantTextOf } from '../../cli/conversion-row.ts';
import { aWorld, noon } from './a-context.ts';

const key = { id: 'k1', secret: 's'.repeat(32) };
const click = sign(
  { purpose: 'click', burst: 'launch', leg: 'mail', call: 'trial', ordinal: 7 },
  'go.example.com',
  key,
);

function aPlace() {
  const sent: string[] = [];
  const world = aWorld({
    deadLetters: {
      receive: async () => [],
      giveBack: async () => undefined,
      replay: async (body) => void sent.push(body),
      remove: async () => undefined,
    },
  });
  world.secrets.set('links/keys', `${key.id}:${key.secret}\n`);
  const run = (rows: object[], over: object = {}) =>
    importConversions(world.as('nora', 'operator'), { rows: rows as never, ...over });
  return { sent, run };
}

test('a row with a click id of ours goes the way of every conversion, the same id as the same event', async () => {
  const { sent, run } = aPlace();
  const row = { row: 1, click, id: 'order-1', value: 2_500, at: '2027-02-28T10:00:00Z' };
  const said = await run([row]);
  const bursts = { launch: { count: 1, value: 2_500 } };
  expect(said).toEqual({ taken: 1, byPerson: 0, bursts, rejects: [] });
  await run([{ ...row, row: 9 }]);
  expect(sent[1]).toBe(sent[0]);
  expect(parseMessage(sent[0] ?? '').kind).toBe('event');
  expect(JSON.parse(sent[0] ?? '')).toMatchObject({
    ...{ kind: 'conversion', burst: 'launch', leg: 'mail', call: 'trial', ordinal: 7 },
    ...{ value: 2_500, at: Date.parse('2027-02-28T10:00:00Z') },
  });
});

test('without an id the click, the time and the value name it', async () => {
  const { sent, run } = aPlace();
  const row = { row: 1, click, value: 2_500, at: '2027-02-28T10:00:00Z' };
  await run([row, { ...row, row: 2 }, { ...row, row: 3, value: 2_600 }]);
  const ids = sent.map((body) => JSON.parse(body).id);
  expect(ids[0]).toBe(ids[1]);
  expect(ids[2]).not.toBe(ids[0]);
});

test('rows that cannot be taken are named, the others are taken; a dry run sends nothing', async () => {
  const { sent, run } = aPlace();
  const forged = `${click.slice(0, -1)}${click.endsWith('A') ? 'B' : 'A'}`;
  const rows = [
    { row: 1, click },
    { row: 2, click: forged },
    { row: 3, click: '' },
    { row: 4, click, value: -1 },
    { row: 5, click, at: '2031-01-01T00:00:00Z' },
    { row: 6, click, id: 'two words' },
  ];
  const dry = await run(rows, { dryRun: true });
  expect(sent).toEqual([]);
  expect(dry.taken).toBe(1);
  expect(dry.rejects.map(({ row, code }) => [row, code])).toEqual([
    [2, 'click_unknown'],
    [3, 'click_invalid'],
    [4, 'value_invalid'],
    [5, 'at_invalid'],
    [6, 'id_invalid'],
  ]);
  expect((await run(rows)).rejects).toEqual(dry.rejects);
  expect(sent).toHaveLength(1);
});

test('only an operator brings them in', async () => {
  const world = aWorld();
  await expect(
    importConversions(world.as('eve', 'viewer'), { rows: [{ row: 1, click }] }),
  ).rejects.toMatchObject({ code: 'forbidden' });
});

test.each([
  ['25', 2_500],
  ['25.5', 2_550],
  ['€ 25,00', 2_500],
  ['1,234.50', 123_450],
  ['1.234,50 EUR', 123_450],
  ['1,234', 123_400],
  ['12,34,56', undefined],
  ['-5', undefined],
  ['five', undefined],
])('the amount %s', (written, minor) => {
  expect(amountOf(written, false)).toBe(minor);
});

test('amounts in cents are whole numbers', () => {
  expect([amountOf('2500', true), amountOf('25.00', true)]).toEqual([2_500, undefined]);
});

test.each([
  ['2027-02-28T10:00:00+01:00', '2027-02-28T09:00:00.000Z'],
  ['2027-02-28 10:00', '2027-02-28T10:00:00.000Z'],
  ['2027-02-28 10:00:00 UTC', '2027-02-28T10:00:00.000Z'],
  ['2027-02-27', '2027-02-27T23:59:59.000Z'],
  ['2027-03-01', '2027-03-01T12:00:00.000Z'],
  ['03/04/2027', undefined],
])('the time %s', (written, instant) => {
  expect(instantTextOf(written, noon)).toBe(instant);
});

test('columns are told by headings, by hand, or by what they hold', () => {
  const sample = [['x', click, '5']];
  expect(conversionColumns(['Order ID', 'Ref', 'Amount'], [], {})).toEqual({
    ...{ id: 0, click: 1, value: 2 },
  });
  expect(conversionColumns(['a', 'b', 'c'], sample, { value: 'c' })).toEqual({
    click: 1,
    value: 2,
  });
  expect(() => conversionColumns(['a'], [['x']], {})).toThrow(/--map click/);
  expect(() => conversionColumns(['a'], [], { click: 'z' })).toThrow(/no such column/);
});

import { describe, expect, test } from 'vitest';
import { importAudience, REJECTS_MAX } from '#commands/import-audience.ts';
import { suppressAddress } from '#commands/suppress-address.ts';
import { Refusal } from '#domain/faults.ts';
import { type Contact, countContacts, listContacts } from '#store/audiences.ts';
import { aWorld, type World } from './a-context.ts';

const audience = 'prospects';

function importing(world: World, csv: string, over: object = {}) {
  return importAudience(world.as('nora', 'operator'), { audience, ...over }, csv);
}

async function stored(world: World): Promise<Contact[]> {
  const contacts: Contact[] = [];
  for await (const page of listContacts(world.table, audience)) contacts.push(...page);
  return contacts.sort((a, b) => (a.address < b.address ? -1 : 1));
}

async function refusal(attempt: Promise<unknown>): Promise<Refusal> {
  return attempt.then(
    () => {
      throw new Error('nothing was refused');
    },
    (error: unknown) => {
      if (error instanceof Refusal) return error;
      throw error;
    },
  );
}

test('rows become contacts, with columns told by their header', async () => {
  const world = aWorld();
  const csv =
    'E-Mail,First Name,Time zone,Größe!\nAna@Example.org,Ana,Europe/Paris,L\nben@example.org,,,\n';
  const imported = await importing(world, csv);
  expect(imported).toMatchObject({ rows: 2, imported: 2, rejected: 0, duplicates: 0 });
  expect(imported.columns).toEqual({
    'E-Mail': 'email',
    'First Name': 'first_name',
    'Time zone': 'zone',
  });
  expect(imported.ignoredColumns).toEqual(['Größe!']);
  expect(
    (await stored(world)).map(({ address, fields, zone }) => ({ address, fields, zone })),
  ).toEqual([
    { address: 'ana@example.org', fields: { first_name: 'Ana' }, zone: 'Europe/Paris' },
    { address: 'ben@example.org', fields: {}, zone: undefined },
  ]);
});

test('columns may be named by hand', async () => {
  const world = aWorld();
  const imported = await importing(world, 'Adresse,Vorname\nana@example.org,Ana\n', {
    columns: { Adresse: 'email', Vorname: 'first_name' },
  });
  expect(imported.columns).toEqual({ Adresse: 'email', Vorname: 'first_name' });
});

test.each([
  ['a mark at the beginning', '\ufeffemail,first_name\nana@example.org,Ana\n'],
  ['semicolons', 'email;first_name\nana@example.org;Ana\n'],
  ['tabs', 'email\tfirst_name\nana@example.org\tAna\n'],
  ['carriage returns', 'email,first_name\r\nana@example.org,Ana\r\n'],
  ['no line end', 'email,first_name\nana@example.org,Ana'],
  ['blank lines', 'email,first_name\n\nana@example.org,Ana\n\n'],
  ['quotation marks', '"email","first_name"\n"ana@example.org","Ana"\n'],
])('%s make no difference', async (_name, csv) => {
  const world = aWorld();
  expect(await importing(world, csv)).toMatchObject({ rows: 1, imported: 1 });
  expect((await stored(world))[0]).toMatchObject({
    address: 'ana@example.org',
    fields: { first_name: 'Ana' },
  });
});

test('every row that could not be taken is listed with row, line and reason', async () => {
  const world = aWorld();
  const csv = [
    'email,first_name,zone',
    'ana@example.org,Ana,',
    'ana@example.org',
    'ben@example.org,Ben,,extra',
    'nobody,X,',
    'a@x,X,',
    'cara@example.org,"Ca\u0007ra",',
    'dora@example.org,"Do\nra",',
    `eva@example.org,${'x'.repeat(1_001)},`,
    'fay@example.org,Fay,Europe/Atlantis',
    'ANA@example.org ,Ana again,',
    ',,',
    'gil@example.org,Gil,UTC',
  ].join('\n');
  const imported = await importing(world, csv);
  expect(imported).toMatchObject({ rows: 12, imported: 2, rejected: 9, duplicates: 1 });
  expect(imported.rejects.map(({ row, line, code, column }) => [row, line, code, column])).toEqual([
    [2, 3, 'wrong_columns', undefined],
    [3, 4, 'wrong_columns', undefined],
    [4, 5, 'not_an_address', 'email'],
    [5, 6, 'domain_not_public', 'email'],
    [6, 7, 'control_character', 'first_name'],
    [7, 9, 'control_character', 'first_name'],
    [8, 10, 'value_too_long', 'first_name'],
    [9, 11, 'zone_unknown', 'zone'],
    [10, 12, 'duplicate', 'email'],
    [11, 13, 'empty', 'email'],
  ]);
  expect((await stored(world)).map((one) => one.address)).toEqual([
    'ana@example.org',
    'gil@example.org',
  ]);
});

describe('a file that is malformed as a whole changes nothing', () => {
  test.each([
    [
      'no column of addresses',
      'name,phone\nAna,1\n',
      'columns_invalid',
      /no column holds addresses/,
    ],
    [
      'two of them',
      'email,Email,EMAIL\na@x.test,b@x.test,c@x.test\n',
      'columns_invalid',
      /both mean email/,
    ],
    [
      'two columns of the same name',
      'email,name,Name\na@x.test,A,B\n',
      'columns_invalid',
      /both mean name/,
    ],
    ['nothing', '', 'csv_malformed', /empty/],
    [
      '100 columns too many',
      `email,${Array.from({ length: 100 }, (_, index) => `c${index}`).join(',')}\n`,
      'columns_invalid',
      /101 columns/,
    ],
    [
      'an open quotation mark',
      'email,name\nana@example.org,Ana\nben@example.org,"Ben\n',
      'csv_malformed',
      /line \d+: a quotation mark is left open/,
    ],
    [
      'a stray quotation mark',
      'email,name\nana@example.org,Ana\nben@example.org,B"en\n',
      'csv_malformed',
      /line 3: quotation marks stand where none may/,
    ],
    [
      'a row without end',
      `email,name\nana@example.org,"${'x'.repeat(100_000)}\n`,
      'csv_malformed',
      /longer than 65536 characters/,
    ],
    ['100,000 columns', `email,${'x,'.repeat(100_000)}\n`, 'csv_malformed', /longer than/],
  ])('%s', async (_name, csv, code, says) => {
    const world = aWorld();
    const refused = await refusal(importing(world, csv));
    expect(refused.code).toBe(code);
    expect(refused.message).toMatch(says);
    expect(refused.details.line).toBeGreaterThan(0);
    expect(await countContacts(world.table, audience)).toBe(0);
  });

  test('a mapping of a column that is not there', async () => {
    const refused = await refusal(
      importing(aWorld(), 'email\na@x.test\n', { columns: { Mail: 'email' } }),
    );
    expect(refused.message).toMatch('no column "Mail"');
  });
});

test('the same file again changes nothing, and a dry run writes nothing', async () => {
  const world = aWorld();
  const csv = 'email,first_name\nana@example.org,Ana\nben@example.org,Ben\n';
  await importing(world, csv, { dryRun: true });
  expect(await countContacts(world.table, audience)).toBe(0);
  await importing(world, csv);
  const before = await stored(world);
  expect(await importing(world, csv)).toMatchObject({ rows: 2, imported: 2 });
  expect(await stored(world)).toEqual(before);
});

test('whoever is suppressed is imported, stays suppressed, and is reported', async () => {
  const world = aWorld();
  await suppressAddress(world.as('nora', 'operator'), { address: 'Bounced@example.org' });
  const imported = await importing(
    world,
    'email,status\nbounced@example.org,enabled\nana@example.org,enabled\n',
  );
  expect(imported).toMatchObject({ imported: 2, suppressed: 1 });
});

test('formulas are kept as they were given', async () => {
  const world = aWorld();
  const given = ["+cmd|' /C calc'!A0", '@SUM(1+1)', '=1+1";=1+1', '\uff1d1+1', '%0A=1+1'];
  const rows = given.map((value, index) => `a${index}@x.test,"${value.replaceAll('"', '""')}"`);
  expect(await importing(world, `email,name\n${rows.join('\n')}\n`)).toMatchObject({ imported: 5 });
  expect((await stored(world)).map((contact) => contact.fields.name)).toEqual(given);
});

test('more rejects than an answer may hold are counted', async () => {
  const csv = `email\n${'x\n'.repeat(REJECTS_MAX + 5)}`;
  const imported = await importing(aWorld(), csv);
  expect(imported.rejected).toBe(REJECTS_MAX + 5);
  expect(imported.rejects).toHaveLength(REJECTS_MAX);
});

test('only an operator may import, and only into an id', async () => {
  const world = aWorld();
  const csv = 'email\nana@example.org\n';
  expect((await refusal(importAudience(world.as('eve', 'viewer'), { audience }, csv))).code).toBe(
    'forbidden',
  );
  expect(
    (await refusal(importAudience(world.as('nora', 'operator'), { audience: '../x' }, csv))).code,
  ).toBe('input_invalid');
});

import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { beginImport } from '#commands/begin-import.ts';
import { eraseAddress } from '#commands/erase-address.ts';
import { finishImport } from '#commands/finish-import.ts';
import { importAudience } from '#commands/import-audience.ts';
import { CHUNK_BYTES_MAX, importChunk } from '#commands/import-chunk.ts';
import { listAudienceContacts } from '#commands/show-audience.ts';
import { showChunk, showImports } from '#commands/show-imports.ts';
import { CHUNK_ROWS_MAX } from '#commands/take-rows.ts';
import { undoImport } from '#commands/undo-import.ts';
import type { Item, Table } from '#domain/ports.ts';
import { type Contact, listContacts, saveContact } from '#store/audiences.ts';
import { dataOf } from '#store/blob.ts';
import { unpackJson } from '#store/compression.ts';
import { eraseFromImports } from '#store/imports.ts';
import { loadMailDomain } from '#store/mail-domains.ts';
import { latePuts } from '../store/late-puts.ts';
import { aWorld, noon, type World } from './a-context.ts';

const audience = 'members';
const HEADER = ['email', 'first_name', 'city'];

async function begin(world: World, over: object = {}): Promise<string> {
  const input = { audience, header: HEADER, ...over };
  return (await beginImport(world.as('nora', 'operator'), input)).import;
}

function give(world: World, id: string, chunk: number, text: string) {
  const digest = createHash('sha256').update(text).digest('hex');
  const input = { audience, import: id, chunk: String(chunk), digest };
  return importChunk(world.as('nora', 'operator'), input, text);
}

/** All chunks, and the end of it. */
async function run(world: World, chunks: readonly string[], over: object = {}) {
  const id = await begin(world, over);
  const rejects = [];
  for (const [number, text] of chunks.entries()) {
    rejects.push(...(await give(world, id, number, text)).rejects);
  }
  const context = world.as('nora', 'operator');
  const done = await finishImport(context, { audience, import: id, chunks: chunks.length });
  return { ...done, rejects };
}

async function undo(world: World, id: string) {
  for (;;) {
    const view = await undoImport(world.as('nora', 'operator'), { audience, import: id });
    if (view.state === 'undone') return view;
  }
}

async function stored(table: Table): Promise<Contact[]> {
  const contacts: Contact[] = [];
  for await (const page of listContacts(table, audience)) contacts.push(...page);
  return contacts.sort((a, b) => (a.address < b.address ? -1 : 1));
}

/** What is known of people, whichever import wrote it. */
async function people(world: World): Promise<object[]> {
  return (await stored(world.table)).map(({ mark: _mark, ...rest }) => rest);
}

const counts = (over: object) => ({
  ...{ rows: 0, new: 0, changed: 0, unchanged: 0, duplicates: 0, rejected: 0 },
  ...{ suppressed: 0, withoutConsent: 0, ...over },
});

test('chunks of a file make one import: rows, lines and duplicates go through all of it', async () => {
  const world = aWorld();
  const chunks = [
    'ana@example.org,Ana,Paris\nben@example.org,Ben,\n',
    'nobody,X,\nANA@example.org,Anna,\ncara@example.org,"Ca\nra",\n',
    '\ndora@example.org,Dora,Lille',
  ];
  const done = await run(world, chunks);
  expect(done.counts).toEqual(
    counts({ rows: 6, new: 3, duplicates: 1, rejected: 2, withoutConsent: 3 }),
  );
  expect(done.rejects).toEqual([
    expect.objectContaining({ row: 3, line: 4, code: 'not_an_address' }),
    expect.objectContaining({
      row: 4,
      line: 5,
      code: 'duplicate',
      message: 'the same address stands in row 1 below the headings',
    }),
    expect.objectContaining({ row: 5, line: 7, code: 'control_character' }),
  ]);
  expect(await people(world)).toEqual([
    expect.objectContaining({ fields: { first_name: 'Ana', city: 'Paris' } }),
    expect.objectContaining({ fields: { first_name: 'Ben' } }),
    expect.objectContaining({ address: 'dora@example.org' }),
  ]);
});

describe('importing again', () => {
  const chunks = ['ana@example.org,Ana,Paris\nben@example.org,Ben,\n', 'ana@example.org,Other,\n'];

  test('the same file writes no contact and finds the same duplicates', async () => {
    const world = aWorld();
    await run(world, chunks);
    const before = await stored(world.table);
    world.table.meter.reset();
    const again = await run(world, chunks);
    expect(again.counts).toEqual(
      counts({ rows: 3, unchanged: 2, duplicates: 1, withoutConsent: 2 }),
    );
    expect(await stored(world.table)).toEqual(before);
    expect(world.table.meter.byKind().contact?.writeUnits).toBe(0);
  });

  test('changes only what changed; columns that the file lacks stay', async () => {
    const world = aWorld();
    await run(world, chunks);
    const header = ['email', 'first_name'];
    const done = await run(world, ['ana@example.org,Ana\nben@example.org,\neva@example.org,E\n'], {
      header,
    });
    expect(done.counts).toMatchObject({ new: 1, changed: 1, unchanged: 1 });
    expect(await people(world)).toEqual([
      expect.objectContaining({ fields: { first_name: 'Ana', city: 'Paris' } }),
      expect.objectContaining({ fields: {} }),
      expect.objectContaining({ fields: { first_name: 'E' } }),
    ]);
  });
});

test('a dry run counts what the run then does, and leaves the contacts alone', async () => {
  const world = aWorld();
  await run(world, ['ana@example.org,Ana,\nben@example.org,Ben,\n']);
  const before = await stored(world.table);
  const chunks = [
    'ana@example.org,Ana,\nben@example.org,B,\neva@example.org,E,\n',
    'eva@example.org,E2,\nben@example.org,B,\nana@example.org,Ana,\nx,,\n',
  ];
  const dry = await run(world, chunks, { dryRun: true });
  expect(dry).toMatchObject({
    dryRun: true,
    counts: { new: 1, changed: 1, unchanged: 1, duplicates: 3 },
  });
  expect(await stored(world.table)).toEqual(before);
  const wet = await run(world, chunks);
  expect(wet.counts).toEqual(dry.counts);
  expect(wet.rejects.map(({ row, code }) => [row, code])).toEqual(
    dry.rejects.map(({ row, code }) => [row, code]),
  );
});

describe('a chunk', () => {
  test('given again is answered as it was, even when the import is over', async () => {
    const world = aWorld();
    const id = await begin(world);
    const first = await give(world, id, 0, 'ana@example.org,Ana,\nx,,\n');
    expect(await give(world, id, 0, 'ana@example.org,Ana,\nx,,\n')).toEqual(first);
    await finishImport(world.as('nora', 'operator'), { audience, import: id, chunks: 1 });
    expect(await give(world, id, 0, 'ana@example.org,Ana,\nx,,\n')).toEqual(first);
    const shown = await showChunk(world.as('nora', 'operator'), {
      audience,
      import: id,
      chunk: '0',
    });
    expect(shown).toEqual(first);
    expect(await stored(world.table)).toHaveLength(1);
  });

  test('taken by two at once is taken once', async () => {
    const world = aWorld();
    const id = await begin(world);
    const text = Array.from({ length: 50 }, (_, at) => `p${at}@example.org,P,\n`).join('');
    const [one, other] = await Promise.all([give(world, id, 0, text), give(world, id, 0, text)]);
    expect(one).toEqual(other);
    expect(one).toMatchObject({ next: 1, total: { new: 50, rows: 50 } });
    expect(await stored(world.table)).toHaveLength(50);
  });

  test.each([
    ['out of order', 1, 'a@x.test,,\n', 'chunk_early'],
    ['with too many rows', 0, 'x,,\n'.repeat(CHUNK_ROWS_MAX + 1), 'chunk_too_long'],
    ['with too many bytes', 0, 'x'.repeat(CHUNK_BYTES_MAX + 1), 'chunk_too_long'],
    [
      'with an open quotation mark',
      0,
      `${'a@x.test,,\n'.repeat(600)}b@x.test,"A,\n`,
      'csv_malformed',
    ],
  ])('%s is refused and changes nothing', async (_name, chunk, text, code) => {
    const world = aWorld();
    const id = await begin(world);
    await expect(give(world, id, chunk, text)).rejects.toMatchObject({ code });
    expect(await stored(world.table)).toEqual([]);
  });

  test('with other content than before, or than its digest says, is refused', async () => {
    const world = aWorld();
    const id = await begin(world);
    await give(world, id, 0, 'ana@example.org,Ana,\n');
    await expect(give(world, id, 0, 'ana@example.org,Eve,\n')).rejects.toMatchObject({
      code: 'chunk_changed',
    });
    const input = { audience, import: id, chunk: '1', digest: '0'.repeat(64) };
    await expect(
      importChunk(world.as('nora', 'operator'), input, 'x@x.test,,\n'),
    ).rejects.toMatchObject({ code: 'digest_wrong' });
  });

  test('missing at the end is named', async () => {
    const world = aWorld();
    const id = await begin(world);
    await give(world, id, 0, 'ana@example.org,Ana,\n');
    await expect(
      finishImport(world.as('nora', 'operator'), { audience, import: id, chunks: 2 }),
    ).rejects.toMatchObject({ code: 'import_incomplete' });
  });
});

/** A table under which the process dies at the n-th write, some time after it took effect. */
class Killed extends Error {}
function dying(table: Table, writes: number, isLost: boolean): Table {
  let left = writes;
  const die = async <T>(write: () => Promise<T>): Promise<T> => {
    left -= 1;
    if (left < 0) throw new Killed('the process is gone');
    if (left === 0 && isLost) {
      await write();
      throw new Killed('the process is gone');
    }
    return write();
  };
  return {
    get: (key, options) => table.get(key, options),
    query: (query) => table.query(query),
    put: (item, condition) => die(() => table.put(item, condition)),
    update: (key, change, condition) => die(() => table.update(key, change, condition)),
    delete: (key, condition) => die(() => table.delete(key, condition)),
  };
}

test('an import that dies at any writes and goes on reports and leaves the same', async () => {
  const file = (rows: [number, number][]) =>
    rows.map(([who, what]) => `p${who}@example.org,N${what},${what % 2 ? '' : 'Paris'}\n`);
  const row = fc.tuple(fc.integer({ min: 0, max: 12 }), fc.integer({ min: 0, max: 2 }));
  await fc.assert(
    fc.asyncProperty(
      fc.array(row, { maxLength: 8 }),
      fc.array(row, { minLength: 1, maxLength: 24 }),
      fc.integer({ min: 1, max: 8 }),
      fc.array(fc.tuple(fc.integer({ min: 0, max: 12 }), fc.boolean()), { maxLength: 8 }),
      async (earlier, rows, chunkRows, deaths) => {
        const lines = file(rows);
        const chunks = Array.from({ length: Math.ceil(lines.length / chunkRows) }, (_, at) =>
          lines.slice(at * chunkRows, (at + 1) * chunkRows).join(''),
        );
        const [calm, rough] = [aWorld(), aWorld()];
        for (const world of [calm, rough]) await run(world, [file(earlier).join('')]);
        const wanted = await run(calm, chunks);
        const id = await begin(rough);
        const rejects = [];
        const left = [...deaths];
        for (let chunk = 0; chunk < chunks.length; ) {
          const [writes, isLost] = left.pop() ?? [1e9, false];
          const table = dying(rough.table, writes, isLost);
          const text = chunks[chunk] ?? '';
          const digest = createHash('sha256').update(text).digest('hex');
          const context = { ...rough.as('nora', 'operator'), table };
          try {
            const input = { audience, import: id, chunk: String(chunk), digest };
            rejects.push(...(await importChunk(context, input, text)).rejects);
            chunk += 1;
          } catch (error) {
            if (!(error instanceof Killed)) throw error;
          }
        }
        const context = rough.as('nora', 'operator');
        const done = await finishImport(context, { audience, import: id, chunks: chunks.length });
        expect(done.counts).toEqual(wanted.counts);
        expect(rejects).toEqual(wanted.rejects);
        expect(await people(rough)).toEqual(await people(calm));
        const before = aWorld();
        await run(before, [file(earlier).join('')]);
        await undo(rough, id);
        expect(await people(rough)).toEqual(await people(before));
      },
    ),
    { numRuns: 150 },
  );
});

describe('an undo', () => {
  const first = 'ana@example.org,Ana,Paris\nben@example.org,Ben,\n';

  test('takes away who was new and brings back what was changed, one import after the other', async () => {
    const world = aWorld();
    const one = await run(world, [first]);
    const afterOne = await stored(world.table);
    const two = await run(world, ['ana@example.org,Anna,\n', 'eva@example.org,Eva,\n']);
    const undone = await undo(world, two.import);
    expect(undone.undo).toEqual({ removed: 1, restored: 1, left: 0 });
    expect(await stored(world.table)).toEqual(afterOne);
    await undo(world, one.import);
    expect(await stored(world.table)).toEqual([]);
    const { imports } = await showImports(world.as('eve', 'viewer'), { audience });
    expect(imports.map(({ state }) => state)).toEqual(['undone', 'undone']);
  });

  test('leaves alone who was changed since', async () => {
    const world = aWorld();
    await run(world, [first]);
    const two = await run(world, ['ana@example.org,Anna,\n']);
    await run(world, ['ana@example.org,Annie,\n']);
    expect((await undo(world, two.import)).undo).toEqual({ removed: 0, restored: 0, left: 1 });
    expect((await people(world))[0]).toMatchObject({ fields: { first_name: 'Annie' } });
  });

  test('brings nobody back who was erased', async () => {
    const world = aWorld();
    await run(world, [first]);
    const two = await run(world, ['ana@example.org,Anna,\n']);
    const ana = (await stored(world.table))[0];
    await eraseFromImports(world.table, audience, ana?.id ?? '');
    expect(JSON.stringify(journals(world))).not.toContain('Ana');
    expect((await undo(world, two.import)).undo).toMatchObject({ restored: 0 });
  });

  test.each(['A#', 'I#'])(
    'a put under %s without an answer that arrives late brings nobody back who was erased',
    async (prefix) => {
      const world = aWorld();
      await run(world, [first]);
      const late = latePuts(world.table, prefix);
      const context = { ...world.as('ada', 'admin', 'operator'), table: late.table };
      await importAudience(context, { audience }, 'email,first_name\nana@example.org,Anna\n');
      await eraseAddress({ ...context, table: world.table }, 'ana@example.org');
      await late.arrive();
      expect(await people(world)).toMatchObject([{ address: 'ben@example.org' }]);
      expect(JSON.stringify(journals(world))).not.toContain('ana@');
    },
  );

  test('whoever is erased while a chunk is taken does not come back with it', async () => {
    const world = aWorld();
    await run(world, [first]);
    const admin = world.as('ada', 'admin', 'operator');
    const table = onPut(world.table, async ({ pk, sk }) => {
      const isJournal = pk.startsWith('I#') && sk.startsWith('B#');
      if (isJournal) await eraseAddress(admin, 'ana@example.org');
    });
    const csv = 'email,first_name\nana@example.org,Anna\nben@example.org,Benno\n';
    await importAudience({ ...admin, table }, { audience }, csv);
    expect(await people(world)).toMatchObject([{ fields: { first_name: 'Benno' } }]);
    expect(JSON.stringify(journals(world))).not.toContain('ana@');
  });

  test('is refused after 30 days, and of a dry run', async () => {
    const world = aWorld();
    const dry = await run(world, [first], { dryRun: true });
    await expect(undo(world, dry.import)).rejects.toMatchObject({ code: 'import_closed' });
    const one = await run(world, [first]);
    world.now = noon + 31 * 86_400_000;
    await expect(undo(world, one.import)).rejects.toMatchObject({ code: 'undo_too_late' });
    expect(await stored(world.table)).toHaveLength(2);
  });

  test('closes the import', async () => {
    const world = aWorld();
    const id = await begin(world);
    await give(world, id, 0, first);
    await undo(world, id);
    expect(await stored(world.table)).toEqual([]);
    await expect(give(world, id, 1, first)).rejects.toMatchObject({ code: 'import_closed' });
  });
});

/** What undoing would write back. */
function journals(world: World): unknown[] {
  const items = world.table.snapshot();
  const kept = items.filter(({ pk, sk }) => pk.startsWith('I#') && sk.startsWith('B#'));
  return kept.map((item) => unpackJson(dataOf(item), item));
}

/** Something happens before every put. */
function onPut(inner: Table, before: (item: Item) => Promise<void>): Table {
  return {
    get: (key, options) => inner.get(key, options),
    query: (query) => inner.query(query),
    update: (key, change, condition) => inner.update(key, change, condition),
    delete: (key, condition) => inner.delete(key, condition),
    put: async (item, condition) => {
      await before(item);
      return inner.put(item, condition);
    },
  };
}

describe('consent', () => {
  const attested = { source: 'Atlas beta form', at: '2027-02-01', basis: 'consent' };
  const header = ['email', 'opt_in', 'optin_time', 'consent_source'];

  test('is taken row by row, or vouched for the file by whoever imports it', async () => {
    const world = aWorld();
    const rows = [
      'row@example.org,,2026-05-04 10:00:00,shop\n',
      'yes@example.org,yes,,\n',
      'no@example.org,no,,\n',
      'file@example.org,,,\n',
      'unclear@example.org,maybe,,\n',
      'future@example.org,,2031-01-01,\n',
    ];
    const done = await run(world, [rows.join('')], { header, consent: attested });
    expect(done.consent).toEqual({
      ...{ source: 'Atlas beta form', basis: 'consent', by: 'nora' },
      at: Date.parse('2027-02-01'),
    });
    expect(done.rejects.map(({ code }) => code)).toEqual([
      'consent_unclear',
      'consent_time_invalid',
    ]);
    const at = Date.parse('2027-02-01');
    const byAddress = Object.fromEntries(
      (await stored(world.table)).map(({ address, consent }) => [
        address.split('@')[0],
        consent?.email,
      ]),
    );
    expect(byAddress).toEqual({
      row: { at: Date.parse('2026-05-04T10:00:00Z'), source: 'shop', basis: 'consent' },
      yes: { at, source: 'Atlas beta form', basis: 'consent' },
      no: { at: noon, source: 'Atlas beta form', withdrawnAt: noon },
      file: { at, source: 'Atlas beta form', basis: 'consent', attestedBy: 'nora' },
    });
    expect((await run(world, [rows.join('')], { header, consent: attested })).counts).toMatchObject(
      {
        unchanged: 4,
      },
    );
  });

  test('that was withdrawn comes back only by a later one of the person', async () => {
    const world = aWorld();
    const consent = { email: { at: 5, source: 'form', withdrawnAt: Date.parse('2027-01-01') } };
    await run(world, ['ana@example.org,,\n']);
    const [ana] = await stored(world.table);
    if (ana) await saveContact(world.table, { ...ana, consent });
    for (const text of [
      'ana@example.org,yes,,\n',
      'ana@example.org,,2026-12-31,\n',
      'ana@example.org,,,\n',
    ]) {
      await run(world, [text], { header, consent: attested });
      expect((await stored(world.table))[0]?.consent).toEqual(consent);
    }
    await run(world, ['ana@example.org,,2027-01-02,desk\n'], { header });
    expect((await stored(world.table))[0]?.consent).toEqual({
      email: { at: Date.parse('2027-01-02'), source: 'desk' },
    });
  });

  test('cannot be vouched for in the future', async () => {
    const world = aWorld();
    const consent = { ...attested, at: '2031-01-01' };
    await expect(begin(world, { consent })).rejects.toMatchObject({ code: 'input_invalid' });
  });
});

describe('columns', () => {
  test('are told by their headings, in several languages', async () => {
    const world = aWorld();
    const header = ['Adresse e-mail', 'Prénom', 'Date Opt-In', 'Größe!', 'Vermögen'];
    const id = await begin(world, {
      header,
      columns: { Vermögen: '-', 'Date Opt-In': 'consent_at' },
    });
    const { imports } = await showImports(world.as('eve', 'viewer'), { audience });
    expect(imports[0]?.import).toBe(id);
    expect(imports[0]?.columns.map(({ means }) => means)).toEqual([
      'email',
      'first_name',
      'consent_at',
      '-',
      '-',
    ]);
  });

  test.each([
    ['nobody is called email', { header: ['name'] }],
    ['two are', { header: ['email', 'E-Mail'] }],
    ['one is chosen that is not there', { columns: { Mail: 'email' } }],
  ])('%s: refused', async (_name, over) => {
    await expect(begin(aWorld(), over)).rejects.toMatchObject({ code: 'columns_invalid' });
  });
});

test('the gateway of each domain is noted once, and trouble with it stops nothing', async () => {
  const asked: string[] = [];
  const world = aWorld({
    mailExchangers: async (domain) => {
      asked.push(domain);
      if (domain === 'broken.test') throw new Error('no answer');
      return domain === 'silent.test' ? undefined : [{ exchange: 'mx.Google.com.', priority: 5 }];
    },
  });
  await run(world, [
    'a@one.test,,\nb@one.test,,\n',
    'c@one.test,,\nd@broken.test,,\ne@silent.test,,\n',
  ]);
  expect(asked).toEqual(['one.test', 'broken.test', 'silent.test']);
  expect(await loadMailDomain(world.table, 'one.test')).toMatchObject({ gateway: 'google' });
  expect(await loadMailDomain(world.table, 'silent.test')).toBeUndefined();
});

test('whoever is suppressed is taken, counted, and stays suppressed', async () => {
  const world = aWorld();
  const { suppressAddress } = await import('#commands/suppress-address.ts');
  await suppressAddress(world.as('nora', 'operator'), { address: 'ana@example.org' });
  const done = await run(world, ['ana@example.org,Ana,\nben@example.org,Ben,\n']);
  expect(done.counts).toMatchObject({ new: 2, suppressed: 1 });
});

test('pages hold everybody once, whatever their size', async () => {
  const world = aWorld();
  const csv = `email\n${Array.from({ length: 70 }, (_, at) => `p${at}@example.org\n`).join('')}`;
  await importAudience(world.as('nora', 'operator'), { audience }, csv);
  for (const limit of [1, 3, 1_000]) {
    const seen: string[] = [];
    let after: string | undefined;
    do {
      const page = await listAudienceContacts(world.as('root', 'admin'), {
        ...{ audience, limit },
        ...(after === undefined ? {} : { after }),
      });
      seen.push(...page.contacts.map(({ address }) => address));
      after = page.next;
    } while (after !== undefined);
    expect(new Set(seen).size).toBe(70);
    expect(seen).toHaveLength(70);
  }
  await expect(
    listAudienceContacts(world.as('root', 'admin'), { audience, after: '99.x' }),
  ).rejects.toMatchObject({ code: 'cursor_unknown' });
});

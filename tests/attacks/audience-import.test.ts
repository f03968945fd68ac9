import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createGzip } from 'node:zlib';
import { afterAll, expect } from 'vitest';
import { beginImport } from '#commands/begin-import.ts';
import { finishImport } from '#commands/finish-import.ts';
import { importAudience } from '#commands/import-audience.ts';
import { importChunk } from '#commands/import-chunk.ts';
import { digestOf } from '#commands/secret-digest.ts';
import { listAudienceContacts } from '#commands/show-audience.ts';
import { suppressAddress } from '#commands/suppress-address.ts';
import type { Table } from '#domain/ports.ts';
import { readCsv } from '#domain/read-csv.ts';
import { contactLines } from '../../cli/audience-export.ts';
import { cutCsv, isHead, textOf } from '../../cli/cut-csv.ts';
import { openList } from '../../cli/open-list.ts';
import { surveyList } from '../../cli/survey-list.ts';
import { anApi } from '../api/an-api.ts';
import { aWorld, type World } from '../commands/a-context.ts';
import { MINUTE, World as RunnerWorld } from '../runner/world.ts';
import { type Handler, walkSurface } from './walk.ts';

const audience = 'people';
const folder = mkdtempSync(join(tmpdir(), 'volley-attacks-'));
afterAll(() => rmSync(folder, { recursive: true }));

function importing(world: World, csv: string) {
  return importAudience(world.as('nora', 'operator'), { audience }, csv);
}

async function people(world: World) {
  const context = world.as('root', 'admin');
  const all = [];
  let after: string | undefined;
  do {
    const page = await listAudienceContacts(context, { audience, ...(after ? { after } : {}) });
    all.push(...page.contacts);
    after = page.next;
  } while (after !== undefined);
  return all;
}

function csvOf(rows: readonly (readonly string[])[]): string {
  const cell = (value: string) => `"${value.replaceAll('"', '""')}"`;
  return rows.map((row) => `${row.map(cell).join(',')}\n`).join('');
}

/** Stored as given and neutral wherever it comes out again, or refused for its control character. */
const formula: Handler = async (attack, probe) => {
  const world = aWorld();
  const rows = attack.input.csv as string[][];
  const given = rows[1]?.[1] ?? '';
  const { value } = await probe.refused(() => importing(world, csvOf(rows)));
  if (/\p{Cc}/u.test(given)) {
    expect(value).toMatchObject({ imported: 0, rejected: 1 });
    expect(value?.rejects[0]?.code).toBe('control_character');
    expect(JSON.stringify(value?.rejects)).not.toContain('1+1');
    return;
  }
  const [person] = await people(world);
  expect(person?.fields.name).toBe(given);
  const [header = '', line = ''] = contactLines([...(await people(world))], ['name']);
  const cells = [...readCsv(`${header}\n${line}\n`, ',')].map((row) => row.cells);
  const exported = cells[1]?.[cells[0]?.indexOf('name') ?? -1] ?? '';
  expect(exported.startsWith(String(attack.check?.exported_starts_with))).toBe(true);
  const again = aWorld();
  await importing(again, `${header}\n${line}\n`);
  expect((await people(again))[0]).toEqual(person);
};

const ofFormula = (...ids: string[]): Record<string, Handler> =>
  Object.fromEntries(ids.map((id) => [id, formula]));

/** A file on the disk is looked through before anything is sent: refused there, nothing is. */
async function surveyed(name: string, bytes: Uint8Array): Promise<string> {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return surveyList(openList(path)).then(
    () => 'taken',
    (error: Error) => error.message,
  );
}

async function bomb(bytes: number): Promise<Buffer> {
  const gzip = createGzip({ level: 9 });
  const pieces: Buffer[] = [];
  gzip.on('data', (piece: Buffer) => pieces.push(piece));
  const block = Buffer.alloc(1024 * 1024, 'a,');
  for (let written = 0; written < bytes; written += block.length) {
    if (!gzip.write(block)) await new Promise((resolve) => gzip.once('drain', resolve));
  }
  gzip.end();
  await new Promise((resolve) => gzip.once('end', resolve));
  return Buffer.concat(pieces);
}

walkSurface('audience-import', {
  ...ofFormula('IM-02', 'IM-04', 'IM-05', 'IM-07', 'IM-08', 'IM-10', 'IM-11', 'IM-12', 'IM-13'),
  'IM-18': async (attack, probe) => {
    const world = aWorld();
    const { refusal } = await probe.refused(() => importing(world, attack.input.csv));
    expect(refusal?.code).toBe('columns_invalid');
    expect(await people(world)).toHaveLength(Number(attack.check?.writes));
    expect(world.table.meter.writeUnits).toBe(0);
  },
  'IM-19': async () => {
    // The ratio is what is refused: a hundredth of the size shows the same and takes a second.
    const small = await bomb(72 * 1024 * 1024);
    expect(small.length).toBeLessThan(200_000);
    expect(await surveyed('bomb.csv.gz', small)).toMatch(
      /more than 100 times its size|longer than/,
    );
    const rows = await surveyed('rows.csv.gz', await manyRows(72 * 1024 * 1024));
    expect(rows).toMatch(/more than 100 times its size/);
  },
  'IM-20': async (attack, probe) => {
    expect(attack.input).toHaveLength(3);
    const world = aWorld();
    for (const csv of [
      `email,${'x,'.repeat(100_000)}\n`,
      `email\n${'x'.repeat(10 * 1024 * 1024)}\n`,
    ]) {
      const { refusal } = await outcome(() => importing(world, csv));
      expect(refusal).toMatchObject({ code: 'csv_malformed' });
    }
    expect(await people(world)).toEqual([]);
    await expect(cutAll(Buffer.from(`email\n${'x'.repeat(10 * 1024 * 1024)}\n`))).rejects.toThrow(
      /line 2: a row is longer/,
    );
    const { value } = await probe.refused(() => importing(world, `email\n${'x\n'.repeat(2_000)}`));
    expect(value).toMatchObject({ rejected: 2_000, imported: 0 });
    expect(await twoMillionRows()).toMatchObject({ rejected: 2_000_000, isBounded: true });
  },
  'IM-21': async (attack, probe) => {
    const world = aWorld();
    const { value } = await probe.refused(() => importing(world, attack.input.csv));
    expect(value).toMatchObject({ imported: attack.check?.persons, duplicates: 2 });
    expect(await people(world)).toHaveLength(Number(attack.check?.persons));
  },
  'IM-22': async (attack, probe) => {
    const world = aWorld();
    const address = 'bounced@x.test';
    await suppressAddress(world.as('nora', 'operator'), { address });
    const before = await world.table.query({ pk: 'U#0' });
    const { value } = await probe.refused(() => importing(world, attack.input.csv));
    expect(value).toMatchObject({ imported: 1, suppressed: 1 });
    expect(await world.table.query({ pk: 'U#0' })).toEqual(before);
  },
  'IM-23': async (attack) => {
    const api = anApi();
    const token = await api.token('nora', 'operator');
    const headers = { 'idempotency-key': 'the-same' };
    const post = (csv: string) =>
      api.call('POST', `/v1/audiences/${audience}/import`, { token, csv, headers });
    const first = await post('email\nana@x.test\n');
    expect(first.status).toBe(200);
    expect((await post('email\nana@x.test\n')).body).toEqual(first.body);
    // 422 by the rule for keys (draft-ietf-httpapi-idempotency-key-header), where the list says 409.
    const third = await post('email\nanb@x.test\n');
    expect([third.status, third.body.error.code]).toEqual([422, 'key_reused']);
    const { body } = await api.call('GET', `/v1/audiences/${audience}/imports`, { token });
    expect(body.imports).toHaveLength(Number(attack.check?.imports));
  },
  'IM-24': async (attack) => {
    const names = attack.input['zip entries'] as string[];
    for (const [index, name] of names.entries()) {
      expect(await surveyed(`archive-${index}.csv`, zipOf(name))).toMatch(/is an archive/);
    }
  },
  'IM-25': async (attack) => {
    const rows = 3_000;
    expect(attack.check?.persons).toBe(1_000_000);
    const file = Array.from({ length: rows }, (_, at) => `p${at}@x.test,N${at}\n`);
    const chunks = [file.slice(0, 1_000), file.slice(1_000, 2_000), file.slice(2_000)];
    const calm = await inChunks(aWorld(), chunks, () => undefined);
    let deaths = 0;
    const world = aWorld();
    const rough = await inChunks(world, chunks, () => {
      deaths += 1;
      // Three tenths of the way through, and at the very first write of a chunk.
      return deaths === 1 ? 900 : deaths === 2 ? 0 : undefined;
    });
    expect(deaths).toBeGreaterThan(2);
    expect(rough).toEqual(calm);
    const addresses = (await people(world)).map(({ address }) => address);
    expect(addresses).toHaveLength(rows);
    expect(new Set(addresses).size).toBe(rows);
  },
  'IM-26': async () => {
    const START = Date.parse('2027-03-04T12:00:00Z');
    const world = new RunnerWorld(START);
    await world.addReaders('members', 500);
    await world.plan({ burst: 'one', at: START + 10 * MINUTE });
    let last = '';
    world.onCall = async () => {
      world.onCall = async () => undefined;
      await world.addContacts('members', [{ address: 'late@example.org' }]);
      const called = new Set(world.called('one').map(({ address }) => address));
      for (let n = 0; n < 500; n += 1) {
        if (!called.has(`reader-${n}@example.org`)) last = `reader-${n}@example.org`;
      }
      await world.suppress(last, 'erased');
      return undefined;
    };
    await world.run(START + 15 * MINUTE);
    const called = world.called('one').map(({ address }) => address);
    expect(new Set(called).size).toBe(499);
    expect(called).toHaveLength(499);
    expect(called).not.toContain('late@example.org');
    expect(called).not.toContain(last);
  },
});

async function outcome<T>(attempt: () => Promise<T>): Promise<{ refusal?: Error; value?: T }> {
  return attempt().then(
    (value) => ({ value }),
    (refusal: Error) => ({ refusal }),
  );
}

async function cutAll(bytes: Buffer): Promise<number> {
  async function* whole() {
    yield bytes;
  }
  let rows = 0;
  for await (const one of cutCsv(whole())) if (!isHead(one)) rows += one.rows;
  return rows;
}

async function manyRows(bytes: number): Promise<Buffer> {
  const gzip = createGzip({ level: 9 });
  const pieces: Buffer[] = [];
  gzip.on('data', (piece: Buffer) => pieces.push(piece));
  const block = Buffer.from('email,name\n'.repeat(95_000));
  for (let written = 0; written < bytes; written += block.length) {
    if (!gzip.write(block)) await new Promise((resolve) => gzip.once('drain', resolve));
  }
  gzip.end();
  await new Promise((resolve) => gzip.once('end', resolve));
  return Buffer.concat(pieces);
}

/** Cut, sent and judged chunk by chunk, as the command line and the function do. */
async function twoMillionRows(): Promise<{ rejected: number; isBounded: boolean }> {
  async function* file() {
    yield Buffer.from('email\n');
    const block = Buffer.from('x\n'.repeat(20_000));
    for (let at = 0; at < 100; at += 1) yield block;
  }
  const world = aWorld();
  const context = world.as('nora', 'operator');
  const { import: id } = await beginImport(context, { audience, header: ['email'] });
  const before = process.memoryUsage().heapUsed;
  let highest = 0;
  let rejected = 0;
  for await (const chunk of cutCsv(file())) {
    if (isHead(chunk)) continue;
    const text = textOf(chunk);
    const taken = await importChunk(
      context,
      { audience, import: id, chunk: String(chunk.number), digest: hexOf(text) },
      text,
    );
    rejected += taken.counts.rejected;
    expect(taken.rejects.length).toBeLessThanOrEqual(1_000);
    highest = Math.max(highest, process.memoryUsage().heapUsed);
  }
  return { rejected, isBounded: highest - before < 128 * 1024 * 1024 };
}

function hexOf(text: string): string {
  return Buffer.from(digestOf(text), 'base64url').toString('hex');
}

/** The whole import; a process that dies at a write is followed by one that gives the chunk again. */
async function inChunks(
  world: World,
  chunks: readonly (readonly string[])[],
  writesLeft: () => number | undefined,
) {
  const context = world.as('nora', 'operator');
  const { import: id } = await beginImport(context, { audience, header: ['email', 'name'] });
  for (let number = 0; number < chunks.length; ) {
    const text = (chunks[number] ?? []).join('');
    const table = mortal(world.table, writesLeft() ?? Number.POSITIVE_INFINITY);
    const input = { audience, import: id, chunk: String(number), digest: hexOf(text) };
    const { refusal } = await outcome(() => importChunk({ ...context, table }, input, text));
    if (!refusal) number += 1;
    else expect(refusal.message).toBe('the process is gone');
  }
  const done = await finishImport(context, { audience, import: id, chunks: chunks.length });
  return done.counts;
}

function mortal(table: Table, writes: number): Table {
  let left = writes;
  return {
    get: (key, options) => table.get(key, options),
    query: (query) => table.query(query),
    put: async (item, condition) => {
      left -= 1;
      if (left < 0) throw new Error('the process is gone');
      return table.put(item, condition);
    },
    update: (key, change, condition) => table.update(key, change, condition),
    delete: (key, condition) => table.delete(key, condition),
  };
}

/** A stored entry of this name, as every archive begins. */
function zipOf(name: string): Buffer {
  const bytes = Buffer.from(name);
  const head = Buffer.alloc(30);
  head.writeUInt32LE(0x04034b50, 0);
  head.writeUInt16LE(bytes.length, 26);
  return Buffer.concat([head, bytes]);
}

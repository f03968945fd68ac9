import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { readCsv } from '#domain/read-csv.ts';
import { CHUNK_ROWS, cutCsv, type Head, isHead, textOf } from '../../cli/cut-csv.ts';
import { openList } from '../../cli/open-list.ts';
import { surveyList } from '../../cli/survey-list.ts';

const folder = await mkdtemp(join(tmpdir(), 'volley-cut-'));
afterAll(() => rm(folder, { recursive: true }));

async function* inPieces(bytes: Buffer, cuts: readonly number[]): AsyncGenerator<Buffer> {
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length];
  const sorted = places.sort((a, b) => a - b);
  for (let at = 1; at < sorted.length; at += 1) yield bytes.subarray(sorted[at - 1], sorted[at]);
}

async function cut(text: string | Buffer, chunkBytes?: number, cuts: readonly number[] = []) {
  const bytes = Buffer.isBuffer(text) ? text : Buffer.from(text);
  let head: Head | undefined;
  const chunks: { number: number; text: string; rows: number }[] = [];
  for await (const one of cutCsv(inPieces(bytes, cuts), chunkBytes)) {
    if (isHead(one)) head = one;
    else chunks.push({ number: one.number, text: textOf(one), rows: one.rows });
  }
  return { head, chunks };
}

test('the header alone, then whole rows', async () => {
  const { head, chunks } = await cut('\ufeff"email";name\nana@x.test;"A\n na"\nb@x.test;B', 5);
  expect(head).toEqual({ header: ['email', 'name'], lines: 1, delimiter: ';' });
  expect(chunks).toEqual([
    { number: 0, text: 'ana@x.test;"A\n na"\n', rows: 1 },
    { number: 1, text: 'b@x.test;B', rows: 1 },
  ]);
});

test('blank lines before the header are counted, and nothing is no file', async () => {
  expect((await cut('\n\nemail\na@x.test\n')).head?.lines).toBe(3);
  await expect(cut('')).rejects.toThrow('the file is empty');
  await expect(cut('\n\r\n')).rejects.toThrow('the file is empty');
  expect((await cut('email')).chunks).toEqual([]);
});

test('a chunk never has more rows than a server takes', async () => {
  const { chunks } = await cut(`email\n${'x\n'.repeat(CHUNK_ROWS * 2 + 1)}`);
  expect(chunks.map(({ rows }) => rows)).toEqual([CHUNK_ROWS, CHUNK_ROWS, 1]);
});

test('the cuts depend on the file alone, and lose or split no row', async () => {
  const cell = fc.constantFrom('a', '', '"b"', '"c,\n\r\n""d"', 'é', '"\r"', ' ', '漢');
  const end = fc.constantFrom('\n', '\r\n', '\r', '\n\n');
  const row = fc.tuple(fc.array(cell, { minLength: 2, maxLength: 3 }), end);
  await fc.assert(
    fc.asyncProperty(
      fc.array(row, { maxLength: 30 }),
      fc.integer({ min: 1, max: 60 }),
      fc.array(fc.nat(), { maxLength: 20 }),
      async (rows, chunkBytes, cuts) => {
        const body = rows.map(([cells, mark]) => `${cells.join(',')}${mark}`).join('');
        const text = `x,y\n${body}`;
        const { head, chunks } = await cut(text, chunkBytes, cuts);
        expect({ head, chunks }).toEqual(await cut(text, chunkBytes));
        const whole = chunks.map((chunk) => chunk.text).join('');
        expect(body.startsWith(whole)).toBe(true);
        expect(body.slice(whole.length).trim()).toBe('');
        const cells = (one: string) => [...readCsv(one, ',')].map((found) => found.cells);
        expect(chunks.flatMap((chunk) => cells(chunk.text))).toEqual(cells(body));
        for (const chunk of chunks) expect(cells(chunk.text)).toHaveLength(chunk.rows);
      },
    ),
    { numRuns: 300 },
  );
});

describe('malformed, with the line', () => {
  test.each([
    ['email,n\na,"b\nc', /line 3: a quotation mark is left open/],
    ['email,n\na,b\nc,d"e\n', /line 3: quotation marks stand where none may/],
    ['email,n\na,"b"c\n', /line 2: quotation marks stand where none may/],
    [`email\n"${'x'.repeat(300_000)}`, /line 2: a row is longer/],
    [`email\n${'x'.repeat(300_000)}`, /line 2: a row is longer/],
  ])('%.24j', async (text, says) => {
    await expect(cut(text)).rejects.toThrow(says);
    await expect(cut(text, 10, [7, 9, 1_000])).rejects.toThrow(says);
  });
});

describe('a file', () => {
  const csv = 'email,name\nana@x.test,Ana\nben@x.test,Ben\n';
  async function survey(name: string, bytes: Buffer) {
    const path = join(folder, name);
    await writeFile(path, bytes);
    return surveyList(openList(path));
  }

  test('is looked through whole before anything is sent, packed or not', async () => {
    const plain = await survey('list.csv', Buffer.from(csv));
    expect(plain).toMatchObject({ header: ['email', 'name'], rows: 2, chunks: 1, bytes: 41 });
    expect(plain.sample).toEqual([
      ['ana@x.test', 'Ana'],
      ['ben@x.test', 'Ben'],
    ]);
    expect(await survey('list.csv.gz', gzipSync(csv))).toEqual(plain);
  });

  test.each([
    ['an archive', Buffer.from('PK\u0003\u0004...'), /archive or a spreadsheet/],
    ['UTF-16', Buffer.from('\ufeffemail\n', 'utf16le'), /UTF-16/],
    ['a gzip that breaks off', gzipSync(csv.repeat(99)).subarray(0, 40), /damaged gzip/],
    ['a gzip that never ends', gzipSync('x,y\n'.repeat(20_000_000)), /more than 100 times/],
  ])('that is %s is refused', async (name, bytes, says) => {
    await expect(survey(`${name}.csv`, bytes)).rejects.toThrow(says);
  });

  test('that is not there is named', async () => {
    await expect(surveyList(openList(join(folder, 'none.csv')))).rejects.toThrow(
      /none.csv: there is no such file/,
    );
  });
});

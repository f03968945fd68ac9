import fc from 'fast-check';
import Papa from 'papaparse';
import { describe, expect, test } from 'vitest';
import { csvCell, readCell } from '#domain/csv-cell.ts';
import { delimiterOf, ROW_CHARACTERS_MAX, readCsv } from '#domain/read-csv.ts';

const rows = (text: string, delimiter = ',') => [...readCsv(text, delimiter)];

test('rows, with the line each one ends on and the place at which the next begins', () => {
  expect(rows('a,b\n\n"c\nd",e\r\nf,\rg')).toEqual([
    { cells: ['a', 'b'], line: 1, end: 4 },
    expect.objectContaining({ cells: ['c\nd', 'e'], line: 4 }),
    { cells: ['f', ''], line: 5, end: 16 },
    { cells: ['g'], line: 6, end: 18 },
  ]);
  expect(rows('"a""b";;"";c\n', ';')[0]?.cells).toEqual(['a"b', '', '', 'c']);
  expect(rows('')).toEqual([]);
});

describe('malformed, with the line', () => {
  test.each([
    ['a,"b\nc', /line 1: a quotation mark is left open/],
    ['a\nb"c,d', /line 2: quotation marks stand where none may/],
    ['a\n"b"c,d', /line 2: quotation marks stand where none may/],
    ['"a\nb"c', /line 2: quotation marks stand where none may/],
    [`"${'x'.repeat(ROW_CHARACTERS_MAX + 9)}`, /longer than 65536/],
    ['x'.repeat(ROW_CHARACTERS_MAX + 1), /longer than 65536/],
    [`"a",${'x'.repeat(ROW_CHARACTERS_MAX)}`, /longer than 65536/],
  ])('%.30j', (text, says) => {
    expect(() => rows(text)).toThrow(says);
  });
});

test('well-formed text reads as papaparse reads it, for any cells', () => {
  const cell = fc.oneof(
    fc.string({ maxLength: 8 }),
    fc.constantFrom('', '"', '""', 'a,b', 'a\nb', 'x"y', 'é', ' '),
  );
  const table = fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { maxLength: 6 });
  fc.assert(
    fc.property(table, fc.constantFrom(',', ';', '\t'), (cells, delimiter) => {
      const plain = cells.map((row) => row.map((one) => one.replaceAll('\r', '')));
      const text = Papa.unparse(plain, { delimiter, newline: '\n' });
      const wanted = Papa.parse<string[]>(text, { delimiter, newline: '\n' }).data;
      const full = wanted.filter((row) => row.length > 1 || row[0] !== '');
      expect(rows(text, delimiter).map((row) => row.cells)).toEqual(full);
    }),
  );
});

test('a column without delimiter costs no search through the rest', () => {
  const text = '"a"\n'.repeat(200_000);
  const before = process.cpuUsage();
  expect(rows(text)).toHaveLength(200_000);
  expect(process.cpuUsage(before).user).toBeLessThan(5_000_000);
});

test('the delimiter is the mark a header has most of', () => {
  expect([
    delimiterOf('a,b;c'),
    delimiterOf('a;b;c,d'),
    delimiterOf('a\tb'),
    delimiterOf('a'),
  ]).toEqual([',', ';', '\t', ',']);
});

describe('cells that a spreadsheet opens', () => {
  test.each([
    '=1+1',
    '+33 6',
    '-3.5',
    '@SUM(1)',
    '\t=1',
    '\uff1d1',
    '\uff20A',
    '%0A=1',
    "'=1",
    "''+x",
  ])('%j is written with an apostrophe before it and read back', (value) => {
    const cell = csvCell(value);
    expect(cell.startsWith('"\'')).toBe(true);
    expect(readCell(rows(`${cell},x`)[0]?.cells[0] ?? '')).toBe(value);
  });

  test.each(["'", "O'Neil", "'tis", 'a=b', 'Ana', ' padded ', 'a,b', 'say "hi"', '100%'])(
    '%j is not',
    (value) => {
      expect(csvCell(value).replace(/^"/, '').startsWith("'")).toBe(value.startsWith("'"));
      expect(readCell(rows(`${csvCell(value)},x`)[0]?.cells[0] ?? '')).toBe(value);
    },
  );

  test('whatever is written is read back, and never begins a formula', () => {
    const value = fc.string({ maxLength: 6 }).map((text) => text.replace(/[\r\n]/g, ''));
    const odd = fc.array(fc.constantFrom("'", '=', '+', '@', '%', '0', 'a', '"', ',', ' '), {
      maxLength: 6,
    });
    fc.assert(
      fc.property(
        fc.oneof(
          value,
          odd.map((marks) => marks.join('')),
        ),
        (text) => {
          const [row] = rows(`${csvCell(text)},x`);
          expect(readCell(row?.cells[0] ?? '')).toBe(text);
          expect(row?.cells[0]).not.toMatch(/^[=+\-@\t\uff1d\uff0b\uff0d\uff20]/);
        },
      ),
    );
  });
});

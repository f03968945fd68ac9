// What every rendering of the table port does alike: one suite, any number of subjects.

import { beforeEach, describe, expect, test } from 'vitest';
import type { Attribute, Condition, Item, Key, Query, Table } from '#domain/ports.ts';

const key = { pk: 'B#one', sk: '#' };

/** Runs the contract over a subject that gives a fresh, empty table for every test. */
export function describeTable(name: string, create: () => Promise<Table>): void {
  let table: Table;

  beforeEach(async () => {
    table = await create();
  });

  describe(`${name}: items`, () => {
    test('an item that was never put is undefined', async () => {
      expect(await table.get(key)).toBeUndefined();
      expect(await table.get(key, { consistent: true })).toBeUndefined();
    });

    test.each<{ kind: string; value: Attribute }>([
      { kind: 'text', value: 'Zoë’s café 😀' },
      { kind: 'empty text', value: '' },
      { kind: 'a whole number', value: 253_402_300_799_999 },
      { kind: 'a fraction', value: 1_700_000_000_000.25 },
      { kind: 'a small negative number', value: -1.5e-7 },
      { kind: 'a large number', value: 1.7976931348623157e100 },
      { kind: 'true', value: true },
      { kind: 'false', value: false },
      { kind: 'null', value: null },
      { kind: 'bytes', value: Uint8Array.from([0, 1, 127, 128, 255]) },
      { kind: 'no bytes', value: new Uint8Array(0) },
      { kind: 'an empty list', value: [] },
      { kind: 'an empty map', value: {} },
      { kind: 'lists and maps', value: { a: [1, 'x', null, true, { b: [[]] }], c: { d: '' } } },
      { kind: 'bytes in a list', value: [Uint8Array.from([9]), 'x'] },
    ])('$kind comes back as it went in', async ({ value }) => {
      expect(await table.put({ ...key, value })).toEqual({ kind: 'written' });
      expect(await table.get(key, { consistent: true })).toStrictEqual({ ...key, value });
    });

    test('negative zero is zero', async () => {
      await table.put({ ...key, value: -0 });
      expect(Object.is((await table.get(key))?.value, 0)).toBe(true);
    });

    test('a put replaces the whole item', async () => {
      await table.put({ ...key, a: 1, b: 2 });
      await table.put({ ...key, c: 3 });
      expect(await table.get(key)).toEqual({ ...key, c: 3 });
    });

    test('an update sets and removes attributes and leaves the others', async () => {
      await table.put({ ...key, a: 1, b: 2, c: { deep: [1] } });
      const change = { set: { a: 'one', name: 'reserved word' }, remove: ['b', 'absent'] };
      expect(await table.update(key, change)).toEqual({ kind: 'written' });
      const want = { ...key, a: 'one', name: 'reserved word', c: { deep: [1] } };
      expect(await table.get(key)).toEqual(want);
    });

    test('an update makes an item that was absent', async () => {
      await table.update(key, { set: { a: 1 } });
      expect(await table.get(key)).toEqual({ ...key, a: 1 });
      await table.update({ ...key, sk: 'other' }, {});
      expect(await table.get({ ...key, sk: 'other' })).toEqual({ ...key, sk: 'other' });
    });

    test('a deleted item is gone, and deleting it again does nothing', async () => {
      await table.put({ ...key, dueShard: '0', wakeAt: 1 });
      expect(await table.delete(key)).toEqual({ kind: 'written' });
      expect(await table.get(key)).toBeUndefined();
      expect((await table.query({ index: 'due', pk: '0' })).items).toEqual([]);
      expect(await table.delete(key)).toEqual({ kind: 'written' });
    });

    test('whoever changes what was put or got changes nothing that is kept', async () => {
      const item = { ...key, list: [{ a: 1 }], bytes: Uint8Array.from([1]) };
      await table.put(item);
      const first = item.list[0];
      if (first) first.a = 2;
      item.bytes[0] = 2;
      const want = { ...key, list: [{ a: 1 }], bytes: Uint8Array.from([1]) };
      const got = (await table.get(key)) as unknown as typeof want;
      expect(got).toEqual(want);
      got.bytes[0] = 3;
      // Frozen, or a copy.
      if (!Object.isFrozen(got.list)) got.list.pop();
      expect(await table.get(key)).toEqual(want);
    });
  });

  describe(`${name}: conditions`, () => {
    const stored: Item = {
      ...key,
      text: 'a',
      number: 5,
      yes: true,
      none: null,
      bytes: Uint8Array.from([1, 2]),
      list: [1],
    };

    test.each<{ says: string; condition: Condition; ifStored: boolean; ifAbsent: boolean }>([
      says('item_absent', { kind: 'item_absent' }, false, true),
      says('item_present', { kind: 'item_present' }, true, false),
      says('equal text', equals('text', 'a'), true, false),
      says('other text', equals('text', 'b'), false, false),
      says('equal number', equals('number', 5), true, false),
      says('a number as text', equals('number', '5'), false, false),
      says('equal boolean', equals('yes', true), true, false),
      says('equal null', equals('none', null), true, false),
      says('equal bytes', equals('bytes', Uint8Array.from([1, 2])), true, false),
      says('other bytes', equals('bytes', Uint8Array.from([1])), false, false),
      says('a key attribute', equals('pk', 'B#one'), true, false),
      says('equal, attribute absent', equals('absent', 1), false, false),
      says('absent attribute', { kind: 'absent', attribute: 'absent' }, true, true),
      says('present attribute', { kind: 'absent', attribute: 'none' }, false, true),
      says('below', below('number', 6), true, false),
      says('not below its equal', below('number', 5), false, false),
      says('below, text', below('text', 6), false, false),
      says('below, attribute absent', below('absent', 6), false, false),
      says('all hold', all(equals('text', 'a'), below('number', 6)), true, false),
      says('one of all fails', all(equals('text', 'a'), below('number', 5)), false, false),
      says('any holds', any(equals('text', 'b'), below('number', 6)), true, false),
      says('none of any holds', any(equals('text', 'b'), below('number', 5)), false, false),
      says('absent or below', any({ kind: 'item_absent' }, below('number', 6)), true, true),
      says('all of one', all(any(all(equals('text', 'a')))), true, false),
      says(
        'nested',
        all(
          any({ kind: 'item_absent' }, all(equals('number', 5), equals('text', 'a'))),
          all(any(equals('text', 'a'), equals('text', 'b')), equals('yes', true)),
        ),
        true,
        false,
      ),
    ])('$says', async ({ condition, ifStored, ifAbsent }) => {
      const absent = { pk: 'B#two', sk: '#' };
      const kind = (holds: boolean) => ({ kind: holds ? 'written' : 'condition_failed' });
      await table.put(stored);
      const put = await table.put({ ...stored, again: 1 }, condition);
      expect(put).toEqual(kind(ifStored));
      await table.put(stored);
      expect(await table.update(key, { set: { again: 2 } }, condition)).toEqual(kind(ifStored));
      expect((await table.get(key))?.again).toBe(ifStored ? 2 : undefined);
      await table.put(stored);
      expect(await table.delete(key, condition)).toEqual(kind(ifStored));
      expect((await table.get(key)) === undefined).toBe(ifStored);

      expect(await table.delete(absent, condition)).toEqual(kind(ifAbsent));
      expect(await table.update(absent, { set: { a: 1 } }, condition)).toEqual(kind(ifAbsent));
      expect((await table.get(absent)) === undefined).toBe(!ifAbsent);
      await table.delete(absent);
      expect(await table.put({ ...absent, a: 1 }, condition)).toEqual(kind(ifAbsent));
      expect((await table.get(absent)) === undefined).toBe(!ifAbsent);
    });

    test('of many writers of the next revision one is written', async () => {
      await table.put({ ...key, revision: 1 });
      const writers = Array.from({ length: 8 }, (_, writer) =>
        table.put({ ...key, revision: 2, writer }, equals('revision', 1)),
      );
      const answers = await Promise.all(writers);
      expect(answers.filter((answer) => answer.kind === 'written')).toHaveLength(1);
    });
  });

  describe(`${name}: queries`, () => {
    test('text sort keys come in the order of their UTF-8 bytes, padded numbers numerically', async () => {
      const padded = ['000000002', '000000010', '000000100'];
      const sorted = ['#', ...padded, 'Z', 'a', '~', 'é', '\ue000', '\u{1f600}'];
      for (const sk of sorted.toReversed()) await table.put({ pk: 'p', sk });
      expect(await sortKeys({ pk: 'p' })).toEqual(sorted);
      expect(await sortKeys({ pk: 'p', descending: true })).toEqual(sorted.toReversed());
    });

    test('both ends of a stretch are included', async () => {
      for (const sk of ['a', 'b', 'c', 'd']) await table.put({ pk: 'p', sk });
      await table.put({ pk: 'q', sk: 'b' });
      expect(await sortKeys({ pk: 'p', from: 'b', to: 'c' })).toEqual(['b', 'c']);
      expect(await sortKeys({ pk: 'p', from: 'c' })).toEqual(['c', 'd']);
      expect(await sortKeys({ pk: 'p', to: 'b', consistent: true })).toEqual(['a', 'b']);
      expect(await sortKeys({ pk: 'p', from: 'bb', to: 'bc' })).toEqual([]);
      expect(await sortKeys({ pk: 'p', from: 'c', to: 'b' })).toEqual([]);
      expect(await sortKeys({ pk: 'nothing' })).toEqual([]);
    });

    test.each([{ descending: false }, { descending: true }])(
      'pages join without a gap or a repeat (%o)',
      async ({ descending }) => {
        const all = Array.from({ length: 10 }, (_, index) => `k${index}`);
        for (const sk of all) await table.put({ pk: 'p', sk, body: sk });
        const query = { pk: 'p', from: 'k1', to: 'k8', limit: 3, descending };
        const pages = await allPages(query);
        const want = all.slice(1, 9);
        expect(pages.flat().map((item) => item.sk)).toEqual(descending ? want.reverse() : want);
        expect(pages.map((page) => page.length)).toEqual([3, 3, 2]);
        expect(pages.flat().every((item) => item.body === item.sk)).toBe(true);
      },
    );

    test('a page holds about a megabyte', async () => {
      const body = 'x'.repeat(300 * 1024);
      for (const sk of ['a', 'b', 'c', 'd', 'e']) await table.put({ pk: 'p', sk, body });
      const pages = await allPages({ pk: 'p' });
      expect(pages.map((page) => page.map((item) => item.sk).join(''))).toEqual(['abcd', 'e']);
    });

    test('an index holds only items with both of its keys, and nothing but keys', async () => {
      await table.put({ pk: 'B#a', sk: '#', dueShard: '0', wakeAt: 5, body: 'x' });
      await table.put({ pk: 'B#b', sk: '#', dueShard: '0', body: 'x' });
      await table.put({ pk: 'B#c', sk: '#', wakeAt: 5, body: 'x' });
      const page = await table.query({ index: 'due', pk: '0' });
      expect(page).toEqual({ items: [{ pk: 'B#a', sk: '#', dueShard: '0', wakeAt: 5 }] });
    });

    test('an index follows every write', async () => {
      const due = async () => (await table.query({ index: 'due', pk: '0' })).items;
      await table.put({ ...key, dueShard: '0', wakeAt: 5 });
      await table.put({ ...key, dueShard: '0', wakeAt: 7 });
      expect(await due()).toEqual([{ ...key, dueShard: '0', wakeAt: 7 }]);
      await table.update(key, { set: { wakeAt: 3 } });
      expect(await due()).toEqual([{ ...key, dueShard: '0', wakeAt: 3 }]);
      await table.update(key, { remove: ['dueShard'] });
      expect(await due()).toEqual([]);
      await table.update(key, { set: { dueShard: '1' } });
      expect(await due()).toEqual([]);
      expect((await table.query({ index: 'due', pk: '1' })).items).toHaveLength(1);
      await table.put(key);
      expect((await table.query({ index: 'due', pk: '1' })).items).toEqual([]);
    });

    test('numbers of an index sort by value, pages and bounds too', async () => {
      const moments = [-1e20, -5, -1.5, 0, 1e-5, 3, 1_700_000_000_000.25, 1e20];
      for (const [index, wakeAt] of moments.toReversed().entries()) {
        await table.put({ pk: `B#${index}`, sk: '#', dueShard: '0', wakeAt });
      }
      const wakes = async (query: Partial<Query>) => {
        const pages = await allPages({ index: 'due', pk: '0', ...query });
        return pages.flat().map((item) => item.wakeAt);
      };
      expect(await wakes({})).toEqual(moments);
      expect(await wakes({ limit: 3 })).toEqual(moments);
      expect(await wakes({ limit: 2, descending: true })).toEqual(moments.toReversed());
      expect(await wakes({ to: 0 })).toEqual([-1e20, -5, -1.5, 0]);
      expect(await wakes({ from: -1.5, to: 3, limit: 1 })).toEqual([-1.5, 0, 1e-5, 3]);
    });

    test('items with equal index keys are all found, page by page', async () => {
      const names = Array.from({ length: 7 }, (_, index) => `B#${index}`);
      for (const pk of names) await table.put({ pk, sk: '#', month: '2026-11', momentAt: 1 });
      const pages = await allPages({ index: 'calendar', pk: '2026-11', limit: 2 });
      expect(
        pages
          .flat()
          .map((item) => item.pk)
          .toSorted(),
      ).toEqual(names);
    });
  });

  describe(`${name}: what it refuses`, () => {
    const put = (item: object) => () => table.put({ ...key, ...item } as Item);
    const nested = (levels: number): Attribute =>
      levels === 0 ? 1 : { inner: nested(levels - 1) };

    test.each<{ what: string; call: () => Promise<unknown> }>([
      { what: 'an empty partition key', call: put({ pk: '' }) },
      { what: 'an empty sort key', call: put({ sk: '' }) },
      { what: 'a sort key that is no text', call: put({ sk: 5 }) },
      { what: 'a partition key beyond 2,048 bytes', call: put({ pk: 'é'.repeat(1025) }) },
      { what: 'a sort key beyond 1,024 bytes', call: put({ sk: 'x'.repeat(1025) }) },
      { what: 'an item beyond 400 KiB', call: put({ body: 'x'.repeat(400 * 1024) }) },
      { what: 'undefined', call: put({ body: undefined }) },
      { what: 'not a number', call: put({ body: Number.NaN }) },
      { what: 'infinity', call: put({ body: [Number.NEGATIVE_INFINITY] }) },
      { what: 'a number beyond 10^126', call: put({ body: 1e126 }) },
      { what: 'a number too close to zero', call: put({ body: 1e-131 }) },
      { what: 'a function', call: put({ body: () => 1 }) },
      { what: 'half a surrogate pair', call: put({ body: '\ud800' }) },
      { what: 'a nameless attribute', call: put({ body: { '': 1 } }) },
      { what: 'the name of a prototype', call: put(JSON.parse('{"body":{"__proto__":1}}')) },
      { what: 'nesting beyond 32 levels', call: put({ body: nested(33) }) },
      { what: 'an index key of another type', call: put({ wakeAt: 'soon' }) },
      { what: 'an empty index key', call: put({ dueShard: '' }) },
      { what: 'a get without a key', call: () => table.get({ pk: 'p', sk: '' }) },
      { what: 'a change of a key', call: () => table.update(key, { set: { sk: 'x' } }) },
      { what: 'the removal of a key', call: () => table.update(key, { remove: ['pk'] }) },
      {
        what: 'setting and removing one attribute',
        call: () => table.update(key, { set: { a: 1 }, remove: ['a'] }),
      },
      { what: 'removing twice', call: () => table.update(key, { remove: ['a', 'a'] }) },
      {
        what: 'growing beyond 400 KiB',
        call: async () => {
          await table.put({ ...key, a: 'x'.repeat(300 * 1024) });
          await table.update(key, { set: { b: 'x'.repeat(110 * 1024) } });
        },
      },
      { what: 'all of nothing', call: () => table.put(key, { kind: 'all', of: [] }) },
      { what: 'any of nothing', call: () => table.put(key, any(all())) },
      { what: 'comparing lists', call: () => table.put(key, equals('a', [1])) },
      { what: 'comparing maps', call: () => table.delete(key, equals('a', { b: 1 })) },
      { what: 'an unknown index', call: () => table.query({ index: 'none', pk: 'p' }) },
      {
        what: 'a consistent read of an index',
        call: () => table.query({ index: 'due', pk: '0', consistent: true }),
      },
      { what: 'a bound of another type', call: () => table.query({ pk: 'p', from: 5 }) },
      {
        what: 'a text bound on a numeric index',
        call: () => table.query({ index: 'due', pk: '0', to: '5' }),
      },
      { what: 'a query without a key', call: () => table.query({ pk: '' }) },
      { what: 'a page of nothing', call: () => table.query({ pk: 'p', limit: 0 }) },
      {
        what: 'going on after a key of another partition',
        call: () => table.query({ pk: 'p', after: { pk: 'q', sk: 'a' } }),
      },
      {
        what: 'going on outside its bounds',
        call: () => table.query({ pk: 'p', from: 'b', after: { pk: 'p', sk: 'a' } }),
      },
    ])('$what is refused by name and changes nothing', async ({ call }) => {
      const fault = { name: 'Fault', code: 'store_refused', retryable: false };
      await expect(call()).rejects.toMatchObject(fault);
      expect((await table.get(key))?.b).toBeUndefined();
    });

    test('the largest keys, the largest item and the deepest nesting are taken', async () => {
      await table.put({ pk: 'é'.repeat(1024), sk: 'x'.repeat(1024) });
      const overhead = 'pk'.length + key.pk.length + 'sk'.length + key.sk.length + 'body'.length;
      const largest = { ...key, body: 'x'.repeat(400 * 1024 - overhead) };
      expect(await table.put(largest)).toEqual({ kind: 'written' });
      expect(await table.put({ ...key, body: nested(32) })).toEqual({ kind: 'written' });
      await expect(table.put({ ...largest, body: `${largest.body}x` })).rejects.toThrow('409600');
    });
  });

  async function sortKeys(query: Query): Promise<string[]> {
    return (await allPages(query)).flat().map((item) => item.sk);
  }

  async function allPages(query: Query): Promise<(readonly Item[])[]> {
    const pages: (readonly Item[])[] = [];
    let next: (Key & { readonly [name: string]: Attribute }) | undefined;
    do {
      const page = await table.query(next ? { ...query, after: next } : query);
      if (page.items.length > 0) pages.push(page.items);
      next = page.next;
    } while (next);
    return pages;
  }
}

function says(what: string, condition: Condition, ifStored: boolean, ifAbsent: boolean) {
  return { says: what, condition, ifStored, ifAbsent };
}

function equals(attribute: string, value: Attribute): Condition {
  return { kind: 'equals', attribute, value };
}

function below(attribute: string, value: number): Condition {
  return { kind: 'below', attribute, value };
}

function all(...of: Condition[]): Condition {
  return { kind: 'all', of };
}

function any(...of: Condition[]): Condition {
  return { kind: 'any', of };
}

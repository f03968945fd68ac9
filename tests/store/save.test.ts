import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Fault, isUnanswered } from '#domain/faults.ts';
import type { Item, Table } from '#domain/ports.ts';
import { MemoryTable } from '#store/memory-table.ts';
import { compareAndSave, putSame, type Saved } from '#store/save.ts';
import { faultyTable, type PutFault } from './faulty-table.ts';

interface Counter {
  readonly revision: number;
  readonly nonce: string;
  readonly value: number;
}

const key = { pk: 'T#counter', sk: '#' };
const encode = (counter: Counter): Item => ({ ...key, ...counter });
const decode = ({ pk: _pk, sk: _sk, ...counter }: Item) => counter as unknown as Counter;
const first: Counter = { revision: 0, nonce: '', value: 1 };

function save(
  table: Table,
  previous: Counter | undefined,
  next: Counter,
  nonce: string,
): Promise<Saved<Counter>> {
  return compareAndSave(table, key, previous, next, encode, decode, nonce);
}

async function stored(table: Table): Promise<Counter | undefined> {
  const item = await table.get(key, { consistent: true });
  return item && decode(item);
}

describe('a save that is answered', () => {
  test('a new item gets revision 1 and the nonce', async () => {
    const table = new MemoryTable();
    const item = { revision: 1, nonce: 'a', value: 1 };
    expect(await save(table, undefined, first, 'a')).toEqual({ kind: 'saved', item });
    expect(await stored(table)).toEqual(item);
  });

  test('each save raises the revision by one, whatever revision the next state claims', async () => {
    const table = new MemoryTable();
    await save(table, undefined, first, 'a');
    const previous = await stored(table);
    const saved = await save(table, previous, { revision: 77, nonce: 'x', value: 2 }, 'b');
    expect(saved).toEqual({ kind: 'saved', item: { revision: 2, nonce: 'b', value: 2 } });
  });

  test('a save over a stale state is lost and says what stands there', async () => {
    const table = new MemoryTable();
    await save(table, undefined, first, 'a');
    const previous = await stored(table);
    await save(table, previous, first, 'b');
    const current = { revision: 2, nonce: 'b', value: 1 };
    expect(await save(table, previous, first, 'c')).toEqual({ kind: 'lost', current });
    expect(await save(table, undefined, first, 'd')).toEqual({ kind: 'lost', current });
    expect(await stored(table)).toEqual(current);
  });

  test('a save over an item that is gone is lost to nobody', async () => {
    const previous = { revision: 4, nonce: 'x', value: 1 };
    const saved = await save(new MemoryTable(), previous, first, 'a');
    expect(saved).toEqual({ kind: 'lost', current: undefined });
  });
});

describe('a save whose answer is lost', () => {
  const previous = { revision: 1, nonce: 'before', value: 1 };
  const next = { ...previous, value: 2 };
  const won = { kind: 'saved', item: { revision: 2, nonce: 'own', value: 2 } };

  async function tableWithPrevious(): Promise<MemoryTable> {
    const table = new MemoryTable();
    await table.put(encode(previous));
    return table;
  }

  test.each<{ what: string; puts: PutFault[]; requests: number }>([
    { what: 'the effect was there', puts: ['lost_after'], requests: 1 },
    { what: 'the effect was not there', puts: ['lost_before'], requests: 2 },
    { what: 'the effect comes after the read', puts: ['late'], requests: 2 },
    { what: 'the effect comes after its repeat', puts: ['very_late'], requests: 2 },
    { what: 'three answers in a row', puts: ['lost_before', 'late', 'lost_after'], requests: 3 },
    { what: 'the repeat is throttled', puts: ['lost_before', 'throttled'], requests: 3 },
    { what: 'the repeat is refused', puts: ['lost_before', 'refused'], requests: 3 },
  ])('is saved once: $what', async ({ puts, requests }) => {
    const memory = await tableWithPrevious();
    const table = faultyTable(memory, { puts });
    expect(await save(table, previous, next, 'own')).toEqual(won);
    expect(table.effects).toHaveLength(1);
    expect(table.puts).toBe(requests);
    expect(await stored(memory)).toEqual(won.item);
  });

  test.each<{ puts: PutFault[] }>([
    { puts: ['lost_after'] },
    { puts: ['lost_before'] },
    { puts: ['late'] },
    { puts: ['very_late'] },
  ])('decides a new item alike: $puts', async ({ puts }) => {
    const memory = new MemoryTable();
    const table = faultyTable(memory, { puts });
    const item = { revision: 1, nonce: 'own', value: 1 };
    expect(await save(table, undefined, first, 'own')).toEqual({ kind: 'saved', item });
    expect(table.effects).toHaveLength(1);
  });

  test('is lost when a competitor stands there, and the late put changes nothing', async () => {
    const memory = await tableWithPrevious();
    const current = { revision: 2, nonce: 'other', value: 9 };
    const table = faultyTable(memory, {
      puts: ['late'],
      afterPut: () => save(memory, previous, { ...previous, value: 9 }, 'other'),
    });
    expect(await save(table, previous, next, 'own')).toEqual({ kind: 'lost', current });
    expect(table.effects).toEqual([]);
    expect(await stored(memory)).toEqual(current);
  });

  test('is lost when a competitor has already written over it', async () => {
    const memory = await tableWithPrevious();
    const table = faultyTable(memory, {
      puts: ['lost_after'],
      afterPut: async () => save(memory, await stored(memory), next, 'other'),
    });
    const saved = await save(table, previous, next, 'own');
    expect(saved).toEqual({ kind: 'lost', current: { ...next, revision: 3, nonce: 'other' } });
  });

  test('reads again while the read is lost', async () => {
    const memory = await tableWithPrevious();
    const table = faultyTable(memory, { puts: ['lost_after'], reads: [true, true, true] });
    expect(await save(table, previous, next, 'own')).toEqual(won);
  });

  test.each<{ what: string; script: { puts: PutFault[]; reads?: boolean[] } }>([
    { what: 'no put is ever answered', script: { puts: Array(9).fill('lost_before') } },
    { what: 'no read is answered', script: { puts: ['lost_after'], reads: Array(9).fill(true) } },
    {
      what: 'repeats are only ever throttled',
      script: { puts: ['lost_before', 'throttled', 'throttled', 'throttled', 'throttled'] },
    },
  ])('stays unanswered when $what', async ({ script }) => {
    const table = faultyTable(await tableWithPrevious(), script);
    const saving = save(table, previous, next, 'own');
    await expect(saving).rejects.toMatchObject({ code: 'store_unanswered', retryable: true });
    expect(table.puts).toBeLessThanOrEqual(4);
  });

  test.each([
    { fault: 'throttled' as const, code: 'store_throttled' },
    { fault: 'refused' as const, code: 'store_refused' },
  ])('$code at the first put is passed on: nothing was written', async ({ fault, code }) => {
    const table = faultyTable(await tableWithPrevious(), { puts: [fault] });
    await expect(save(table, previous, next, 'own')).rejects.toMatchObject({ code });
    expect(table.puts).toBe(1);
    expect(await stored(table)).toEqual(previous);
  });

  test('an error that is no fault of the table is never taken for a lost answer', async () => {
    const memory = await tableWithPrevious();
    const table: Table = {
      ...faultyTable(memory, {}),
      put: async () => {
        throw new TypeError('a bug');
      },
    };
    await expect(save(table, previous, next, 'own')).rejects.toThrow('a bug');
  });
});

describe('many writers, any faults', () => {
  type Saver = typeof save;

  /** Each writer adds one, three times; what it believes is compared with what happened. */
  async function race(saver: Saver, faults: PutFault[][], order: number[]): Promise<Race> {
    const memory = new MemoryTable();
    const believed = new Map<string, 'saved' | 'lost' | 'unanswered'>();
    const effects: Item[] = [];
    const writers = faults.map((puts, writer) => {
      const table = faultyTable(memory, { puts });
      return async (round: number) => {
        const nonce = `${writer}-${round}`;
        const previous = await stored(memory);
        // Another writer may come between the read and the save.
        if ((order[round] ?? 0) !== writer) await new Promise(setImmediate);
        const next = { ...(previous ?? first), value: (previous?.value ?? 0) + 1 };
        try {
          const saved = await saver(table, previous, next, nonce);
          believed.set(nonce, saved.kind);
        } catch (error) {
          if (!isUnanswered(error)) throw error;
          believed.set(nonce, 'unanswered');
        }
        effects.push(...table.effects.splice(0));
      };
    });
    await Promise.all(
      writers.map(async (write) => {
        for (const round of [0, 1, 2]) await write(round);
      }),
    );
    return { believed, effects, last: await stored(memory) };
  }

  interface Race {
    readonly believed: ReadonlyMap<string, 'saved' | 'lost' | 'unanswered'>;
    readonly effects: readonly Item[];
    readonly last: Counter | undefined;
  }

  /** What must hold; the first sentence that does not, or undefined. */
  function broken({ believed, effects, last }: Race): string | undefined {
    const nonces = effects.map((item) => String(item.nonce));
    const saved = [...believed].filter(([, kind]) => kind === 'saved').map(([nonce]) => nonce);
    if (new Set(nonces).size !== nonces.length) return 'a save took effect twice';
    if (!saved.every((nonce) => nonces.includes(nonce))) return 'saved without effect';
    if ((last?.value ?? 0) !== nonces.length) return 'an effect was overwritten unseen';
    if ((last?.revision ?? 0) !== nonces.length) return 'a revision was skipped or shared';
    if (last && believed.get(last.nonce) === 'lost') return 'the last writer thinks it has lost';
    return undefined;
  }

  const anyFault = fc.constantFrom<PutFault>(
    'none',
    'none',
    'lost_before',
    'lost_after',
    'late',
    'very_late',
  );
  const anyRace = [
    fc.array(fc.array(anyFault, { maxLength: 8 }), { minLength: 2, maxLength: 4 }),
    fc.array(fc.nat(3), { minLength: 3, maxLength: 3 }),
  ] as const;

  test('nothing takes effect twice, nothing is saved without effect, nobody is overwritten', async () => {
    await fc.assert(
      fc.asyncProperty(...anyRace, async (faults, order) => {
        expect(broken(await race(save, faults, order))).toBeUndefined();
      }),
      { numRuns: 300, seed: 11 },
    );
  });

  test.each<{ naive: string; saver: Saver; says: string }>([
    {
      naive: 'takes a failed condition after a lost answer for a lost race',
      saver: async (table, previous, next, nonce) => {
        const wanted = { ...next, revision: (previous?.revision ?? 0) + 1, nonce };
        const condition = previous
          ? ({ kind: 'equals', attribute: 'revision', value: previous.revision } as const)
          : ({ kind: 'item_absent' } as const);
        for (;;) {
          try {
            const { kind } = await table.put(encode(wanted), condition);
            return kind === 'written'
              ? { kind: 'saved', item: wanted }
              : { kind: 'lost', current: await stored(table) };
          } catch (error) {
            if (!isUnanswered(error)) throw error;
          }
        }
      },
      says: 'the last writer thinks it has lost',
    },
    {
      naive: 'reads the new state and adds again after a lost answer',
      saver: async (table, previous, next, nonce) => {
        try {
          return await save(faultless(table), previous, next, nonce);
        } catch {
          const current = await stored(table);
          const again = { ...(current ?? first), value: (current?.value ?? 0) + 1 };
          return save(table, current, again, nonce);
        }
      },
      says: 'a save took effect twice',
    },
    {
      naive: 'writes without a condition when it repeats',
      saver: async (table, previous, next, nonce) => {
        const wanted = { ...next, revision: (previous?.revision ?? 0) + 1, nonce };
        try {
          return await save(faultless(table), previous, next, nonce);
        } catch {
          await putSame(table, encode(wanted));
          return { kind: 'saved', item: wanted };
        }
      },
      says: 'an effect was overwritten unseen',
    },
  ])('a save that $naive is found out', async ({ saver, says }) => {
    const found = new Set<string | undefined>();
    for (const [faults, order] of fc.sample(fc.tuple(...anyRace), { numRuns: 200, seed: 5 })) {
      found.add(broken(await race(saver, faults, order)));
    }
    expect(found).toContain(says);
  });

  /** One put, no deciding: the first lost answer is thrown. */
  function faultless(table: Table): Table {
    return {
      ...table,
      put: (item, condition) => table.put(item, condition),
      get: async () => {
        throw new Fault('store_unanswered', 'not asked', { retryable: true });
      },
    };
  }
});

describe('a put that may be repeated at will', () => {
  const item = { ...key, value: 1 };

  test.each<{ puts: PutFault[] }>([{ puts: [] }, { puts: ['lost_after', 'lost_before', 'late'] }])(
    'is written under $puts',
    async ({ puts }) => {
      const table = faultyTable(new MemoryTable(), { puts });
      await putSame(table, item);
      expect(await table.get(key)).toEqual(item);
    },
  );

  test.each<{ puts: PutFault[]; code: string; requests: number }>([
    { puts: Array(9).fill('lost_before'), code: 'store_unanswered', requests: 4 },
    { puts: ['throttled'], code: 'store_throttled', requests: 1 },
    { puts: ['refused'], code: 'store_refused', requests: 1 },
  ])('gives up as $code', async ({ puts, code, requests }) => {
    const table = faultyTable(new MemoryTable(), { puts });
    await expect(putSame(table, item)).rejects.toMatchObject({ code });
    expect(table.puts).toBe(requests);
  });
});

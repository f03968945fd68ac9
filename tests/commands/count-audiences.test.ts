// How many are in a list: exact whoever dies where, and an honest "too many" where counting takes long.

import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { beginImport } from '#commands/begin-import.ts';
import { eraseAddress } from '#commands/erase-address.ts';
import { finishImport } from '#commands/finish-import.ts';
import { importChunk } from '#commands/import-chunk.ts';
import { planBurst } from '#commands/plan-burst.ts';
import { requireEnvelope } from '#commands/require-envelope.ts';
import { scheduleBurst } from '#commands/schedule-burst.ts';
import { undoImport } from '#commands/undo-import.ts';
import { Refusal } from '#domain/faults.ts';
import type { Query, Table } from '#domain/ports.ts';
import { countContacts, saveContact } from '#store/audiences.ts';
import { loadBurst } from '#store/bursts.ts';
import { contactCount } from '#store/contact-counts.ts';
import { aWorld, files, launch, noon, plan, type World } from './a-context.ts';

const audience = 'prospects';
const QUARTER_HOUR = 15 * 60_000;

class Killed extends Error {}

/** Dies at the n-th write: before its effect, or after it and without an answer. */
function dying(table: Table, writes: number, isLost: boolean): Table {
  let left = writes;
  const die = async <T>(write: () => Promise<T>): Promise<T> => {
    left -= 1;
    if (left > 0) return write();
    if (left === 0 && isLost) await write();
    throw new Killed('the process is gone');
  };
  return {
    get: (key, options) => table.get(key, options),
    query: (query) => table.query(query),
    put: (item, condition) => die(() => table.put(item, condition)),
    update: (key, change, condition) => die(() => table.update(key, change, condition)),
    delete: (key, condition) => die(() => table.delete(key, condition)),
  };
}

/** One import as its client sees it. */
interface Running {
  readonly id: string;
  next: number;
  isOver: boolean;
}

type Step =
  | { readonly kind: 'begin' | 'finish' | 'undo'; readonly which: number }
  | { readonly kind: 'import'; readonly people: readonly number[] }
  | { readonly kind: 'chunk'; readonly which: number; readonly people: readonly number[] }
  | { readonly kind: 'erase'; readonly who: number }
  | { readonly kind: 'wait' };

const which = fc.nat(2);
const who = fc.nat(9);
const people = fc.array(who, { minLength: 1, maxLength: 6 });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('import' as const), people }) },
  fc.record({ kind: fc.constantFrom('begin' as const, 'finish' as const), which }),
  fc.record({ kind: fc.constant('undo' as const), which }),
  fc.record({ kind: fc.constant('chunk' as const), which, people }),
  fc.record({ kind: fc.constant('erase' as const), who }),
  fc.record({ kind: fc.constant('wait' as const) }),
);
const death = fc.oneof(
  { weight: 3, arbitrary: fc.constant(undefined) },
  { weight: 1, arbitrary: fc.tuple(fc.integer({ min: 1, max: 10 }), fc.boolean()) },
);

async function carryOut(world: World, table: Table, imports: Running[], one: Step): Promise<void> {
  const context = { ...world.as('nora', 'admin'), table };
  if (one.kind === 'wait') {
    world.now += QUARTER_HOUR;
    return;
  }
  if (one.kind === 'erase') {
    await eraseAddress(context, `p${one.who}@example.org`);
    return;
  }
  if (one.kind === 'begin') {
    const begun = await beginImport(context, { audience, header: ['email'] });
    imports.push({ id: begun.import, next: 0, isOver: false });
    return;
  }
  if (one.kind === 'import') {
    for (const kind of ['begin', 'chunk', 'finish'] as const) {
      const at = Math.max(0, imports.length - (kind === 'begin' ? 0 : 1));
      await carryOut(world, table, imports, { kind, which: at, people: one.people } as Step);
    }
    return;
  }
  const running = imports[one.which];
  if (!running) return;
  const place = { audience, import: running.id };
  if (one.kind === 'chunk' && !running.isOver) {
    const text = one.people.map((n) => `p${n}@example.org\n`).join('');
    const digest = createHash('sha256').update(text).digest('hex');
    await importChunk(context, { ...place, chunk: String(running.next), digest }, text);
    running.next += 1;
  } else if (one.kind === 'finish') {
    await finishImport(context, { ...place, chunks: running.next });
    running.isOver = true;
  } else if (one.kind === 'undo') {
    running.isOver = true;
    await undoImport(context, place);
  }
}

test('whoever dies at whatever write, the number given is that of the contacts', async () => {
  let known = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(step, death), { maxLength: 24, size: 'max' }),
      async (steps) => {
        const world = aWorld();
        const imports: Running[] = [];
        let at = 0;
        const counting = (until: number) => {
          // Slow enough that what was counted is worth keeping.
          const now = () => world.now + 400 * at++;
          return { now, until, nonce: () => `n${at++}` };
        };
        for (const [one, dies] of steps) {
          const table = dies ? dying(world.table, ...dies) : world.table;
          await carryOut(world, table, imports, one).catch((error: unknown) => {
            // Refused for its state, or as if the container was gone: either may happen at any time.
            if (!(error instanceof Killed || error instanceof Refusal)) throw error;
          });
          const real = await countContacts(world.table, audience);
          at = 0;
          const soon = await contactCount(world.table, audience, counting(world.now + 1_000));
          if (soon !== undefined) expect(soon).toBe(real);
          if (soon !== undefined && real > 0) known += 1;
          at = 0;
          expect(await contactCount(world.table, audience, counting(Infinity))).toBe(real);
        }
      },
    ),
    { numRuns: 200 },
  );
  expect(known).toBeGreaterThan(50);
});

function bound(table: Table): Table {
  return {
    get: (key, options) => table.get(key, options),
    query: (query) => table.query(query),
    put: (item, condition) => table.put(item, condition),
    update: (key, change, condition) => table.update(key, change, condition),
    delete: (key, condition) => table.delete(key, condition),
  };
}

const above = launch.replace('  legs:', '  approval: second person above 100000\n  legs:');
const part = above.replace('{ list: prospects.csv }', () => {
  return '{ list: prospects.csv, segment: { field: county, is: Erie } }';
});
const planning = (text: string) => ({ file: { name: 'atlas.yaml', text }, files });

describe('a list of 60,000 as an older release left it', () => {
  let world: World;
  let slow: Table;
  let pages: number;
  const nora = () => ({ ...world.as('nora', 'operator'), table: slow });

  beforeEach(async () => {
    world = aWorld();
    const { table } = world;
    const fields = { county: 'Erie', story: 'x'.repeat(1_000) };
    for (let n = 0; n < 60_000; n += 1) {
      await saveContact(table, { audience, id: `c${n}`, address: `p${n}@example.org`, fields });
    }
    pages = 0;
    // A page of contacts takes a quarter of a second.
    const query = async (wanted: Query) => {
      const isPage = wanted.pk.startsWith('A#') && wanted.limit === undefined;
      if (isPage) world.now += 250;
      if (isPage) pages += 1;
      return table.query(wanted);
    };
    slow = { ...bound(table), query };
  });

  test('is planned and scheduled in time, as one that a second person has to approve', async () => {
    const planned = await planBurst(nora(), planning(above));
    expect(world.now).toBeLessThan(noon + 8_000);
    expect(planned.audiences).toEqual([{ leg: 'prospects', audience }]);
    expect(planned.notes.join()).toMatch(
      /too many people on prospects to count them now, so that a second person has to approve it/,
    );
    expect(planned.approvalPolicy).toBe('second');
    const scheduled = scheduleBurst(nora(), { burst: planned.burst });
    await expect(scheduled).rejects.toMatchObject({ code: 'not_approved' });
  });

  test('is counted on from where counting ended, and then known with one read', async () => {
    await planBurst(nora(), planning(above));
    expect(pages).toBeLessThan(30);
    expect(await contactCount(slow, audience, soon())).toBeUndefined();
    expect(pages).toBeLessThan(60);
    expect(await contactCount(slow, audience, soon())).toBe(60_000);
    const before = pages;
    expect(await planBurst(nora(), planning(above))).toMatchObject({
      approvalPolicy: 'none',
      audiences: [{ leg: 'prospects', audience, contacts: 60_000 }],
    });
    expect(pages).toBe(before);
  });

  test('of a part of it nobody says how many there are before all of it was walked', async () => {
    const planned = await planBurst(nora(), planning(part));
    expect(world.now).toBeLessThan(noon + 8_000);
    expect(planned.audiences).toEqual([{ leg: 'prospects', audience }]);
    expect(planned.approvalPolicy).toBe('second');
  });

  test('lies inside no envelope before it was counted', async () => {
    const planned = await planBurst(nora(), planning(above));
    const burst = await loadBurst(world.table, planned.burst);
    if (!burst) throw new Error('no burst was planned');
    const within = { ...burst, envelope: { recipients: 100_000 } };
    await expect(requireEnvelope(nora(), within, undefined)).rejects.toMatchObject({
      code: 'outside_envelope',
      message: expect.stringContaining('too many people to count now'),
      details: { field: 'recipients', limit: 'at most 100000' },
    });
    await requireEnvelope(nora(), within, undefined);
  });

  const soon = () => {
    let n = 0;
    const nonce = () => `n${n++}`;
    return { now: () => world.now, until: world.now + 6_000, nonce };
  };
});

test('what an import says is new is known at once, with no page of contacts read', async () => {
  const world = aWorld();
  await plan(world);
  world.table.meter.reset();
  const { audiences } = await planBurst(world.as('nora', 'operator'), planning(launch));
  expect(audiences).toEqual([{ leg: 'prospects', audience, contacts: 3 }]);
  expect(world.table.meter.byKind().contact?.readUnits ?? 0).toBe(0);
});

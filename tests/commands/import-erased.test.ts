// Whoever was erased is not taken again by an import: refused by row, with the reason.

import { createHash } from 'node:crypto';
import { beforeEach, expect, test } from 'vitest';
import { beginImport } from '#commands/begin-import.ts';
import { eraseAddress } from '#commands/erase-address.ts';
import { finishImport } from '#commands/finish-import.ts';
import { importAudience } from '#commands/import-audience.ts';
import { importChunk } from '#commands/import-chunk.ts';
import { suppressAddress } from '#commands/suppress-address.ts';
import { undoImport } from '#commands/undo-import.ts';
import type { Item, Table } from '#domain/ports.ts';
import { addressDigest } from '#domain/suppression.ts';
import { countContacts, listContacts } from '#store/audiences.ts';
import { appendChange } from '#store/change-log.ts';
import { contactCount } from '#store/contact-counts.ts';
import { suppress } from '#store/suppressions.ts';
import { aWorld, type World } from './a-context.ts';

const audience = 'members';
const ANA = 'ana@example.org';
const csv = `email,first_name\n${ANA},Ana\nben@example.org,Ben\n`;

let world: World;
const nora = () => world.as('nora', 'admin');

beforeEach(() => {
  world = aWorld();
});

async function addresses(): Promise<string[]> {
  const found: string[] = [];
  for await (const page of listContacts(world.table, audience)) {
    found.push(...page.map(({ address }) => address));
  }
  return found.sort();
}

test('somebody who was erased is rejected with her row, line and reason, in whatever letters', async () => {
  await importAudience(nora(), { audience }, csv);
  await eraseAddress(nora(), ANA);
  expect(await addresses()).toEqual(['ben@example.org']);
  const again = await importAudience(nora(), { audience }, csv.replace(ANA, 'Ana@Example.org'));
  expect(again).toMatchObject({ rows: 2, new: 0, unchanged: 1, rejected: 1, suppressed: 0 });
  expect(again.rejects).toEqual([
    {
      row: 1,
      line: 2,
      code: 'erased',
      message: 'this person was erased on request, and is not taken again',
      column: 'email',
    },
  ]);
  expect(await addresses()).toEqual(['ben@example.org']);
});

test('a dry run says so as well', async () => {
  await eraseAddress(nora(), ANA);
  const dry = await importAudience(nora(), { audience, dryRun: true }, csv);
  expect(dry).toMatchObject({ new: 1, rejected: 1, rejects: [{ code: 'erased', row: 1 }] });
});

test('any other order lets her in, suppressed, and erasure outweighs it', async () => {
  await suppressAddress(nora(), { address: ANA });
  expect(await importAudience(nora(), { audience }, csv)).toMatchObject({
    new: 2,
    rejected: 0,
    suppressed: 1,
  });
  await eraseAddress(nora(), ANA);
  expect(await importAudience(nora(), { audience }, csv)).toMatchObject({
    rejected: 1,
    suppressed: 0,
  });
});

test('the same holds where there are more orders than are read at once', async () => {
  const key = await nora().suppressionKey();
  for (let n = 0; n <= 20_000; n += 1) {
    const digest = addressDigest(`other-${n}@example.org`, key);
    await suppress(world.table, { digest, reason: 'bounced', at: world.now }, `c${n}`);
  }
  await eraseAddress(nora(), ANA);
  await suppressAddress(nora(), { address: 'ben@example.org' });
  expect(await importAudience(nora(), { audience }, csv)).toMatchObject({
    new: 1,
    rejected: 1,
    suppressed: 1,
    rejects: [{ code: 'erased', row: 1 }],
  });
});

/** Something happens right before, or right after, the first contact of hers is written. */
function around(table: Table, when: 'before' | 'after', run: () => Promise<unknown>): Table {
  let isDone = false;
  const put: Table['put'] = async (item: Item, condition) => {
    const isHers = item.pk.startsWith('A#') && item.address === ANA && !isDone;
    if (!isHers) return table.put(item, condition);
    isDone = true;
    if (when === 'before') await run();
    const written = await table.put(item, condition);
    if (when === 'after') await run();
    return written;
  };
  return {
    get: (key, options) => table.get(key, options),
    query: (query) => table.query(query),
    put,
    update: (key, change, condition) => table.update(key, change, condition),
    delete: (key, condition) => table.delete(key, condition),
  };
}

test.each(['before', 'after'] as const)(
  'erased right %s her contact is written, she does not stay, and the chunk given again says why',
  async (when) => {
    const begun = await beginImport(nora(), { audience, header: ['email', 'first_name'] });
    const text = csv.slice(csv.indexOf('\n') + 1);
    const digest = createHash('sha256').update(text).digest('hex');
    const chunk = { audience, import: begun.import, chunk: '0', digest };
    const erase = () => eraseAddress(nora(), ANA);
    const table = around(world.table, when, erase);
    // Found by the erasure where it looked later, by the import where it looked earlier.
    await importChunk({ ...nora(), table }, chunk, text).catch((error: unknown) => {
      expect([when, error]).toEqual(['before', expect.objectContaining({ retryable: true })]);
    });
    expect(await addresses()).toEqual(['ben@example.org']);
    const taken = await importChunk(nora(), chunk, text);
    if (when === 'before') {
      expect(taken).toMatchObject({
        counts: { new: 1, rejected: 1 },
        rejects: [{ code: 'erased' }],
      });
    }
    await finishImport(nora(), { audience, import: begun.import, chunks: 1 });
    const counting = { now: () => world.now, until: Number.POSITIVE_INFINITY, nonce: () => 'n' };
    expect(await contactCount(world.table, audience, counting)).toBe(1);
    expect(await countContacts(world.table, audience)).toBe(1);
    await undoImport(nora(), { audience, import: begun.import });
    expect(await addresses()).toEqual([]);
  },
);

test('an erasure that died behind its entry in the change log holds her back until it is repeated', async () => {
  const digest = addressDigest(ANA, await nora().suppressionKey());
  const entry = { id: 'c', kind: 'suppressed', digest, reason: 'erased', at: world.now } as const;
  await appendChange(world.table, entry);
  expect(await importAudience(nora(), { audience }, csv)).toMatchObject({ new: 1, rejected: 1 });
  await eraseAddress(nora(), ANA);
  world.now += 3_600_000;
  expect(await importAudience(nora(), { audience }, csv)).toMatchObject({ new: 0, rejected: 1 });
});

test('an erasure elsewhere in the last minute does not make a chunk come twice', async () => {
  await eraseAddress(nora(), 'somebody@example.org');
  expect(await importAudience(nora(), { audience }, csv)).toMatchObject({ new: 2, rejected: 0 });
});

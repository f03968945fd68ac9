import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { loadMedia, saveMedia } from '#store/media.ts';
import { MemoryTable } from '#store/memory-table.ts';

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const noise = (length: number) => Uint8Array.from({ length }, (_, index) => (index * 7919) >> 3);

test.each([0, 1, 389_120, 389_121, 3_000_000])(
  '%d bytes come back under their digest',
  async (length) => {
    const table = new MemoryTable();
    const bytes = noise(length);
    expect(await saveMedia(table, bytes)).toBe(sha256(bytes));
    expect(Buffer.compare(await loadMedia(table, sha256(bytes)), bytes)).toBe(0);
    const before = table.snapshot().length;
    await saveMedia(table, bytes);
    expect(table.snapshot()).toHaveLength(before);
  },
);

test('a file that nobody stored, or not to its end, is missing', async () => {
  const table = new MemoryTable();
  const bytes = noise(1_000_000);
  const digest = await saveMedia(table, bytes);
  await table.delete({ pk: `O#${digest}`, sk: '0000' });
  await expect(loadMedia(table, digest)).rejects.toMatchObject({ code: 'media_missing' });
});

test('changed bytes and missing parts are noticed', async () => {
  const table = new MemoryTable();
  const digest = await saveMedia(table, noise(1_000_000));
  const key = { pk: `O#${digest}`, sk: '0001' };
  await table.update(key, { set: { data: Uint8Array.from([1]) } });
  await expect(loadMedia(table, digest)).rejects.toMatchObject({ code: 'store_corrupt' });
  await table.delete(key);
  await expect(loadMedia(table, digest)).rejects.toMatchObject({ code: 'store_corrupt' });
});

test('a file beyond 64 MiB is refused with the limit', async () => {
  const saving = saveMedia(new MemoryTable(), new Uint8Array(64 * 1024 * 1024 + 1));
  await expect(saving).rejects.toMatchObject({ name: 'Refusal', code: 'media_too_large' });
});

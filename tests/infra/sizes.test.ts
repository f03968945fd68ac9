import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { functions } from '#infra/definition.ts';
import { sizeOf, sizesOf } from './sizes.ts';
import { bundled } from './synthesized.ts';

test('every function is within its limit', async () => {
  const sizes = sizesOf(await bundled());
  expect(sizes.map(({ name }) => name).sort()).toEqual(functions.map(({ name }) => name).sort());
  expect(sizes.flatMap(({ problem }) => problem ?? [])).toEqual([]);
});

test.each([
  ['click', 20 * 1_024, 5_000, undefined],
  ['click', 20 * 1_024 + 1, 5_000, /click has 20 KB minified, at most 20/],
  ['unsubscribe', 25_000, 5_000, /unsubscribe has 24\.4 KB minified/],
  ['api', 2_000_000, 250 * 1_024, undefined],
  ['run', 2_000_000, 250 * 1_024 + 100, /run has 250\.1 KB compressed, at most 250/],
])('%s with %i bytes, %i compressed', (name, bytes, gzipBytes, said) => {
  const { problem } = sizeOf(name, bytes, gzipBytes);
  if (said) expect(problem).toMatch(said);
  else expect(problem).toBeUndefined();
});

test('no bundle imports node:http as an ES module, which would load a second client with it', async () => {
  for (const [name, folder] of await bundled()) {
    const code = readFileSync(join(folder, 'index.mjs'), 'utf8');
    expect(code.match(/from\s*["'](?:node:)?http["']/g) ?? [], name).toEqual([]);
  }
});

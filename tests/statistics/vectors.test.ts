/** Every numeric case within 1e-9 absolute or 1e-8 relative of a 40-digit reference. */

import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { functionNamed } from './functions.ts';

type Vectors = { formula: string; cases: { input: unknown; want: unknown }[] };

const folder = new URL('../vectors/statistics/', import.meta.url);

for (const file of readdirSync(folder).filter((name) => name.endsWith('.json'))) {
  const { formula, cases } = JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as Vectors;
  describe(`${file}: ${formula}`, () => {
    test.each(cases.map((one) => ({ ...one, name: JSON.stringify(one.input).slice(0, 120) })))(
      '$name',
      ({ input, want }) => {
        const got = functionNamed(file.replace('.json', ''))(input);
        expect(far(got, want, '')).toEqual([]);
      },
    );
  });
}

/** Where `got` is neither within 1e-9 absolute nor 1e-8 relative of `want`. */
function far(got: unknown, want: unknown, path: string): string[] {
  if (want === 'Infinity') return got === Number.POSITIVE_INFINITY ? [] : [`${path}: ${got}`];
  if (typeof want === 'number') {
    const miss = typeof got === 'number' ? Math.abs(got - want) : Number.NaN;
    const near = miss <= 1e-9 || miss <= 1e-8 * Math.abs(want);
    return near ? [] : [`${path}: ${got} instead of ${want}`];
  }
  if (want === null || typeof want !== 'object') return got === want ? [] : [`${path}: ${got}`];
  return Object.entries(want).flatMap(([key, value]) =>
    far((got as Record<string, unknown> | null)?.[key], value, `${path}/${key}`),
  );
}

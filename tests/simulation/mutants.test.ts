import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { hunt } from './hunt-mutants.ts';
import { changed } from './load-hooks.ts';
import { allMutants } from './mutants/all-mutants.ts';
import { notPlanted } from './mutants/not-planted.ts';

function mutant(id: string) {
  const found = allMutants.find((one) => one.id === id);
  if (!found) throw new Error(`there is no mutant ${id}`);
  return found;
}

describe('the list of planted bugs', () => {
  test('has forty of them, each with a name of its own', () => {
    expect(allMutants.length).toBeGreaterThanOrEqual(40);
    expect(new Set(allMutants.map(({ id }) => id)).size).toBe(allMutants.length);
    for (const { about, why } of notPlanted) expect(`${about}: ${why}`).toMatch(/.{20}/);
  });

  test.each(allMutants.map((one) => [one.id, one] as const))(
    '%s changes one place of the code as it stands',
    (_id, one) => {
      const text = readFileSync(new URL(`../../${one.file}`, import.meta.url), 'utf8');
      expect(changed(text, one)).not.toBe(text);
    },
  );
});

describe('a planted bug', () => {
  test.each([
    ['record-before-send', 'seeds'],
    ['suppressed-at-freeze-only', 'seeds'],
    ['dynamo-all-is-any', 'conformance'],
  ])('%s is noticed by %s within forty', async (id, hunter) => {
    const { kill } = await hunt(mutant(id), 40);
    expect(kill?.hunter).toBe(hunter);
  });

  test('that changes nothing survives: a hunt does not cry wolf', async () => {
    const harmless = {
      ...mutant('record-before-send'),
      replace: mutant('record-before-send').find,
    };
    const hunters = ['seeds'] as const;
    expect((await hunt({ ...harmless, hunters }, 20)).kill).toBeUndefined();
  });

  test('whose place has gone is an error, not a kill', async () => {
    const gone = { ...mutant('record-before-send'), find: 'words that stand nowhere' };
    await expect(hunt(gone, 1)).rejects.toThrow('record-before-send cannot be planted');
  });
});

import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { importsBelow, importsOf, objection, rooms } from './rooms.ts';

const root = new URL('..', import.meta.url).pathname;

describe('the doors between rooms', () => {
  const imports = [
    ...importsBelow(root, 'functions'),
    ...importsBelow(root, 'infra').filter((one) => one.file === 'infra/definition.ts'),
  ];

  test('every import goes through a door', () => {
    expect(imports.length).toBeGreaterThan(100);
    expect(imports.flatMap((one) => objection(one) ?? [])).toEqual([]);
  });

  test('the local runtime reaches functions only as bundles, and says states in their words', () => {
    const doors = ['#store/table.ts', '#domain/state-words.ts'];
    const wrong = importsBelow(root, 'infra').filter(
      ({ file, from }) => reaches(file, from).startsWith('functions/') && !doors.includes(from),
    );
    expect(wrong).toEqual([]);
  });

  test('a stand-in does not know who calls it', () => {
    const wrong = importsBelow(root, 'infra/local/stand-ins').filter(({ file, from }) => {
      const target = reaches(file, from);
      return target.startsWith('infra/local/functions') || target.startsWith('infra/local/crowd');
    });
    expect(wrong).toEqual([]);
  });

  test('every package door of a room is used, or it is closed', () => {
    const used = new Set(imports.map((one) => one.from));
    const doors = Object.values(rooms).flatMap((room) => Object.keys(room.packages));
    expect([...new Set(doors)].filter((door) => !used.has(door))).toEqual([]);
  });
});

/** The file an import leads to, from the top of the checkout; packages as they are written. */
function reaches(file: string, from: string): string {
  if (from.startsWith('.')) return path.posix.join(path.posix.dirname(file), from);
  if (from.startsWith('#infra/')) return from.slice(1);
  return from.startsWith('#') ? `functions/${from.slice(1)}` : from;
}

describe('the judge of the doors', () => {
  test.each([
    ['statistics knows no other room', 'functions/statistics/a.ts', '#domain/burst.ts'],
    ['domain knows no SDK', 'functions/domain/a.ts', '@aws-sdk/client-sesv2'],
    ['domain knows no store', 'functions/domain/a.ts', '#store/bursts.ts'],
    [
      'the runner knows channels by their contract only',
      'functions/runner/a.ts',
      '#channels/email.ts',
    ],
    ['the store knows no runner', 'functions/store/a.ts', '#runner/tick.ts'],
    ['entries never import each other', 'functions/run.ts', './api.ts'],
    ['relative imports stay inside a room', 'functions/runner/a.ts', '../store/bursts.ts'],
    ['own files are imported relatively', 'functions/runner/a.ts', '#runner/tick.ts'],
    ['the definition imports nothing', 'infra/definition.ts', '#domain/limits.ts'],
    ['zod comes as zod/mini', 'functions/domain/a.ts', 'zod'],
    ['a new room needs a line of its own', 'functions/cellar/a.ts', '#domain/burst.ts'],
  ])('%s', (_why, file, from) => {
    expect(objection({ file, from })).toBeTypeOf('string');
  });

  test('sees static, type-only, side-effect, re-exported and dynamic imports', () => {
    const text = [
      "import { a } from 'one';",
      "import type { B } from 'two';",
      "import 'three';",
      "export { c } from 'four';",
      "const d = await import('five');",
      'import {\n  e,\n  f,\n} from "six";',
    ].join('\n');
    const found = importsOf('functions/domain/a.ts', text).map((one) => one.from);
    expect(found.sort()).toEqual(['five', 'four', 'one', 'six', 'three', 'two']);
  });
});

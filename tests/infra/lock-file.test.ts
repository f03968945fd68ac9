import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  ageObjections,
  type Locked,
  lockObjections,
  type ReleaseDates,
  SCRIPTS,
} from './lock-objections.ts';

const checkout = join(import.meta.dirname, '..', '..');
const read = (file: string) => JSON.parse(readFileSync(join(checkout, file), 'utf8'));

test('every package comes from the registry that npm is set to, by its contents', () => {
  expect(lockObjections(read('package-lock.json').packages)).toEqual([]);
});

test('every release was at least seven days old when it was taken, or is waived by name', () => {
  const dates: ReleaseDates = read('tests/infra/release-dates.json');
  expect(ageObjections(read('package-lock.json').packages, dates)).toEqual([]);
  const idle = Object.keys(dates.waived).filter((release) => !(release in dates.releases));
  expect(idle).toEqual([]);
});

test('two packages may run a script when they are installed', () => {
  const allowed = Object.entries(read('package.json').allowScripts).filter(([, may]) => may);
  expect(new Set(allowed.map(([name]) => name))).toEqual(SCRIPTS);
});

test('every version is pinned', () => {
  const { dependencies, devDependencies } = read('package.json');
  for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies })) {
    expect(`${name} ${version}`).toMatch(/ \d+\.\d+\.\d+$/);
  }
});

describe('what must not land is found', () => {
  const right = { integrity: 'sha512-x' };
  test.each<[string, Locked, RegExp]>([
    ['plain HTTP', { ...right, resolved: 'http://registry.test/x.tgz' }, /comes from http:/],
    ['a repository', { ...right, resolved: 'git+ssh://git@example.com/x' }, /comes from git\+ssh/],
    ['no digest', {}, /no sha512/],
    ['an old digest', { integrity: 'sha1-x' }, /no sha512/],
    [
      'an old digest of another system',
      { integrity: 'sha1-x', optional: true, os: ['aix'] },
      /no sha/,
    ],
    ['a script', { ...right, hasInstallScript: true }, /x wants to run a script/],
  ])('%s', (_what, locked, said) => {
    expect(lockObjections({ 'node_modules/x': locked }).join()).toMatch(said);
  });
});

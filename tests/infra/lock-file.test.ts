import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

const checkout = join(import.meta.dirname, '..', '..');
const read = (file: string) => JSON.parse(readFileSync(join(checkout, file), 'utf8'));

interface Locked {
  readonly resolved?: string;
  readonly integrity?: string;
  readonly inBundle?: boolean;
  readonly hasInstallScript?: boolean;
  readonly optional?: boolean;
  /** Only for these systems: npm notes no digest of what it did not fetch itself. */
  readonly os?: readonly string[];
}

/** What may run a script while it is installed: its platform's binary is put in place. */
const SCRIPTS = new Set(['esbuild', 'node']);
/** These have a script too; npm does not run it, because package.json does not allow it. */
const NEVER_RUN = new Set(['classic-level', 'neo-async']);

function objections(packages: { readonly [path: string]: Locked }): string[] {
  return Object.entries(packages).flatMap(([path, locked]) => {
    if (path === '') return [];
    const name = path.replace(/^.*node_modules\//, '');
    const found: string[] = [];
    if (locked.resolved !== undefined) found.push(`${name} comes from ${locked.resolved}`);
    const isElsewhere = locked.optional === true && locked.os !== undefined && !locked.integrity;
    if (!locked.inBundle && !isElsewhere && !locked.integrity?.startsWith('sha512-')) {
      found.push(`${name} has no sha512 of its contents`);
    }
    if (locked.hasInstallScript && !SCRIPTS.has(name) && !NEVER_RUN.has(name)) {
      found.push(`${name} wants to run a script`);
    }
    return found;
  });
}

test('every package comes from the registry that npm is set to, by its contents', () => {
  expect(objections(read('package-lock.json').packages)).toEqual([]);
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
    expect(objections({ 'node_modules/x': locked }).join()).toMatch(said);
  });
});

// npm run ages: notes when each new release in the lock file was published, as the registry that
// npm is set to says it; takes out what left. A release younger than seven days then fails the tests.

import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ageObjections, type ReleaseDates } from './lock-objections.ts';

const checkout = join(import.meta.dirname, '..', '..');
const file = join(import.meta.dirname, 'release-dates.json');
const { packages } = JSON.parse(readFileSync(join(checkout, 'package-lock.json'), 'utf8'));
const dates = JSON.parse(readFileSync(file, 'utf8')) as ReleaseDates;
const releases = { ...dates.releases };

for (const objection of ageObjections(packages, dates)) {
  const [release = ''] = objection.split(' ');
  if (objection.includes('has no date'))
    releases[release] = { published: published(release), locked: today() };
  else if (objection.includes('not in the lock file')) delete releases[release];
}
const sorted = Object.fromEntries(Object.entries(releases).sort(([a], [b]) => (a < b ? -1 : 1)));
writeFileSync(file, `${JSON.stringify({ ...dates, releases: sorted }, null, 2)}\n`);
const left = ageObjections(packages, { ...dates, releases });
for (const objection of left) console.error(objection);
console.log(
  `${Object.keys(sorted).length} releases, ${left.length} to wait for or to waive by name`,
);
process.exitCode = left.length === 0 ? 0 : 1;

function published(release: string): string {
  const at = release.lastIndexOf('@');
  const words = ['view', release.slice(0, at), 'time', '--json'];
  const times = JSON.parse(execFileSync('npm', words, { encoding: 'utf8' })) as Record<
    string,
    string
  >;
  return (times[release.slice(at + 1)] ?? '').slice(0, 10);
}

function today(): string {
  return new Date().toISOString().slice(0, 10);
}

import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Import, importsBelow } from '../rooms.ts';

const root = join(import.meta.dirname, '..', '..');

/** Plain data. */
const DOORS = ['#infra/definition.ts', '#store/table.ts', '#domain/state-words.ts'];

/** Why this import is not allowed in `infra/local`, or undefined. */
function objection({ file, from }: Import): string | undefined {
  if (from.startsWith('#')) {
    if (DOORS.includes(from)) return undefined;
    return `${file}: the local runtime loads bundles, it does not import ${from}`;
  }
  if (!file.includes('/stand-ins/') || !from.startsWith('.')) return undefined;
  const target = join(file, '..', from);
  const isShared = ['append-log', 'escape-html', 'http-server', 'data-folder', 'write-whole'].some(
    (name) => target.endsWith(`/local/${name}.ts`),
  );
  if (target.includes('/stand-ins/') || isShared) return undefined;
  return `${file}: a stand-in must not know who calls it, but imports ${from}`;
}

test('the local runtime imports the definition, the table and the words of states as data, and no room', () => {
  const objections = importsBelow(root, 'infra/local').map(objection);
  expect(objections.filter((one) => one !== undefined)).toEqual([]);
});

test.each([
  { file: 'infra/local/demo/a.ts', from: '#commands/plan-burst.ts' },
  { file: 'infra/local/functions/a.ts', from: '#store/bursts.ts' },
  { file: 'infra/local/stand-ins/ses/a.ts', from: '../../demo/demo.ts' },
])('refused: $file imports $from', (given) => {
  expect(objection(given)).toBeDefined();
});

test('the command line knows the API by its types alone', () => {
  const imports = importsBelow(root, 'cli');
  const rooms = imports.filter(({ from }) => from.startsWith('#')).map(({ from }) => from);
  // `compare` computes a report again without a server, by the code that made it.
  const allowed =
    /^#(?:(?:commands|domain|statistics)\/|feedback\/(?:report-basis|report-of|say-native|say-time|build-report)\.ts)/;
  // `doctor --aws` asks the account itself, with the settings that a deployment reads.
  const ofDoctor = imports.filter(({ file }) => file === 'cli/doctor-aws.ts');
  const asked = ofDoctor.filter(({ from }) => from.startsWith('#infra/aws/'));
  const wrong = rooms.filter((from) => !allowed.test(from));
  expect(wrong.sort()).toEqual(asked.map(({ from }) => from).sort());
});

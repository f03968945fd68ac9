// Makes the generated files of `examples/polls-close/`: `node infra/local/demo/make-example.ts`.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { exampleImage } from './example-image.ts';
import { examplePeople, toCsv } from './example-people.ts';

/** List, suppressed people and picture; the same files every time. */
export function makeExample(folder: string): void {
  const { people, suppressed } = examplePeople();
  writeFileSync(join(folder, 'supporters.csv'), toCsv(people));
  writeFileSync(join(folder, 'suppressed.txt'), `${suppressed.join('\n')}\n`);
  writeFileSync(join(folder, 'polls-close.png'), exampleImage());
}

if (process.argv[1] === import.meta.filename) {
  makeExample(join(import.meta.dirname, '..', '..', '..', 'examples', 'polls-close'));
}

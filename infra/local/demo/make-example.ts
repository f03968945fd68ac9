// Writes the generated files of `examples/polls-close/`: `node infra/local/demo/make-example.ts`.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { exampleImage } from './example-image.ts';
import { examplePeople, toCsv } from './example-people.ts';

const folder = join(import.meta.dirname, '..', '..', '..', 'examples', 'polls-close');
const { people, suppressed } = examplePeople();
writeFileSync(join(folder, 'supporters.csv'), toCsv(people));
writeFileSync(join(folder, 'suppressed.txt'), `${suppressed.join('\n')}\n`);
writeFileSync(join(folder, 'polls-close.png'), exampleImage());

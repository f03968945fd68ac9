import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { cliReference } from '../../cli/reference/cli-reference.ts';

test('docs/cli.md is the help of today (npm run schema)', async () => {
  const path = new URL('../../docs/cli.md', import.meta.url);
  expect(readFileSync(path, 'utf8')).toBe(await cliReference());
});

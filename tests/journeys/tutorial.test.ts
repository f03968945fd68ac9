// docs/tutorial.md, executed: every command in its order, against what is shown below it.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { temporaryFolder } from '../local/temporary-folder.ts';
import { matchesShown, readDocument, wordsOf } from './console-blocks.ts';
import { anOperator, type Operator } from './operator.ts';

const file = new URL('../../docs/tutorial.md', import.meta.url);
const { blocks, files } = readDocument(readFileSync(file, 'utf8'));
const START = 'npm start -- --empty';

let folder: ReturnType<typeof temporaryFolder>;
let operator: Operator | undefined;

beforeAll(() => {
  folder = temporaryFolder();
  for (const { name, content } of files) writeFileSync(join(folder.path, name), content);
});

afterAll(async () => {
  await operator?.stop();
  folder.remove();
});

test('from an idle laptop it takes five commands at most to a scheduled burst', () => {
  const scheduled = blocks.findIndex(({ output }) =>
    output.some((line) => /is scheduled for/.test(line)),
  );
  expect(scheduled).toBeGreaterThan(0);
  // `npm ci` stands in a fence that is no console: it belongs to getting Volley at all.
  expect(scheduled + 1).toBeLessThanOrEqual(5);
});

test('every command prints what the tutorial shows', { timeout: 120_000 }, async () => {
  expect(blocks.length).toBeGreaterThanOrEqual(8);
  for (const { command, output } of blocks) {
    const printed = await carryOut(command);
    const lines = printed.replace(/\n$/, '').split('\n');
    const isSame = matchesShown(output, lines);
    expect(isSame, `$ ${command}\n${printed}\n-- shown --\n${output.join('\n')}`).toBe(true);
  }
});

async function carryOut(command: string): Promise<string> {
  if (command === START) {
    operator = await anOperator(join(folder.path, '.volley'), folder.path);
    return operator.runtime.output();
  }
  const [npx, name, ...args] = wordsOf(command);
  expect([npx, name], command).toEqual(['npx', 'volley']);
  const said = await operator?.volley(args);
  expect(said?.code, `${command}\n${said?.stdout}\n${said?.stderr}`).toBe(0);
  return said?.stdout ?? '';
}

test('a tutorial that shows something else fails', () => {
  expect(matchesShown(['3 get it'], ['4 get it'])).toBe(false);
  expect(matchesShown(['a', '…', 'c'], ['a', 'b', 'b', 'd'])).toBe(false);
  expect(matchesShown(['a', '…'], ['a', 'b'])).toBe(true);
  expect(matchesShown(['in … s'], ['in 12 s'])).toBe(true);
  expect(matchesShown(['in … s'], ['in 12 s', 'more'])).toBe(false);
});

// examples/petition from file to result, by the commands of docs/days/petition.md.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from '../local/temporary-folder.ts';
import { aDay, type Day } from './a-day.ts';
import { show } from './local-runtime.ts';

let day: Day;
const burst = 'petition';
const signers = 120;

beforeAll(async () => {
  // Slow enough to be stopped by hand: two windows of five seconds.
  day = await aDay(burst, 12);
}, 90_000);

afterAll(() => day.end());

test('a burst is stopped in the middle, its link corrected, the rest sent, nobody twice', {
  timeout: 180_000,
}, async () => {
  await day.import('signers.csv');
  await day.volley('send', day.file('campaign.yaml'), '--in', '5s', '--yes', '--no-watch');
  await until(async () => {
    const shown = await show(join(day.folder, 'data'), burst);
    return (shown?.sent.accepted ?? 0) > 0 ? true : undefined;
  }, 60_000);
  const stopped = await day.volley('stop', burst, '--reason', 'the link is wrong', '--json');
  expect(stopped.json).toMatchObject({ state: 'stopped', isFinal: true });
  const { accepted, remaining } = stopped.json.sent;
  expect(accepted).toBeGreaterThan(0);
  expect(remaining).toBeGreaterThan(0);
  expect(accepted + remaining).toBe(signers);
  const looked = await day.tried(['status', burst, '--watch']);
  expect([looked.code, looked.stdout]).toMatchObject([
    5,
    expect.stringContaining('the link is wrong'),
  ]);

  const reached = await day.volley('correct', burst, '--message', 'sorry', '--yes', '--json');
  expect(reached.json).toMatchObject({ people: accepted, audience: 'petition-reached' });
  const correction = readFileSync(join(day.folder, 'sorry', 'campaign.yaml'), 'utf8');
  expect(correction).toContain('from: "Nora at Riverside <nora@example.org>"');
  const draft = await day.volley('check', 'sorry/campaign.yaml', '--json');
  expect(draft.json.forecast.recipients).toBe(accepted);

  const link = 'write=https://example.org/letters';
  const dry = await day.volley('correct', burst, '--link', link, '--dry-run');
  expect(dry.stdout).toContain('nothing was changed');
  expect(dry.stdout).toContain('the new address passes no click id');
  await day.volley('correct', burst, '--link', link, '--yes');
  // Chance gave about half of them this call: the first who has it.
  let sent = '';
  for (const address of day.addresses('signers.csv')) {
    const { json } = await day.volley('preview', burst, '--as', address, '--json');
    if (json.emails[0].call === 'write') sent = address;
    if (sent !== '') break;
  }
  const followed = await day.follow(burst, sent);
  expect(followed.headers.get('location')).toContain('https://example.org/letters');

  await day.volley('resume', burst, '--yes');
  const { json } = await day.state(burst, 'measuring');
  expect(json.sent).toMatchObject({ accepted: signers, inDoubt: 0, remaining: 0 });
  const audit = await day.volley('audit', '--json');
  expect(audit.json).toMatchObject({ clean: true, bursts: [{ duplicates: 0, unaccounted: 0 }] });

  const [address = ''] = day.addresses('signers.csv');
  await day.volley('erase', address, '--yes');
  const after = await day.volley('audience', 'show', 'signers', '--json');
  expect(JSON.stringify(after.json)).not.toContain(address);
  const who = await day.volley('who', address, '--json');
  expect(who.json.suppressed.reason).toBe('erased');
});

// A month as a person reads it: days in bold, and below each its bursts in columns.

import { stripVTControlCharacters } from 'node:util';
import { afterEach, expect, test } from 'vitest';
import { calendar } from '../../cli/list.ts';
import { adminToken as token } from '../api/an-api.ts';
import { files, launch } from '../commands/a-context.ts';
import { aTerminal, type Terminal } from './a-terminal.ts';
import { type ServedApi, servedApi } from './served-api.ts';

let served: ServedApi | undefined;
let terminal: Terminal | undefined;

afterEach(async () => {
  terminal?.restore();
  await served?.stop();
});

test('its columns are aligned, whatever names, zones and states the bursts have', async () => {
  served = await servedApi();
  const { api, url } = served;
  const csv = 'email\nana@example.org\n';
  await api.call('POST', '/v1/audiences/prospects/import', { token, csv });
  for (const [name, at] of [
    ['atlas-launch', '2027-03-04 10:00 Europe/Paris'],
    ['b', '2027-03-04 12:30 UTC'],
    ['a-longer-name', '2027-03-09 09:00 America/New_York'],
  ] as const) {
    const text = launch.replace('atlas-launch', name).replace(/at: .*/, `at: ${at}`);
    const json = { file: { name: 'atlas.yaml', text }, files };
    expect((await api.call('POST', '/v1/bursts', { token, json })).status).toBe(200);
  }
  await api.call('POST', '/v1/bursts/b/schedule', { token, json: {} });
  terminal = aTerminal({ columns: 100, rows: 30 });
  expect(await calendar.run(['2027-03', '--url', url])).toBe(0);
  const lines = terminal.screen().map((line) => stripVTControlCharacters(line));
  expect(lines).toEqual([
    'Thu 4 Mar',
    '  10:00 Europe/Paris      atlas-launch   a draft    prospects, mastodon',
    '  12:30 UTC               b              scheduled  prospects, mastodon',
    'Tue 9 Mar',
    '  09:00 America/New_York  a-longer-name  a draft    prospects, mastodon',
    '',
  ]);
});

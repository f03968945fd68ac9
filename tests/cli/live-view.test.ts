// What somebody sees who watches a burst on a terminal.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { Burst } from '#domain/burst.ts';
import { loadBurst, saveBurst } from '#store/bursts.ts';
import { loadLane, saveLane } from '#store/lanes.ts';
import { Live } from '../../cli/screen.ts';
import { send } from '../../cli/send.ts';
import { status } from '../../cli/status.ts';
import { statusView } from '../../cli/status-lines.ts';
import { wrapped } from '../../cli/wrapped.ts';
import { adminToken } from '../api/an-api.ts';
import { contractWorld } from '../api/contract-world.ts';
import { temporaryFolder } from '../local/temporary-folder.ts';
import * as examples from '../store/examples.ts';
import { aTerminal, type Terminal, type TerminalSize } from './a-terminal.ts';
import { type ServedApi, servedApi } from './served-api.ts';

const BURST = 'b-releasing';
let terminal: Terminal | undefined;
let served: ServedApi | undefined;

afterEach(async () => {
  terminal?.restore();
  await served?.stop();
  [terminal, served] = [undefined, undefined];
});

async function watched(size: TerminalSize) {
  const { api, table } = await contractWorld();
  api.world.now = examples.momentAt + 5_000;
  served = await servedApi(api);
  terminal = aTerminal(size);
  const args = [BURST, '--watch', '--url', served.url];
  return { served, api, table, terminal, ended: status.run(args) };
}

type Watched = Awaited<ReturnType<typeof watched>>;

async function viewOf({ api }: Pick<Watched, 'api'>, burst = BURST): Promise<string[]> {
  const { body } = await api.call('GET', `/v1/bursts/${burst}`, { token: adminToken });
  const { facts, figures } = statusView(body);
  return [...facts, ...figures].map((line) => stripVTControlCharacters(line));
}

async function change(
  { table }: Pick<Watched, 'table'>,
  fields: Partial<Burst>,
  burst = BURST,
): Promise<void> {
  const before = await loadBurst(table, burst, { consistent: true });
  if (!before) throw new Error(`there is no ${burst}`);
  const saved = await saveBurst(table, before, { ...before, ...fields }, 'test');
  expect(saved.kind).toBe('saved');
}

/** The window that is under way is answered. */
async function accept({ table }: Watched): Promise<void> {
  const lane = await loadLane(table, BURST, 0);
  if (!lane) throw new Error('there is no lane');
  const { window: _over, ...rest } = lane;
  await saveLane(table, lane, rest, 'test');
}

/** The screen is these lines and nothing else: no row of an earlier look is left. */
async function sees(one: Watched, before: readonly string[] = []): Promise<void> {
  const view = await viewOf(one);
  await vi.waitFor(() => expect(one.terminal.screen()).toEqual([...before, ...view, '']), 10_000);
}

describe('status --watch', () => {
  test('is redrawn in place from the first call to the last, and ends when all is sent', async () => {
    const one = await watched({ columns: 100, rows: 30 });
    await sees(one);
    await accept(one);
    await sees(one);
    await change(one, { reason: 'a look at the link' });
    await sees(one);
    await change(one, { state: 'measuring', sentAt: examples.momentAt + 5_000 });
    expect(await one.ended).toBe(0);
    await sees(one);
    expect(one.terminal.written()).toContain('\u001b[1m');
  });

  test('ends with 5 where a person is needed, and says what they may do', async () => {
    const one = await watched({ columns: 100, rows: 30 });
    await sees(one);
    await change(one, { state: 'stopped', stoppedAt: examples.momentAt, reason: 'bounces' });
    expect(await one.ended).toBe(5);
    await sees(one);
    expect(one.terminal.screen().join('\n')).toContain(`volley resume ${BURST}`);
  });

  test('in a small window no line wraps, nothing scrolls, and the figures stay', async () => {
    const one = await watched({ columns: 40, rows: 6 });
    const legs = Array.from({ length: 9 }, (_, place) => ({
      ...examples.burst.legs[1],
      name: `slot-${place}`,
    })) as Burst['legs'];
    await change(one, { legs: [...examples.burst.legs.slice(0, 1), ...legs] });
    const seen = () => one.terminal.screen().join('\n');
    await vi.waitFor(() => expect(seen()).toContain('more: a higher window'), 10_000);
    await accept(one);
    await change(one, { state: 'measuring', sentAt: examples.momentAt + 5_000 });
    expect(await one.ended).toBe(0);
    expect(one.terminal.screen().length).toBeLessThanOrEqual(6);
    for (const row of one.terminal.screen()) expect(row.length).toBeLessThan(40);
    expect(seen()).toMatch(
      /^b-releasing is .*\n.*more: a higher window.*\n {2}moment .*…\n {2}sent/s,
    );
  });

  test('a window that becomes narrower leaves nothing behind, and one that grows has room', async () => {
    const one = await watched({ columns: 100, rows: 30 });
    await sees(one);
    const view = await viewOf(one);
    one.terminal.resize(50);
    expect(one.terminal.screen().length).toBeGreaterThan(view.length + 1);
    const fitted = view.flatMap((line) => wrapped(line, 49));
    expect(fitted.length).toBeGreaterThan(view.length);
    await vi.waitFor(() => expect(one.terminal.screen()).toEqual([...fitted, '']), 10_000);
    for (const row of one.terminal.screen()) expect(row.length).toBeLessThan(50);
    one.terminal.resize(100);
    await sees(one);
    await change(one, { state: 'measuring', sentAt: examples.momentAt + 5_000 });
    expect(await one.ended).toBe(0);
  });

  test('a server that is away for a moment is told below, and the view goes on under it', async () => {
    const one = await watched({ columns: 100, rows: 30 });
    await sees(one);
    const before = await viewOf(one);
    await one.served.shut();
    const seen = () => one.terminal.screen();
    await vi.waitFor(() => expect(seen().join('\n')).toContain('trying again'), 10_000);
    const told = seen().slice(before.length, -1);
    await one.served.open();
    await accept(one);
    await sees(one, [...before, ...told]);
    await change(one, { state: 'measuring', sentAt: examples.momentAt + 5_000 });
    expect(await one.ended).toBe(0);
    await sees(one, [...before, ...told]);
  });
});

const CAMPAIGN = `campaign: spring
links: go.example.com
notify: [ops@example.com]
calls:
  join: { say: Join us, to: "https://example.com/join?ref={click}" }
burst:
  at: 2030-03-04 10:00 Europe/Paris
  legs:
    people:
      channel: email
      to: { list: prospects }
      calls: join
      from: Nora at Example <nora@example.com>
      subject: Spring
      body: body.md
      late: 2h
`;

describe('send', () => {
  test('asks with its numbers, and then shows the burst until it is out', async () => {
    const folder = temporaryFolder();
    try {
      writeFileSync(join(folder.path, 'spring.yaml'), CAMPAIGN);
      writeFileSync(join(folder.path, 'body.md'), 'Hello,\n\n{call}\n');
      const { api, table } = await contractWorld();
      api.world.now = Date.now();
      served = await servedApi(api);
      terminal = aTerminal({ columns: 100, rows: 60 });
      const args = [join(folder.path, 'spring.yaml'), '--in', '5m', '--url', served.url];
      const ended = send.run(args);
      await terminal.reply('spring: 2 people by email at', 'y');
      const [shown, view] = [terminal, () => viewOf({ api }, 'spring')];
      const scheduled = await vi.waitFor(async () => {
        const lines = await view();
        expect(shown.screen().slice(-lines.length - 1)).toEqual([...lines, '']);
        return lines;
      }, 10_000);
      expect(scheduled[0]).toBe('spring is scheduled');
      const above = shown.screen().slice(0, -scheduled.length - 1);
      await change({ table }, { state: 'measuring', sentAt: api.world.now }, 'spring');
      expect(await ended).toBe(0);
      expect(shown.screen()).toEqual([...above, ...(await view()), '']);
    } finally {
      folder.remove();
    }
  });
});

describe('in a window of 60 columns', () => {
  const url = `https://social.example.org/@example/${'1'.repeat(60)}`;
  const facts = ['atlas is stopped', `  mastodon    sent, 0.4 ms after the moment, ${url}`];
  const figures = [
    '  next        volley resume atlas, volley correct atlas, or volley abandon atlas',
  ];

  test('the address of a post and the next step are whole, and stay so when redrawn', () => {
    const display = aTerminal({ columns: 60, rows: 24 });
    const live = new Live();
    live.show(facts, figures);
    live.show(facts, figures);
    const seen = display.screen();
    display.restore();
    expect(seen).toEqual([
      'atlas is stopped',
      '  mastodon    sent, 0.4 ms after the moment,',
      `              ${url.slice(0, 46)}`,
      url.slice(46),
      '  next        volley resume atlas, volley correct atlas, or',
      '              volley abandon atlas',
      '',
    ]);
  });

  test('what a person may do is whole where the rest has no room', () => {
    const many = Array.from({ length: 9 }, () => facts[1] ?? '');
    const display = aTerminal({ columns: 60, rows: 8 });
    new Live().show(many, figures);
    const seen = display.screen();
    display.restore();
    expect(seen.slice(-4)).toEqual([
      '  5 more: a higher window has room for them',
      '  next        volley resume atlas, volley correct atlas, or',
      '              volley abandon atlas',
      '',
    ]);
    expect(seen).toHaveLength(8);
  });
});

describe('the terminal of these tests', () => {
  test('keeps what a careless redraw would leave behind', () => {
    const display = aTerminal({ columns: 10, rows: 5 });
    process.stdout.write('first line, too long\n');
    process.stdout.write('\u001b[1A\r\u001b[2Ksecond\n\u001b[0J');
    const seen = display.screen();
    display.restore();
    expect(seen).toEqual(['first line', 'second', '']);
  });

  test('gives letters of two columns their room, and so does the view', () => {
    const display = aTerminal({ columns: 21, rows: 5 });
    const live = new Live();
    live.show(['東京東京 東京東京 東京東京'], []);
    live.show(['東京東京 東京東京 東京東京'], ['next']);
    const seen = display.screen();
    display.restore();
    expect(seen).toEqual(['東京東京 東京東京', '東京東京', 'next', '']);
  });
});

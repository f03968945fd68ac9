import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { inflateSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { startArguments } from '#infra/local/arguments.ts';
import type { Results, ShownBurst } from '#infra/local/demo/api.ts';
import { bar, interval, table } from '#infra/local/demo/draw.ts';
import { examplePeople } from '#infra/local/demo/example-people.ts';
import { makeExample } from '#infra/local/demo/make-example.ts';
import { resultsText } from '#infra/local/demo/results-text.ts';
import { screen } from '#infra/local/demo/screen.ts';
import { openTerminal } from '#infra/local/demo/terminal.ts';
import { temporaryFolder } from './temporary-folder.ts';

const folder = join(import.meta.dirname, '..', '..', 'examples', 'polls-close');

test('the example files are what their generator makes', () => {
  const made = temporaryFolder();
  makeExample(made.path);
  const both = (name: string) => [folder, made.path].map((path) => readFileSync(join(path, name)));
  for (const name of ['supporters.csv', 'suppressed.txt']) {
    const [stored, fresh] = both(name);
    expect(stored?.toString()).toBe(fresh?.toString());
  }
  const [stored, fresh] = both('polls-close.png').map(pixelsOf);
  expect(stored && fresh && stored.equals(fresh)).toBe(true);
  made.remove();
});

/** Compressors differ from machine to machine; what they compressed must not. */
function pixelsOf(png: Buffer): Buffer {
  const at = png.indexOf('IDAT');
  return inflateSync(png.subarray(at + 4, at + 4 + png.readUInt32BE(at - 4)));
}

test('the example has two thousand different people at addresses that cannot exist', () => {
  const { people, suppressed } = examplePeople();
  expect(new Set(people.map(({ email }) => email)).size).toBe(2_000);
  for (const { email } of people) expect(email).toMatch(/@(?:\w+\.)?example\.(?:com|org)$/);
  expect(suppressed.every((address) => people.some(({ email }) => email === address))).toBe(true);
});

test('intervals, bars and tables are drawn in text', () => {
  expect(bar(0.5, 6)).toBe('[███───]');
  expect(interval({ of: 0.5, lo: 0.2, hi: 0.8 }, 1, 11)).toBe('  ├──●──┤  ');
  expect(
    table([
      ['call', 'sent'],
      ['give', '1,991'],
    ]),
  ).toEqual(['call   sent', 'give  1,991']);
});

const burst: ShownBurst = {
  burst: 'polls-close',
  state: 'releasing',
  zone: 'UTC',
  now: 10_000,
  contentHash: 'x',
  approvalPolicy: 'none',
  moment: { at: 6_000, text: 'then' },
  legs: [
    { name: 'email', channel: 'email', state: 'sending' },
    { name: 'mastodon', channel: 'mastodon', state: 'published' },
  ],
  sent: {
    recipients: 2_000,
    accepted: 991,
    refused: 0,
    inDoubt: 0,
    unproven: 0,
    heldBack: 9,
    inFlight: 100,
    remaining: 900,
    perSecond: 200,
    drainMs: 5_000,
    lastAnswerAt: 9_900,
  },
  posts: [
    { leg: 'email', latenessMs: 3.14 },
    { leg: 'mastodon', latenessMs: 1.1 },
  ],
};
const quiet = { emailsRead: 0, clicks: 0, conversions: 0, unsubscribes: 0, machineRequests: 0 };

test('the screen tells lateness, spread, progress, rate and drain time', () => {
  const { facts, figures, summary } = screen({ now: 10_000, burst, crowd: quiet });
  expect(facts[0]).toBe('polls-close  going out');
  expect(facts).toContain(
    '  release     email 3.1 ms after the moment · mastodon 1.1 ms after the moment · spread 2.0 ms',
  );
  expect(figures[0]).toContain('00:04 ago');
  expect(figures[1]).toContain('991 of 1,991 sent · 200/s · 00:05 to go · 9 held back');
  expect(summary).toContain('sent 991 of 1,991 at 200/s');
});

test('before the moment the screen counts down', () => {
  const { figures } = screen({ now: 1_000, burst: { ...burst, state: 'armed' }, crowd: quiet });
  expect(figures[0]).toContain('in 00:05');
});

test('a lease that a killed runner left behind is named', () => {
  const held = { ...burst, leaseUntil: 60_000 };
  const { figures } = screen({ now: 20_000, burst: held, crowd: quiet });
  expect(figures.join('\n')).toContain('until the lease of an earlier runner ends, in 00:40');
});

test('the answer names the verdict, the counts and the intervals', () => {
  const call = {
    recipients: 700,
    accepted: 664,
    delivered: 662,
    humanClicks: 91,
    machineClicks: 40,
    uniqueClicks: 90,
    conversions: 40,
    value: 116_000,
  };
  const results: Results = {
    metric: 'conversion',
    answer: { channels: [{ leg: 'email', text: '“Give” is ahead so far.' }] },
    legs: [
      {
        leg: 'email',
        channel: 'email',
        design: 'randomised',
        calls: [
          {
            ...call,
            call: 'a',
            say: 'Give',
            converting: 40,
            rate: { of: 0.06, lo: 0.04, hi: 0.08 },
          },
          {
            ...call,
            call: 'b',
            say: 'Watch',
            converting: 19,
            rate: { of: 0.03, lo: 0.02, hi: 0.04 },
          },
        ],
        verdict: { status: 'leading', reason: 'immature', winner: null, leader: 'a' },
      },
    ],
  };
  const text = resultsText(results).join('\n');
  expect(text).toContain('email · randomised · “Give” is ahead so far.');
  expect(text).toMatch(/Give +664 +662 +91 +\(40\) +90 +40 +1,160\.00/);
  expect(text).toContain('6.0 % (4.0 % to 8.0 %)');
});

function captured(isTTY: boolean) {
  let text = '';
  const output = new Writable({
    write: (chunk, _encoding, done) => {
      text += String(chunk);
      done();
    },
  });
  return { output: Object.assign(output, { isTTY, columns: 80 }), text: () => text };
}

test('a terminal is redrawn in place, a log gets each fact once', () => {
  const shown = { facts: ['armed'], figures: ['in 3'], summary: 'in 3' };
  const tty = captured(true);
  const live = openTerminal(tty.output);
  live.show(shown);
  live.show(shown);
  expect(tty.text()).toBe('armed\nin 3\n\u001b[2A\u001b[0Jarmed\nin 3\n');
  const log = captured(false);
  const plain = openTerminal(log.output);
  plain.show(shown);
  plain.show({ ...shown, facts: ['armed', 'released'] });
  expect(log.text()).toBe('armed\nin 3\nreleased\n');
});

test.each([
  { args: ['--port', 'x'], error: /--port x: a number/ },
  { args: ['--in', '1'], error: /--in 1: a number from 4/ },
  { args: ['--empty', '--once'], error: /nothing that could end/ },
  { args: ['--unknown'], error: /Unknown option/ },
])('refused: $args', ({ args, error }) => {
  expect(() => startArguments(args)).toThrow(error);
});

test('without options: the example, in .volley, at the usual ports', () => {
  expect(startArguments([])).toMatchObject({ empty: false, once: false, basePort: 8_650 });
  expect(startArguments(['--once', '--data', '/x']).data).toBe('/x');
});

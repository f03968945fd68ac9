import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Papa from 'papaparse';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildExport, type ReportExport } from '#feedback/build-report.ts';
import { cell, resultsCsv } from '../../cli/results-csv.ts';
import { resultsText } from '../../cli/results-text.ts';
import { anExample, DAY } from '../console/an-example.ts';
import { measureAt, T } from '../feedback/feedback-world.ts';

const main = join(import.meta.dirname, '..', '..', 'cli', 'main.ts');
let folder: string;
let exported: ReportExport;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'volley-results-'));
  const example = await anExample({ recipients: 1_500 });
  await measureAt(example, T + 7 * DAY);
  const burst = { ...example.world.burst, state: 'decided' as const };
  exported = await buildExport(example.world.table, burst, T + 8 * DAY);
});

afterAll(() => rmSync(folder, { recursive: true }));

function compare(content: unknown, ...more: string[]) {
  const file = join(folder, 'export.json');
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  return spawnSync(process.execPath, [main, 'compare', '--input', file, ...more], {
    encoding: 'utf8',
    // No server and no data folder: the export is all there is.
    env: { PATH: process.env.PATH },
    cwd: folder,
  });
}

describe('volley compare', () => {
  test('an export alone gives the same bytes', () => {
    const { status, stdout } = compare(exported, '--json');
    expect(status).toBe(0);
    expect(stdout).toBe(`${JSON.stringify(exported.report)}\n`);
    expect(exported.report.finalRead).toBe(true);
  });

  test('the basis alone does as well, and people can read it', () => {
    const { status, stdout } = compare(exported.basis);
    expect(status).toBe(0);
    expect(stdout).toContain(exported.report.answer.headline);
  });

  test('a report that was changed afterwards is found out', () => {
    const legs = exported.report.legs.map((leg, place) =>
      place === 0 ? { ...leg, verdict: { ...leg.verdict, winner: 'watch' } } : leg,
    );
    const { status, stderr } = compare({ ...exported, report: { ...exported.report, legs } });
    expect(status).toBe(1);
    expect(stderr).toContain('other bytes');
  });

  const plan = {
    metric: 'click',
    calls: ['a', 'b'],
    alphaLive: 0.01,
    alphaFinal: 0.04,
    windowHours: 48,
    waitHours: 24,
    prior: { a: 1, b: 1 },
    weights: [1, 1],
    smallestLift: 0.1,
  };
  const channel = (name: string, calls: readonly object[], more: object = {}) => ({
    channel: name,
    metric: 'click',
    design: 'randomized',
    ageHours: 30,
    finalRead: false,
    calls,
    ...more,
  });
  const good = [
    { id: 'a', exposures: 500, human: 60 },
    { id: 'b', exposures: 500, human: 50 },
  ];

  test('refused channels leave the report of the others, each with its code', () => {
    const first = (over: object) => [
      { id: 'a', exposures: 500, human: 6, ...over },
      good[1] as object,
    ];
    const bad: [string, object[]][] = [
      ['successes_exceed_trials', first({ exposures: 5 })],
      ['invalid_count', first({ human: -1 })],
      ['invalid_count', first({ human: 1.5 })],
      ['invalid_count', first({ human: 'NaN' })],
      ['invalid_count', first({ human: null })],
      ['invalid_count', first({ exposures: 2 ** 53 })],
      ['unknown_call', first({ id: 'c' })],
      ['arm_count', []],
    ];
    const channels = bad.map(([, calls], place) => channel(`bad-${place}`, calls));
    const { status, stdout } = compare(
      { plan, channels: [...channels, channel('good', good)] },
      '--json',
    );
    expect(status).toBe(0);
    const answered = JSON.parse(stdout).channels as {
      refused?: { code: string };
      verdict?: object;
    }[];
    expect(answered.map(({ refused }) => refused?.code)).toEqual([
      ...bad.map(([code]) => code),
      undefined,
    ]);
    expect(answered.at(-1)?.verdict).toMatchObject({ status: 'no_clear_winner' });
  });

  test('a metric that was changed after the registration and a missing exposure have their codes', () => {
    const missing = [{ id: 'a', exposures: null, human: 6 }, good[1] as object];
    const channels = [channel('a', good, { metric: 'signup' }), channel('b', missing)];
    const [changed, unknown] = JSON.parse(compare({ plan, channels }, '--json').stdout).channels;
    expect(changed.refused.code).toBe('metric_changed');
    expect(unknown.verdict).toMatchObject({ status: 'not_comparable', reason: 'missing_exposure' });
    expect(unknown.calls[0].exposures).toBeNull();
  });

  test.each([
    ['{ no json', 'invalid_export'],
    [{ some: 'thing' }, 'invalid_export'],
    [{ plan: { ...plan, alphaLive: 2 }, channels: [] }, 'invalid_alpha'],
  ])('what is no export is refused by name', (content, code) => {
    const { status, stdout } = compare(content, '--json');
    expect(status).toBe(1);
    expect(JSON.parse(stdout).error.code).toBe(code);
  });

  test('a count in an export that is none is refused by name', () => {
    const tally = { ...exported.basis.tally, 'email/give': [-4] };
    const { status, stdout } = compare(
      { ...exported, basis: { ...exported.basis, tally } },
      '--json',
    );
    expect(status).toBe(1);
    expect(JSON.parse(stdout).error.code).toBe('invalid_count');
  });
});

test.each([
  ['=1+1', "'=1+1"],
  ['+1', "'+1"],
  ['-1', "'-1"],
  ['@SUM(A1)', "'@SUM(A1)"],
  ['\t=1', "'\t=1"],
  [' =1', "' =1"],
  ['"=1', `"'""=1"`],
  ['＝1', "'＝1"],
  ['Chip in, please', '"Chip in, please"'],
  ['two\nlines', '"two\nlines"'],
  ['plain', 'plain'],
  [-3, '-3'],
  [null, ''],
])('a cell %j is written as %j', (value, written) => {
  expect(cell(value)).toBe(written);
});

test('the table has a row per leg and call, and a spreadsheet reads it back', () => {
  const csv = resultsCsv(exported.report);
  const rows = Papa.parse<Record<string, string>>(csv, { header: true, skipEmptyLines: true }).data;
  expect(rows.map(({ leg, call }) => `${leg}/${call}`)).toEqual([
    'email/give',
    'email/watch',
    'email/help',
    'mastodon/watch',
  ]);
  // Missing is empty, not zero.
  expect(rows[3]).toMatchObject({ reached: '', rate: '' });
});

test('the terminal shows the verdict and draws the intervals, and control characters do nothing', () => {
  const [first, ...others] = exported.report.legs;
  const bad = (first?.calls ?? []).map((call) => ({ ...call, say: `${call.say}\u001b[2J` }));
  const report = {
    ...exported.report,
    legs: [{ ...(first as NonNullable<typeof first>), calls: bad }, ...others],
  };
  const lines = resultsText(report).join('\n');
  expect(lines).toContain(exported.report.legs[0]?.verdict.words.headline);
  expect(lines).toMatch(/├─*●─*┤/);
  expect(lines).not.toContain('\u001b');
});

test.each([60, 80])('in a window of %i columns no line of it is wider', (width) => {
  const narrow = resultsText(exported.report, width);
  const wide = resultsText(exported.report);
  expect(narrow.filter((line) => line.length > width)).toEqual([]);
  expect(wide.some((line) => line.length > width)).toBe(true);
  const words = (lines: readonly string[]) =>
    lines
      .join(' ')
      .match(/[\p{L}]+/gu)
      ?.sort();
  // Nothing is cut: a table that stands line by line says its headings with every call.
  expect(words(narrow)).toEqual(expect.arrayContaining([...new Set(words(wide))]));
  if (width === 60) expect(narrow.join(' ')).toMatch(/, clicks \d+, robots \d+, people/);
  expect(narrow.join('\n')).toMatch(/├─*●─*┤ {2}[\d.]+ % \(/);
});

test('the terminal shows what the network says, what follows, and what the messages brought', () => {
  const { report } = exported;
  const reach = { followers_at_moment: 1_840, followers: 1_900 };
  const posts = [
    {
      ...{ leg: 'mastodon', calls: ['watch'], isMeasured: true, reach, engagement: { reblogs: 3 } },
      revenue: { clicked: 1, conversions: 2, value: 4_500 },
    },
    {
      ...{ leg: 'again', calls: ['watch'], isMeasured: false, reach: {}, engagement: {} },
      revenue: { clicked: 0, conversions: 0, value: 0 },
    },
  ];
  const legs = report.legs.map((leg) =>
    leg.leg === 'mastodon' ? { ...leg, native: { asOf: report.asOf, posts } } : leg,
  );
  const held = { treated: 90, heldOut: 10, treatedConverting: 9, heldOutConverting: 1 };
  const holdout = { ...held, headline: 'It brought 5 people.', why: 'Counted by person.' };
  const followUps = [
    { burst: 'polls-thank', who: 'converted', afterMs: 600_000, state: 'scheduled' } as const,
    { burst: 'polls-again', who: 'not-clicked', afterMs: 600_000 } as const,
  ];
  const takenBack = [{ leg: 'mastodon', at: report.asOf }];
  const more = { followUps, follows: 'polls-early', takenBack };
  const lines = resultsText({ ...report, legs, holdout, ...more });
  expect(lines).toEqual(
    expect.arrayContaining([
      'to people whom polls-early reached',
      expect.stringMatching(/^mastodon: the post was taken back Thu 11 Mar, \d\d:\d\d$/),
      '      reach followers at the moment: 1,840 · followers now: 1,900 · impressions: not provided',
      '      engagement boosts: 3',
      '      counted by us 1 person clicked, 2 conversions worth 45.00',
      '      reach not known yet',
      'It brought 5 people.',
      'Then polls-thank, to whoever has converted by then: scheduled',
      'Then polls-again, to whoever was reached and has neither clicked nor converted by then: made when this one is sent',
    ]),
  );
});

test('results and compare say how they are used', () => {
  const help = execFileSync(process.execPath, [main, 'compare', '--help'], { encoding: 'utf8' });
  expect(help).toContain('compare --input FILE');
});

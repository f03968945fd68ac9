import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  assumed,
  type BurstCostInput,
  burstCost,
  idleMonth,
  measured,
  totalUsd,
} from '#domain/cost.ts';
import { prices, type SesPlan } from '#domain/prices.ts';
import { alarms } from '#infra/aws/watched.ts';
import { emailEvents, functions } from '#infra/definition.ts';

const million: BurstCostInput = {
  recipients: 1_000_000,
  perSecond: 300,
  plan: 'essentials',
  eventsPerEmail: assumed.eventsPerEmail,
  clicks: 0,
  posts: [],
};
const line = (input: Partial<BurstCostInput>, name: string) =>
  burstCost({ ...million, ...input }).find((one) => one.name === name)?.usd ?? Number.NaN;

describe('emails cost what the plan says, tier by tier', () => {
  test.each<[SesPlan, number, number, number]>([
    ['a_la_carte', 1_000_000, 0, 100],
    ['essentials', 1_000_000, 0, 160],
    ['essentials', 2_000_000, 9_000_000, 160 + 140],
    ['essentials', 100_000_000, 0, 1_600 + 12_600],
    ['essentials', 1_000_000, 100_000_000, 110],
    ['pro', 1_000, 0, 0.22],
    ['enterprise', 0, 0, 0],
  ])('%s: %i emails after %i are $%d', (plan, recipients, sentBefore, usd) => {
    expect(line({ plan, recipients, sentBefore }, 'emails')).toBeCloseTo(usd, 6);
  });
});

test('claiming, pacing and manifest cost at most $0.07 a million at 300 a second and above', () => {
  for (const perSecond of [300, 1_000, 10_000]) {
    expect(line({ perSecond }, 'sending')).toBeLessThanOrEqual(0.07);
  }
  expect(line({ perSecond: 14 }, 'sending')).toBeGreaterThan(0.07);
  expect(line({ recipients: 0, perSecond: 0 }, 'sending')).toBe(0);
});

test('one type of events costs about $0.6 a million', () => {
  const one = line({ eventsPerEmail: 1 }, 'events');
  expect(one).toBeGreaterThan(0.55);
  expect(one).toBeLessThan(0.75);
});

test('a post with a URL costs on X alone', () => {
  const posts = [
    { network: 'x', hasUrl: true },
    { network: 'x', hasUrl: false },
    { network: 'mastodon', hasUrl: true },
  ];
  expect(line({ posts }, 'networks')).toBeCloseTo(0.215, 9);
});

test('each line is its parts, and stand-by costs about five cents an hour', () => {
  for (const { usd, parts } of burstCost({ ...million, clicks: 30_000 })) {
    expect(parts.reduce((sum, { amount, price }) => sum + amount * price, 0)).toBe(usd);
  }
  const hour = line({ holdSeconds: 3_600 + assumed.holdSeconds }, 'holding') - line({}, 'holding');
  expect(hour).toBeGreaterThan(0.045);
  expect(hour).toBeLessThan(0.055);
});

test('what SES is asked to tell of is what is counted', () => {
  const perEmail = { SEND: 1, DELIVERY: 1, OPEN: 0.5 } as Record<string, number>;
  const sum = emailEvents.reduce((events, type) => events + (perEmail[type] ?? 0), 0);
  expect(sum).toBe(assumed.eventsPerEmail);
});

test('an idle month costs less than $0.05', () => {
  const lines = idleMonth({ storedGb: 0.02, customerKey: false });
  const total = lines.reduce((sum, { usdWithAllowance }) => sum + usdWithAllowance, 0);
  expect(total).toBeLessThan(0.05);
  for (const { usd, usdWithAllowance } of lines) {
    expect(usdWithAllowance).toBeLessThanOrEqual(usd);
  }
});

test('what is counted is what is deployed', () => {
  const gb = (name: string) => (functions.find((one) => one.name === name)?.memoryMb ?? 0) / 1_024;
  expect([gb('run'), gb('measure')]).toEqual([measured.tickGb.run, measured.tickGb.measure]);
  expect(gb('run')).toBe(measured.runnerGb);
  expect(gb('record')).toBe(0.5);
  expect(gb('click')).toBe(0.25);
  const beats = functions.flatMap(({ triggers }) =>
    triggers.flatMap((one) => (one.kind === 'schedule' ? [one.everySeconds] : [])),
  );
  expect(beats).toEqual([60, 60]);
  expect(alarms).toHaveLength(10);
  expect(alarms.filter(({ watches }) => watches.kind === 'said')).toHaveLength(4);
});

describe('docs/cost.md', () => {
  const text = readFileSync(new URL('../../docs/cost.md', import.meta.url), 'utf8');
  const usd = (value: number) => `$${value.toFixed(value < 1 ? 3 : 2)}`;

  test('says when the prices were read', () => {
    expect(text).toContain(prices.readOn);
    for (const [name, value] of Object.entries(prices)) {
      if (typeof value === 'object' && 'source' in value) {
        expect(value.source, name).not.toBe('');
      }
    }
  });

  test('holds the table of bursts as the formulas have it', () => {
    const rows = [
      { recipients: 10_000, perSecond: 14 },
      { recipients: 100_000, perSecond: 14 },
      { recipients: 1_000_000, perSecond: 300 },
      { recipients: 1_000_000, perSecond: 1_000 },
      { recipients: 10_000_000, perSecond: 1_000 },
    ].map(({ recipients, perSecond }) => {
      const input = { ...million, recipients, perSecond, clicks: recipients * assumed.clickShare };
      const by = Object.fromEntries(burstCost(input).map(({ name, usd }) => [name, usd]));
      const total = totalUsd(burstCost(input));
      const cells = [by.emails, by.sending, by.holding, by.events, by.clicks, total].map((one) =>
        usd(one ?? 0),
      );
      return `| ${recipients.toLocaleString('en')} | ${perSecond.toLocaleString('en')} | ${cells.join(' | ')} |`;
    });
    expect(tableOf(text, '| Recipients |')).toEqual(rows);
  });

  test('holds the table of an idle month as the formulas have it', () => {
    const lines = idleMonth({ storedGb: 0.02, customerKey: false });
    const rows = lines.map(
      (one) => `| ${one.name} | $${one.usd.toFixed(4)} | $${one.usdWithAllowance.toFixed(4)} |`,
    );
    const sum = (pick: (one: (typeof lines)[number]) => number) =>
      lines.reduce((total, one) => total + pick(one), 0).toFixed(4);
    rows.push(`| all | $${sum((one) => one.usd)} | $${sum((one) => one.usdWithAllowance)} |`);
    expect(tableOf(text, '| Idle |')).toEqual(rows);
  });
});

/** Rows of the table whose head begins so. */
function tableOf(text: string, head: string): string[] {
  const lines = text.slice(text.indexOf(head)).split('\n').slice(2);
  return lines.slice(0, lines.indexOf(''));
}

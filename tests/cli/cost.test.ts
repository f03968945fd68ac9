import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, onTestFinished, test, vi } from 'vitest';
import { burstCost } from '#domain/cost.ts';
import { cost, costSentence } from '../../cli/cost.ts';

const example = join(import.meta.dirname, '..', '..', 'examples', 'polls-close', 'campaign.yaml');

afterEach(() => {
  vi.restoreAllMocks();
});

async function said(...args: string[]): Promise<string> {
  const lines: string[] = [];
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    lines.push(String(text));
    return true;
  });
  await cost.run(args);
  return lines.join('');
}

test('a file is priced without an API: its list has the length that was said', async () => {
  const found = JSON.parse(
    await said(example, '--recipients', '250000', '--rate', '300', '--json'),
  );
  expect(found).toMatchObject({ recipients: 250_000, perSecond: 300, plan: 'essentials' });
  const by = Object.fromEntries(
    found.lines.map((one: { name: string; usd: number }) => [one.name, one.usd]),
  );
  expect(by.emails).toBeCloseTo(40, 6);
  expect(by.networks).toBe(0);
  const total = found.lines.reduce((sum: number, { usd }: { usd: number }) => sum + usd, 0);
  expect(found.usd).toBe(total);
});

test('a post on X costs what the network asks for a post with a URL', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'volley-cost-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'post.yaml');
  writeFileSync(
    file,
    `calls:
  watch: { say: Watch, to: https://example.org/watch }
burst:
  legs:
    x: { channel: x, calls: watch, text: "Now: {call}" }
`,
  );
  expect(await said(file)).toMatch(/about \$0\.20: networks \$0\.20/);
});

test('a plan, tiers and stand-by change the price', async () => {
  const usd = async (...more: string[]) =>
    JSON.parse(await said(example, '--recipients', '1_000_000', '--json', ...more)).usd as number;
  const usual = await usd();
  expect(await usd('--plan', 'a-la-carte')).toBeCloseTo(usual - 60, 6);
  expect(await usd('--sent-before', '20000000')).toBeCloseTo(usual - 20, 6);
  expect((await usd('--standby', '10h')) - usual).toBeCloseTo(0.5, 1);
  expect(await usd('--rate', '1000')).toBeLessThan(usual);
});

test.each([
  [[], /which file or burst\?/],
  [[example, '--data', '/nowhere'], /how many people are on the list\? say --recipients N/],
  [[example, '--recipients', 'many'], /--recipients many is not a number from 0/],
  [[example, '--recipients', '10', '--plan', 'gold'], /no plan gold: a-la-carte, essentials/],
  [[example, '--recipients', '10', '--standby', 'soon'], /--standby soon is not a time/],
  [
    [example, '--recipients', '10', '--clicks', '120'],
    /--clicks 120 is not a number from 0 to 100/,
  ],
  [[join(import.meta.dirname, 'cost.test.ts')], /cost\.test\.ts/],
])('%j is refused, saying what to give', async (args, message) => {
  await expect(said(...args)).rejects.toThrow(message);
});

test('the sentence names the biggest part first', () => {
  const lines = burstCost({
    recipients: 1_000,
    perSecond: 14,
    plan: 'essentials',
    eventsPerEmail: 2.5,
    clicks: 30,
    posts: [{ network: 'x', hasUrl: true }],
  });
  expect(costSentence(lines)).toMatch(/^about \$0\.37: networks \$0\.20, emails \$0\.16, /);
  expect(costSentence([])).toBe('about $0');
});

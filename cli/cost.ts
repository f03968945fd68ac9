// `volley cost`: what a burst costs before anybody arms it, line by line and by what is used.

import { existsSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { ShownBurst } from '#commands/show-burst.ts';
import { assumed, burstCost, type CostLine, idleMonth, postsOf, totalUsd } from '#domain/cost.ts';
import { parseDuration } from '#domain/duration.ts';
import { renderProblem } from '#domain/file-problem.ts';
import { prices, type SesPlan } from '#domain/prices.ts';
import { readCampaignFile } from '#domain/read-campaign-file.ts';
import { type ApiClient, connect } from './api-client.ts';
import { checkFile } from './check.ts';
import {
  type Command,
  CommandFailure,
  exitCodes,
  needed,
  type Parsed,
  parse,
  text,
} from './command.ts';
import { answer } from './screen.ts';
import { count, dollars, table } from './words.ts';

const usage = 'cost FILE|BURST [--recipients N]';

export const cost: Command = {
  usage,
  about: 'what a burst costs: emails, events, clicks, networks, and Volley itself',
  more: `List prices of ${prices.region} as read on ${prices.readOn}; formulas and sources: docs/cost.md.`,
  options: {
    recipients: {
      type: 'string',
      value: 'N',
      about: 'people on the list; else as the API counts it',
    },
    plan: {
      type: 'string',
      value: 'PLAN',
      about: 'a-la-carte, essentials, pro, enterprise (essentials)',
    },
    rate: { type: 'string', value: 'N', about: 'emails a second that SES allows (14)' },
    'sent-before': { type: 'string', value: 'N', about: 'emails of this month so far (0)' },
    clicks: { type: 'string', value: 'PERCENT', about: 'of the recipients click (3)' },
    standby: { type: 'string', value: 'TIME', about: 'so long on stand-by, such as 2h' },
  },
  examples: ['volley cost campaign.yaml --recipients 250000 --rate 300', 'volley cost polls-close'],
  run: async (args) => {
    const parsed = parse(args, cost.options);
    const estimate = estimateOf(parsed, await subjectOf(parsed));
    answer(parsed.json, estimate, linesOf(estimate));
    return exitCodes.done;
  },
};

interface Subject {
  readonly name: string;
  readonly legs: readonly { readonly channel: string }[];
  readonly recipients: number;
}

interface Estimate {
  readonly of: string;
  readonly recipients: number;
  readonly plan: SesPlan;
  readonly perSecond: number;
  readonly usd: number;
  readonly lines: readonly CostLine[];
  readonly idleMonthUsd: number;
  readonly pricesReadOn: string;
}

async function subjectOf(parsed: Parsed): Promise<Subject> {
  const named = needed(parsed, usage, 'file or burst');
  const said = numberOf(parsed, 'recipients', 0);
  if (existsSync(named)) return ofFile(parsed, named, said);
  const api = connect(parsed);
  const shown = await api.call<ShownBurst>('GET', `/v1/bursts/${encodeURIComponent(named)}`);
  const { burst, legs, sent } = shown;
  const hasEmail = legs.some(({ channel }) => channel === 'email');
  const recipients = said ?? (sent.recipients || undefined) ?? (hasEmail ? undefined : 0);
  if (recipients !== undefined) return { name: burst, legs, recipients };
  throw new CommandFailure(
    `the list of ${burst} is counted when it is made ready: say --recipients N`,
    exitCodes.usage,
  );
}

/** Everything but the length of the list stands in the file: that is said, or the API is asked. */
async function ofFile(parsed: Parsed, path: string, said: number | undefined): Promise<Subject> {
  const reading = readCampaignFile(readFileSync(path, 'utf8'), basename(path));
  if (reading.kind === 'refused') {
    throw new CommandFailure(reading.problems.map(renderProblem).join('\n'));
  }
  const { burst } = reading.source.file;
  const outcomes = Object.values(burst.outcomes ?? {});
  const ofOutcomes = outcomes.map(({ legs }) => Object.values(legs));
  // One outcome is fired: the one with the most posts is counted.
  const most = ofOutcomes.toSorted((one, other) => other.length - one.length)[0] ?? [];
  const legs = [...Object.values(burst.legs ?? {}), ...most];
  const hasEmail = legs.some(({ channel }) => channel === 'email');
  if (!hasEmail) return { name: path, legs, recipients: 0 };
  return { name: path, legs, recipients: said ?? (await countedBy(parsed, path)) };
}

async function countedBy(parsed: Parsed, path: string): Promise<number> {
  const { forecast } = await checkFile(apiOf(parsed), path, undefined);
  if (forecast.recipients !== undefined) return forecast.recipients;
  throw new CommandFailure('the list is too long to count now: say --recipients N');
}

function apiOf(parsed: Parsed): ApiClient {
  try {
    return connect(parsed);
  } catch {
    const asked = 'how many people are on the list? say --recipients N, or name an API with --url';
    throw new CommandFailure(asked, exitCodes.usage);
  }
}

function estimateOf(parsed: Parsed, { name, legs, recipients }: Subject): Estimate {
  const plan = planOf(text(parsed, 'plan') ?? 'essentials');
  const perSecond = numberOf(parsed, 'rate', 1) ?? 14;
  const clickShare = (numberOf(parsed, 'clicks', 0, 100) ?? assumed.clickShare * 100) / 100;
  const lines = burstCost({
    recipients,
    perSecond,
    plan,
    sentBefore: numberOf(parsed, 'sent-before', 0) ?? 0,
    eventsPerEmail: assumed.eventsPerEmail,
    clicks: recipients * clickShare,
    posts: postsOf(legs),
    holdSeconds: assumed.holdSeconds + standbySeconds(parsed),
  });
  const idle = idleMonth({ storedGb: 0.02, customerKey: false });
  return {
    of: name,
    recipients,
    plan,
    perSecond,
    usd: totalUsd(lines),
    lines,
    idleMonthUsd: idle.reduce((sum, { usdWithAllowance }) => sum + usdWithAllowance, 0),
    pricesReadOn: prices.readOn,
  };
}

function planOf(said: string): SesPlan {
  const plan = said.replaceAll('-', '_');
  if (Object.hasOwn(prices.ses.plans, plan)) return plan as SesPlan;
  const known = Object.keys(prices.ses.plans).join(', ').replaceAll('_', '-');
  throw new CommandFailure(`there is no plan ${said}: ${known}`, exitCodes.usage);
}

function standbySeconds(parsed: Parsed): number {
  const said = text(parsed, 'standby');
  if (said === undefined) return 0;
  const ms = parseDuration(said);
  if (ms !== undefined && ms >= 0) return ms / 1_000;
  throw new CommandFailure(`--standby ${said} is not a time such as 2h`, exitCodes.usage);
}

function numberOf(
  parsed: Parsed,
  name: string,
  least: number,
  most = 1_000_000_000,
): number | undefined {
  const said = text(parsed, name);
  if (said === undefined) return undefined;
  const value = Number(said.replace(/[%,_]/g, ''));
  if (said.trim() !== '' && value >= least && value <= most) return value;
  throw new CommandFailure(
    `--${name} ${said} is not a number from ${count(least)} to ${count(most)}`,
    exitCodes.usage,
  );
}

/** In a sentence, for whoever is about to send. */
export function costSentence(lines: readonly CostLine[]): string {
  const shown = lines.filter(({ usd }) => usd > 0).toSorted((one, other) => other.usd - one.usd);
  const parts = shown.map(({ name, usd }) => `${name} ${dollars(usd)}`);
  return `about ${dollars(totalUsd(lines))}${parts.length > 0 ? `: ${parts.join(', ')}` : ''}`;
}

function linesOf({ of, recipients, plan, perSecond, lines, idleMonthUsd }: Estimate): string[] {
  const rows = lines
    .filter(({ usd }) => usd > 0)
    .flatMap(({ name, usd, parts }) => [
      [name, dollars(usd), ''],
      ...merged(parts).map(({ what, amount, usd: of }) => [
        '',
        dollars(of),
        `${count(Number(amount.toPrecision(3)))} ${what}`,
      ]),
    ]);
  return [
    `${of}: ${costSentence(lines)}`,
    `  ${count(recipients)} recipients, SES plan ${plan.replaceAll('_', '-')}, ${count(perSecond)} a second`,
    '',
    ...table(rows, [1]).map((row) => `  ${row}`),
    '',
    `  a month in which nothing is sent: ${dollars(idleMonthUsd)} · prices of ${prices.readOn}, ${prices.region}`,
  ];
}

/** The same thing in several parts of one line is one row. */
function merged(parts: CostLine['parts']) {
  const by = new Map<string, { what: string; amount: number; usd: number }>();
  for (const { what, amount, price } of parts) {
    const known = by.get(what) ?? { what, amount: 0, usd: 0 };
    known.amount += amount;
    known.usd += amount * price;
    by.set(what, known);
  }
  return [...by.values()].filter(({ amount }) => amount > 0);
}

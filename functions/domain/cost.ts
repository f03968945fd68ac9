// What a burst and an idle month cost: formulas over the prices in prices.ts and what was measured.

import { prices, type SesPlan } from './prices.ts';

/** Measured by `npm run bench` (send, record) and counted from the definition; see docs/cost.md. */
export const measured = {
  /** Lanes, header, legs and window records, per recipient from 100 emails a second on. */
  ledgerWriteUnits: 0.0125,
  manifestWriteUnits: 0.0061,
  readUnits: 0.0487,
  runnerGb: 1,
  /** Per event, in batches of 500 and more. */
  eventWriteUnits: 0.104,
  /** Receiving and deleting, ten messages a request. */
  eventQueueRequests: 0.2,
  /** 32,000 events a CPU second, of which 512 MB have 0.29. */
  eventGbSeconds: 0.5 / (32_000 * 0.29),
  /** A warm click: 5 ms of 256 MB. */
  clickGbSeconds: 0.005 * 0.25,
  /** Lambda's three lines and the line of the HTTP API. */
  clickLogBytes: 700,
  /** A tick that finds nothing: 15 ms, one eventually consistent query, Lambda's three lines. */
  tickSeconds: 0.015,
  tickGb: { run: 1, measure: 0.5 },
  tickReadUnits: 0.5,
  tickLogBytes: 400,
  /** Lambda asks an idle queue with five pollers, 20 s each. */
  idlePollsPerMonth: (5 * 30.4 * 86_400) / 20,
} as const;

const MONTH_MINUTES = 30.4 * 1_440;

export interface BurstCostInput {
  readonly recipients: number;
  /** Emails a second: the send quota. */
  readonly perSecond: number;
  readonly plan: SesPlan;
  /** Emails of the month so far, for the tiers of a plan. */
  readonly sentBefore?: number;
  /** Events that SES tells of per email: Send 1, Delivery nearly 1, Open where images are loaded. */
  readonly eventsPerEmail: number;
  readonly clicks: number;
  readonly posts: readonly { readonly network: string; readonly hasUrl: boolean }[];
}

export interface CostLine {
  readonly name: 'emails' | 'sending' | 'events' | 'clicks' | 'networks';
  readonly usd: number;
}

/** Without any free allowance: what it costs somebody who has used theirs. */
export function burstCost(input: BurstCostInput): readonly CostLine[] {
  const { recipients, clicks, posts } = input;
  return [
    { name: 'emails', usd: emailsUsd(input) },
    { name: 'sending', usd: sendingUsd(input) },
    { name: 'events', usd: recipients * input.eventsPerEmail * (publishUsd() + eventUsd()) },
    { name: 'clicks', usd: clicks * clickUsd() },
    { name: 'networks', usd: posts.reduce((sum, post) => sum + postUsd(post), 0) },
  ];
}

/** SES alone. The monthly fee of a plan is not a burst's. */
function emailsUsd({ recipients, plan, sentBefore = 0 }: BurstCostInput): number {
  const tiers = prices.ses.plans[plan].perThousand;
  return tiers.reduce((sum, { above, price }, index) => {
    const until = tiers[index + 1]?.above ?? Number.POSITIVE_INFINITY;
    const inTier =
      Math.min(sentBefore + recipients, until) - Math.max(Math.min(sentBefore, until), above);
    return sum + (Math.max(0, inTier) / 1_000) * price;
  }, 0);
}

/** Claiming, pacing, the manifest, and the runner that is awake while it sends. */
function sendingUsd({ recipients, perSecond }: BurstCostInput): number {
  const { ledgerWriteUnits, manifestWriteUnits, readUnits, runnerGb } = measured;
  const units =
    (ledgerWriteUnits + manifestWriteUnits) * perUnit(prices.dynamodb.perMillionWriteUnits) +
    readUnits * perUnit(prices.dynamodb.perMillionReadUnits);
  const seconds = recipients / Math.max(perSecond, Number.MIN_VALUE);
  return recipients * units + (recipients > 0 ? seconds * runnerGb * prices.lambda.perGbSecond : 0);
}

function publishUsd(): number {
  return perUnit(prices.sns.perMillionPublishes);
}

/** From the queue into facts and tallies. */
function eventUsd(): number {
  const { eventWriteUnits, eventQueueRequests, eventGbSeconds } = measured;
  return (
    eventQueueRequests * perUnit(prices.sqs.perMillionRequests) +
    eventWriteUnits * perUnit(prices.dynamodb.perMillionWriteUnits) +
    eventGbSeconds * prices.lambda.perGbSecond
  );
}

function clickUsd(): number {
  return (
    perUnit(prices.httpApi.perMillionRequests) +
    perUnit(prices.lambda.perMillionRequests) +
    measured.clickGbSeconds * prices.lambda.perGbSecond +
    perUnit(prices.sqs.perMillionRequests) +
    eventUsd() +
    gigabytes(measured.clickLogBytes) * prices.logs.perGbIngested
  );
}

function postUsd({ network, hasUrl }: { network: string; hasUrl: boolean }): number {
  if (network !== 'x') return 0;
  return hasUrl ? prices.networks.x.postWithUrl : prices.networks.x.post;
}

export interface IdleLine {
  readonly name: string;
  /** At list price. */
  readonly usd: number;
  /** After what every account has free of charge for good. */
  readonly usdWithAllowance: number;
}

/** A month in which nothing is sent. */
export function idleMonth(options: { readonly storedGb: number; readonly customerKey: boolean }) {
  const free = prices.alwaysFree;
  const { run, measure } = measured.tickGb;
  const ticks = 2 * MONTH_MINUTES;
  const gbSeconds = MONTH_MINUTES * measured.tickSeconds * (run + measure);
  const { perGbMonth, recoveryPerGbMonth, perMillionReadUnits } = prices.dynamodb;
  const line = (name: string, amount: number, price: number, allowance = 0): IdleLine => ({
    name,
    usd: amount * price,
    usdWithAllowance: Math.max(0, amount - allowance) * price,
  });
  return [
    line('starts', ticks, perUnit(prices.lambda.perMillionRequests), free.lambdaRequests),
    line('seconds', gbSeconds, prices.lambda.perGbSecond, free.lambdaGbSeconds),
    line('schedule', ticks, perUnit(prices.scheduler.perMillionStarts), free.schedulerStarts),
    line('reads', ticks * measured.tickReadUnits, perUnit(perMillionReadUnits)),
    line(
      'polling',
      measured.idlePollsPerMonth,
      perUnit(prices.sqs.perMillionRequests),
      free.sqsRequests,
    ),
    line('logs', gigabytes(ticks * measured.tickLogBytes), prices.logs.perGbIngested, free.logGb),
    line('alarms', 10, prices.alarm.perMonth, free.alarms),
    line('metrics', 4, prices.alarm.perMetricMonth, free.metrics),
    line('stored', options.storedGb, perGbMonth + recoveryPerGbMonth),
    line('key', options.customerKey ? 1 : 0, prices.key.perMonth),
  ];
}

function perUnit(perMillion: number): number {
  return perMillion / 1_000_000;
}

function gigabytes(bytes: number): number {
  return bytes / 2 ** 30;
}

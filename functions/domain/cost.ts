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

/** What a burst is taken to bring about where nobody says otherwise. */
export const assumed = {
  /** Send 1, Delivery nearly 1, Open 0.5: what the definition asks SES to tell of. */
  eventsPerEmail: 2.5,
  clickShare: 0.03,
  /** A burst is made ready five minutes before its moment and held from then on. */
  holdSeconds: 300,
} as const;

export interface BurstCostInput {
  readonly recipients: number;
  /** Emails a second: the send quota. */
  readonly perSecond: number;
  readonly plan: SesPlan;
  /** Emails of the month so far, for the tiers of a plan. */
  readonly sentBefore?: number;
  readonly eventsPerEmail: number;
  readonly clicks: number;
  readonly posts: readonly { readonly network: string; readonly hasUrl: boolean }[];
  /** Longer than `assumed.holdSeconds` for a burst on stand-by. */
  readonly holdSeconds?: number;
}

/** So much of something, and what one of it costs. */
export interface CostPart {
  readonly what: string;
  readonly amount: number;
  readonly price: number;
}

export interface CostLine {
  readonly name: 'emails' | 'sending' | 'holding' | 'events' | 'clicks' | 'networks';
  readonly usd: number;
  readonly parts: readonly CostPart[];
}

/** Without any free allowance: what it costs somebody who has used theirs. */
export function burstCost(input: BurstCostInput): readonly CostLine[] {
  const { recipients, clicks, posts, eventsPerEmail } = input;
  const events = recipients * eventsPerEmail;
  return [
    line('emails', emailParts(input)),
    line('sending', sendingParts(input)),
    line('holding', holdingParts(input)),
    line('events', [
      { what: 'SNS publishes', amount: events, price: perUnit(prices.sns.perMillionPublishes) },
      ...times(events, eventParts()),
    ]),
    line('clicks', times(clicks, clickParts())),
    line('networks', posts.flatMap(postPart)),
  ];
}

/** A post carries its call, and a call is a URL. */
export function postsOf(legs: readonly { readonly channel: string }[]): BurstCostInput['posts'] {
  return legs
    .filter(({ channel }) => channel !== 'email')
    .map(({ channel }) => ({ network: channel, hasUrl: true }));
}

/** Volley's own month at rest comes on top: see idleMonth. */
export function totalUsd(lines: readonly { readonly usd: number }[]): number {
  return lines.reduce((sum, { usd }) => sum + usd, 0);
}

function line(name: CostLine['name'], parts: readonly CostPart[]): CostLine {
  const usd = parts.reduce((sum, { amount, price }) => sum + amount * price, 0);
  return { name, usd, parts };
}

/** SES alone, a part per tier. The monthly fee of a plan is not a burst's. */
function emailParts({ recipients, plan, sentBefore = 0 }: BurstCostInput): CostPart[] {
  const tiers = prices.ses.plans[plan].perThousand;
  return tiers.flatMap(({ above, price }, index) => {
    const until = tiers[index + 1]?.above ?? Number.POSITIVE_INFINITY;
    const amount =
      Math.min(sentBefore + recipients, until) - Math.max(Math.min(sentBefore, until), above);
    return amount > 0 ? [{ what: `emails (${plan})`, amount, price: price / 1_000 }] : [];
  });
}

/** Claiming, pacing, the manifest, and the runner that is awake while it sends. */
function sendingParts({ recipients, perSecond }: BurstCostInput): CostPart[] {
  const { ledgerWriteUnits, manifestWriteUnits, readUnits, runnerGb } = measured;
  const seconds = recipients > 0 ? recipients / Math.max(perSecond, Number.MIN_VALUE) : 0;
  return [
    writeUnits(recipients * (ledgerWriteUnits + manifestWriteUnits)),
    reads(recipients * readUnits),
    gbSeconds(seconds * runnerGb),
  ];
}

/** The runner that holds until the moment; on stand-by it reads the header four times a second. */
function holdingParts({ holdSeconds = assumed.holdSeconds }: BurstCostInput): CostPart[] {
  const standbySeconds = Math.max(0, holdSeconds - assumed.holdSeconds);
  return [gbSeconds(holdSeconds * measured.runnerGb), reads(standbySeconds * 4)];
}

/** One event, from the queue into facts and tallies. */
function eventParts(): CostPart[] {
  const { eventWriteUnits, eventQueueRequests, eventGbSeconds } = measured;
  return [
    queueRequests(eventQueueRequests),
    writeUnits(eventWriteUnits),
    gbSeconds(eventGbSeconds),
  ];
}

function clickParts(): CostPart[] {
  const { clickGbSeconds, clickLogBytes } = measured;
  return [
    { what: 'HTTP API requests', amount: 1, price: perUnit(prices.httpApi.perMillionRequests) },
    { what: 'Lambda requests', amount: 1, price: perUnit(prices.lambda.perMillionRequests) },
    gbSeconds(clickGbSeconds),
    queueRequests(1),
    ...eventParts(),
    { what: 'GB of logs', amount: gigabytes(clickLogBytes), price: prices.logs.perGbIngested },
  ];
}

function postPart({ network, hasUrl }: { network: string; hasUrl: boolean }): CostPart[] {
  if (network !== 'x') return [];
  const { post, postWithUrl } = prices.networks.x;
  return [
    {
      what: hasUrl ? 'X: a post with a URL' : 'X: a post',
      amount: 1,
      price: hasUrl ? postWithUrl : post,
    },
  ];
}

function times(count: number, parts: readonly CostPart[]): CostPart[] {
  return parts.map((part) => ({ ...part, amount: part.amount * count }));
}

function writeUnits(amount: number): CostPart {
  return {
    what: 'DynamoDB write units',
    amount,
    price: perUnit(prices.dynamodb.perMillionWriteUnits),
  };
}

function reads(amount: number): CostPart {
  return {
    what: 'DynamoDB read units',
    amount,
    price: perUnit(prices.dynamodb.perMillionReadUnits),
  };
}

function gbSeconds(amount: number): CostPart {
  return { what: 'Lambda GB-seconds', amount, price: prices.lambda.perGbSecond };
}

function queueRequests(amount: number): CostPart {
  return { what: 'SQS requests', amount, price: perUnit(prices.sqs.perMillionRequests) };
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
  const month = (name: string, amount: number, price: number, allowance = 0): IdleLine => ({
    name,
    usd: amount * price,
    usdWithAllowance: Math.max(0, amount - allowance) * price,
  });
  return [
    month('starts', ticks, perUnit(prices.lambda.perMillionRequests), free.lambdaRequests),
    month('seconds', gbSeconds, prices.lambda.perGbSecond, free.lambdaGbSeconds),
    month('schedule', ticks, perUnit(prices.scheduler.perMillionStarts), free.schedulerStarts),
    month('reads', ticks * measured.tickReadUnits, perUnit(perMillionReadUnits)),
    month(
      'polling',
      measured.idlePollsPerMonth,
      perUnit(prices.sqs.perMillionRequests),
      free.sqsRequests,
    ),
    month('logs', gigabytes(ticks * measured.tickLogBytes), prices.logs.perGbIngested, free.logGb),
    month('alarms', 10, prices.alarm.perMonth, free.alarms),
    month('metrics', 4, prices.alarm.perMetricMonth, free.metrics),
    month('stored', options.storedGb, perGbMonth + recoveryPerGbMonth),
    month('key', options.customerKey ? 1 : 0, prices.key.perMonth),
  ];
}

function perUnit(perMillion: number): number {
  return perMillion / 1_000_000;
}

function gigabytes(bytes: number): number {
  return bytes / 2 ** 30;
}

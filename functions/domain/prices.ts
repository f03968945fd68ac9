// List prices as plain data, each with its source and the day it was read. The only place where a
// price stands; formulas are in cost.ts.

/** US dollars, us-east-1, without any free tier. Most Regions are within a fifth of these. */
export const prices = {
  region: 'us-east-1',
  readOn: '2026-11-21',
  ses: {
    source: 'Amazon SES price list of 2026-07-22',
    /** Per 1,000 emails, by how many were sent in the month so far. */
    plans: {
      a_la_carte: { monthly: 0, perThousand: [{ above: 0, price: 0.1 }] },
      essentials: {
        monthly: 0,
        perThousand: [
          { above: 0, price: 0.16 },
          { above: 10_000_000, price: 0.14 },
          { above: 100_000_000, price: 0.11 },
        ],
      },
      pro: {
        monthly: 105,
        perThousand: [
          { above: 0, price: 0.22 },
          { above: 10_000_000, price: 0.17 },
          { above: 100_000_000, price: 0.12 },
        ],
      },
      enterprise: {
        monthly: 500,
        perThousand: [
          { above: 0, price: 0.23 },
          { above: 10_000_000, price: 0.18 },
          { above: 100_000_000, price: 0.13 },
        ],
      },
    },
  },
  dynamodb: {
    source: 'Amazon DynamoDB price list, on demand, read 2026-09',
    perMillionWriteUnits: 0.625,
    perMillionReadUnits: 0.125,
    perGbMonth: 0.25,
    /** Point-in-time recovery. */
    recoveryPerGbMonth: 0.2,
  },
  lambda: {
    source: 'AWS Lambda price list, arm64, read 2026-10',
    perMillionRequests: 0.2,
    perGbSecond: 0.000_013_333_4,
  },
  /** Standard topics; delivery to SQS is free. */
  sns: { source: 'Amazon SNS price list, read 2026-06-13', perMillionPublishes: 0.5 },
  sqs: { source: 'Amazon SQS price list, standard queues', perMillionRequests: 0.4 },
  httpApi: { source: 'Amazon API Gateway price list, HTTP APIs', perMillionRequests: 1 },
  logs: { source: 'Amazon CloudWatch Logs price list, read 2026-10-02', perGbIngested: 0.5 },
  scheduler: { source: 'Amazon EventBridge price list, read 2026-03-13', perMillionStarts: 1 },
  alarm: { source: 'Amazon CloudWatch price list', perMonth: 0.1, perMetricMonth: 0.3 },
  key: { source: 'AWS KMS price list', perMonth: 1 },
  /** What networks charge for their API, per post; the others charge nothing. */
  networks: {
    source: "X's pay-per-use price list, in force since 2026-04-20",
    x: { post: 0.015, postWithUrl: 0.2 },
  },
  /** A month's allowance that every account has for good, new or old. */
  alwaysFree: {
    source: 'AWS Free Tier, always free offers',
    lambdaRequests: 1_000_000,
    lambdaGbSeconds: 400_000,
    sqsRequests: 1_000_000,
    schedulerStarts: 14_000_000,
    logGb: 5,
    alarms: 10,
    metrics: 10,
  },
} as const;

export type SesPlan = keyof typeof prices.ses.plans;

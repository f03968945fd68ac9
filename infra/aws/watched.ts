// What is watched, as plain data: the metric, when it is too much, and where to read what to do.
// Ten metrics, because that is what an account has free of charge.

import type { FunctionName, QueueName } from '#infra/definition.ts';

export type Watched =
  /** A figure that a function says (`functions/environment/metrics.ts`). */
  | { readonly kind: 'said'; readonly by: FunctionName; readonly metric: string }
  | { readonly kind: 'function'; readonly of: FunctionName; readonly metric: string }
  | {
      readonly kind: 'queue';
      readonly of: QueueName;
      readonly dead: boolean;
      readonly metric: string;
    }
  /** Of the whole SES account in the Region. */
  | { readonly kind: 'email'; readonly metric: string };

export interface AlarmDefinition {
  /** Also the file under docs/operations that says what to do. */
  readonly name: string;
  /** What has happened, in a sentence. */
  readonly says: string;
  readonly watches: Watched;
  readonly statistic: 'Sum' | 'Maximum' | 'Minimum' | 'Average';
  readonly above: number;
  readonly periodSeconds: number;
  /** So many periods in a row. */
  readonly periods: number;
}

export const alarms: readonly AlarmDefinition[] = [
  {
    name: 'not-armed',
    says: 'A scheduled burst is less than two minutes from its moment and no runner has armed it.',
    watches: { kind: 'said', by: 'measure', metric: 'NotArmed' },
    statistic: 'Sum',
    above: 0,
    periodSeconds: 60,
    periods: 1,
  },
  {
    name: 'late',
    says: 'A leg started more than 250 ms after its moment, or more than a second after it was fired.',
    watches: { kind: 'said', by: 'run', metric: 'Overdue' },
    statistic: 'Maximum',
    above: 0,
    periodSeconds: 60,
    periods: 1,
  },
  {
    name: 'in-doubt',
    says: 'Deliveries or posts have been in doubt for 15 minutes.',
    watches: { kind: 'said', by: 'measure', metric: 'InDoubt' },
    statistic: 'Maximum',
    above: 0,
    periodSeconds: 300,
    periods: 3,
  },
  {
    name: 'bounces',
    says: 'More than 2 % of emails bounce; SES reviews an account at 5 %.',
    watches: { kind: 'email', metric: 'Reputation.BounceRate' },
    statistic: 'Maximum',
    above: 0.02,
    periodSeconds: 3_600,
    periods: 1,
  },
  {
    name: 'complaints',
    says: 'More than 0.05 % of emails are marked as spam; SES reviews an account at 0.1 %.',
    watches: { kind: 'email', metric: 'Reputation.ComplaintRate' },
    statistic: 'Maximum',
    above: 0.0005,
    periodSeconds: 3_600,
    periods: 1,
  },
  {
    name: 'dead-letters',
    says: 'Feedback could not be worked on and was set aside.',
    watches: {
      kind: 'queue',
      of: 'feedback',
      dead: true,
      metric: 'ApproximateNumberOfMessagesVisible',
    },
    statistic: 'Maximum',
    above: 0,
    periodSeconds: 300,
    periods: 1,
  },
  {
    name: 'feedback-late',
    says: 'Feedback has been waiting for more than five minutes: reports are behind.',
    watches: {
      kind: 'queue',
      of: 'feedback',
      dead: false,
      metric: 'ApproximateAgeOfOldestMessage',
    },
    statistic: 'Maximum',
    above: 300,
    periodSeconds: 60,
    periods: 5,
  },
  {
    name: 'runner-errors',
    says: 'The runner ended with an error three minutes in a row.',
    watches: { kind: 'function', of: 'run', metric: 'Errors' },
    statistic: 'Sum',
    above: 0,
    periodSeconds: 60,
    periods: 3,
  },
  {
    name: 'runner-throttled',
    says: 'The runner was turned away: the account has no concurrency left.',
    watches: { kind: 'function', of: 'run', metric: 'Throttles' },
    statistic: 'Sum',
    above: 0,
    periodSeconds: 60,
    periods: 1,
  },
  {
    name: 'sending-disabled',
    says: 'SES does not let the account send.',
    watches: { kind: 'said', by: 'run', metric: 'SendingDisabled' },
    statistic: 'Sum',
    above: 0,
    periodSeconds: 60,
    periods: 1,
  },
];

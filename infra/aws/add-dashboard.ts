// One page: what alarms watch, and beside it what went out and what it ran on.

import type { Stack } from 'aws-cdk-lib';
import { Dashboard, GraphWidget, type IMetric, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { FunctionName } from '#infra/definition.ts';
import type { Queues } from './add-queues.ts';
import type { Settings } from './settings.ts';
import { alarms } from './watched.ts';

export interface Shown {
  readonly stack: Stack;
  readonly settings: Settings;
  readonly functions: ReadonlyMap<FunctionName, LambdaFunction>;
  readonly queues: Queues;
  readonly table: TableV2;
  readonly watched: ReadonlyMap<string, Metric>;
}

export function addDashboard(shown: Shown): void {
  const { stack, settings, functions, queues, table, watched } = shown;
  const dashboard = new Dashboard(stack, 'Dashboard', {
    dashboardName: `${settings.stage}-volley`,
  });
  const each = (metric: 'Invocations' | 'Errors' | 'Duration', statistic: string) =>
    [...functions].map(([name, of]) => of.metric(metric, { statistic, label: name }));
  const emails = ['Send', 'Delivery', 'Bounce', 'Complaint', 'Reject'].map(
    (metricName) => new Metric({ namespace: 'AWS/SES', metricName, statistic: 'Sum' }),
  );
  const units = ['ConsumedWriteCapacityUnits', 'ConsumedReadCapacityUnits', 'WriteThrottleEvents'];
  const watchedNow = alarms.flatMap(({ name }) => watched.get(name) ?? []);
  dashboard.addWidgets(
    graph('Emails', emails),
    graph('Watched', watchedNow),
    graph('Starts', each('Invocations', 'Sum')),
    graph('Errors', each('Errors', 'Sum')),
    graph('Duration, p99', each('Duration', 'p99')),
    graph(
      'Queues: waiting and set aside',
      [...queues.byName.values(), ...queues.deadLetters.values()].map((queue) =>
        queue.metricApproximateNumberOfMessagesVisible(),
      ),
    ),
    graph(
      'Table',
      units.map((name) => table.metric(name, { statistic: 'Sum' })),
    ),
  );
}

function graph(title: string, left: IMetric[]): GraphWidget {
  return new GraphWidget({ title, left, width: 12, height: 6 });
}

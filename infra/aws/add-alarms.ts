// What is watched, carried out: alarms over the metrics, and who hears of them.

import { CfnOutput, Duration, type Stack } from 'aws-cdk-lib';
import { CfnBudget } from 'aws-cdk-lib/aws-budgets';
import { Alarm, ComparisonOperator, Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Key } from 'aws-cdk-lib/aws-kms';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { FunctionName } from '#infra/definition.ts';
import type { Queues } from './add-queues.ts';
import { idOf } from './id-of.ts';
import type { Settings } from './settings.ts';
import { type AlarmDefinition, alarms } from './watched.ts';

export interface Watchable {
  readonly stack: Stack;
  readonly settings: Settings;
  readonly functions: ReadonlyMap<FunctionName, LambdaFunction>;
  readonly queues: Queues;
  readonly key: Key | undefined;
}

/** @returns the metric of each alarm by its name, for the dashboard */
export function addAlarms(watchable: Watchable): ReadonlyMap<string, Metric> {
  const { stack, settings, key } = watchable;
  const topic = new Topic(stack, 'Alarms', {
    topicName: `${settings.stage}-volley-alarms`,
    enforceSSL: true,
    ...(key && { masterKey: key }),
  });
  for (const service of ['cloudwatch', 'budgets']) {
    topic.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal(`${service}.amazonaws.com`)],
        actions: ['sns:Publish'],
        resources: [topic.topicArn],
        conditions: { StringEquals: { 'aws:SourceAccount': stack.account } },
      }),
    );
  }
  if (settings.alarmEmail) topic.addSubscription(new EmailSubscription(settings.alarmEmail));
  addBudget(stack, settings, topic);
  new CfnOutput(stack, 'AlarmTopic', {
    description: 'Where alarms are told; subscribe whoever is on duty',
    value: topic.topicArn,
  });
  return new Map(
    alarms.map((definition) => {
      const metric = metricOf(definition, watchable);
      addAlarm(definition, metric, watchable).addAlarmAction(new SnsAction(topic));
      return [definition.name, metric];
    }),
  );
}

function addAlarm(definition: AlarmDefinition, metric: Metric, { stack, settings }: Watchable) {
  const { name, says, above, periods } = definition;
  return new Alarm(stack, `${idOf(name)}Alarm`, {
    alarmName: `${settings.stage}-volley-${name}`,
    alarmDescription: `${says} What to do: docs/operations/${name}.md`,
    metric,
    threshold: above,
    comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
    evaluationPeriods: periods,
    treatMissingData: TreatMissingData.NOT_BREACHING,
  });
}

function metricOf(definition: AlarmDefinition, watchable: Watchable): Metric {
  const options = {
    statistic: definition.statistic,
    period: Duration.seconds(definition.periodSeconds),
  };
  const { watches } = definition;
  switch (watches.kind) {
    case 'said': {
      const { functionName: service } = made(watchable.functions, watches.by);
      const dimensionsMap = { service };
      return new Metric({
        namespace: 'Volley',
        metricName: watches.metric,
        dimensionsMap,
        ...options,
      });
    }
    case 'function':
      return made(watchable.functions, watches.of).metric(watches.metric, options);
    case 'queue': {
      const { byName, deadLetters } = watchable.queues;
      return made(watches.dead ? deadLetters : byName, watches.of).metric(watches.metric, options);
    }
    case 'email':
      return new Metric({ namespace: 'AWS/SES', metricName: watches.metric, ...options });
  }
}

/** Of the whole account: what SES charges carries no tag that could tell it apart. */
function addBudget(stack: Stack, settings: Settings, topic: Topic): void {
  const notice = (notificationType: string, threshold: number) => ({
    notification: { notificationType, comparisonOperator: 'GREATER_THAN', threshold },
    subscribers: [{ subscriptionType: 'SNS', address: topic.topicArn }],
  });
  const budget = new CfnBudget(stack, 'Budget', {
    budget: {
      budgetName: `${settings.stage}-volley`,
      budgetType: 'COST',
      timeUnit: 'MONTHLY',
      budgetLimit: { amount: settings.budgetUsd, unit: 'USD' },
    },
    notificationsWithSubscribers: [notice('ACTUAL', 80), notice('FORECASTED', 100)],
  });
  budget.node.addDependency(topic);
}

function made<K, V>(map: ReadonlyMap<K, V>, key: K): V {
  const value = map.get(key);
  if (value === undefined) throw new Error(`nothing called ${String(key)} can be watched`);
  return value;
}

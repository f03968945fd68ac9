// The steady beat: one schedule per function that asks for it.

import type { Stack } from 'aws-cdk-lib';
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { CfnSchedule } from 'aws-cdk-lib/aws-scheduler';
import { type FunctionName, functions } from '#infra/definition.ts';
import { idOf } from './id-of.ts';
import type { Settings } from './settings.ts';

export function addSchedules(
  stack: Stack,
  settings: Settings,
  made: ReadonlyMap<FunctionName, LambdaFunction>,
): void {
  const scheduled = functions.flatMap(({ name, triggers }) =>
    triggers.flatMap((trigger) => {
      const target = made.get(name);
      return trigger.kind === 'schedule' && target
        ? [{ name, target, everySeconds: trigger.everySeconds }]
        : [];
    }),
  );
  const role = new Role(stack, 'BeatRole', {
    assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
      conditions: { StringEquals: { 'aws:SourceAccount': stack.account } },
    }),
    inlinePolicies: {
      start: new PolicyDocument({
        statements: [
          new PolicyStatement({
            actions: ['lambda:InvokeFunction'],
            resources: scheduled.map(({ target }) => target.functionArn),
          }),
        ],
      }),
    },
  });
  for (const { name, target, everySeconds } of scheduled) {
    new CfnSchedule(stack, `${idOf(name)}Beat`, {
      name: `${settings.stage}-volley-${name}`,
      description: `Starts ${name}: what is due is found by looking, so a lost beat is made up for`,
      scheduleExpression: rate(everySeconds),
      flexibleTimeWindow: { mode: 'OFF' },
      target: {
        arn: target.functionArn,
        roleArn: role.roleArn,
        input: JSON.stringify({ trigger: 'schedule' }),
        retryPolicy: { maximumRetryAttempts: 0, maximumEventAgeInSeconds: 60 },
      },
    });
  }
}

function rate(everySeconds: number): string {
  const minutes = everySeconds / 60;
  if (!Number.isInteger(minutes) || minutes < 1) {
    throw new Error(`a schedule cannot beat every ${everySeconds} s: whole minutes only`);
  }
  return minutes === 1 ? 'rate(1 minute)' : `rate(${minutes} minutes)`;
}

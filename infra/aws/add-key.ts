// The customer's own key, where one is asked for; else keys that AWS owns, which cost nothing.

import { RemovalPolicy, type Stack } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import type { Settings } from './settings.ts';

/** Services that use the key in our name without a role of ours. */
const SERVICES = ['ses', 'sns', 'cloudwatch', 'budgets'];

export function addKey(stack: Stack, settings: Settings): Key | undefined {
  if (!settings.customerKey) return undefined;
  const key = new Key(stack, 'Key', {
    alias: `${settings.stage}-volley`,
    description: 'Volley: table, queues, topics and logs',
    enableKeyRotation: true,
    removalPolicy: settings.keepData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
  });
  key.addToResourcePolicy(
    new PolicyStatement({
      principals: SERVICES.map((name) => new ServicePrincipal(`${name}.amazonaws.com`)),
      actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
      resources: ['*'],
      conditions: { StringEquals: { 'aws:SourceAccount': stack.account } },
    }),
  );
  // CloudWatch Logs gives the log group and no account.
  const group = `arn:${stack.partition}:logs:${stack.region}:${stack.account}:log-group:*`;
  key.addToResourcePolicy(
    new PolicyStatement({
      principals: [new ServicePrincipal(`logs.${stack.region}.amazonaws.com`)],
      actions: ['kms:Encrypt', 'kms:Decrypt', 'kms:GenerateDataKey', 'kms:DescribeKey'],
      resources: ['*'],
      conditions: { ArnLike: { 'kms:EncryptionContext:aws:logs:arn': group } },
    }),
  );
  return key;
}

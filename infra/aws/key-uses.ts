// What a function must be allowed on the customer's key: DynamoDB and SQS use it in the caller's name.

import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Key } from 'aws-cdk-lib/aws-kms';
import type { FunctionDefinition, Grant } from '#infra/definition.ts';

const READ = ['kms:Decrypt', 'kms:DescribeKey'];
const WRITE = ['kms:Encrypt', 'kms:GenerateDataKey', 'kms:ReEncryptFrom', 'kms:ReEncryptTo'];
const SEND = ['kms:Decrypt', 'kms:GenerateDataKey'];

export function keyUses(definition: FunctionDefinition, key: Key): PolicyStatement[] {
  const actions = new Set(definition.grants.flatMap(usesOf));
  return [new PolicyStatement({ actions: [...actions], resources: [key.keyArn] })];
}

function usesOf({ action, on }: Grant): string[] {
  if (on.kind === 'queue' || on.kind === 'dead_letters')
    return action === 'sqs:SendMessage' ? SEND : ['kms:Decrypt'];
  if (on.kind !== 'table' && on.kind !== 'index') return [];
  return /Put|Update|Delete/.test(action) ? [...READ, ...WRITE] : READ;
}

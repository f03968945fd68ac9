// CloudFormation's functions put in, so that a template's values can be read and used.

import type { Template } from './template.ts';

export interface Known {
  /** Pseudo parameters, and what `Ref` of a resource is. */
  readonly ref: (id: string) => string;
  readonly attribute: (id: string, name: string) => string;
}

/** Names everything as it will be called in account 111122223333. */
export function named(template: Template, region = 'eu-central-1'): Known {
  const account = '111122223333';
  const pseudo: { readonly [name: string]: string } = {
    'AWS::AccountId': account,
    'AWS::Region': region,
    'AWS::Partition': 'aws',
    'AWS::URLSuffix': 'amazonaws.com',
  };
  const nameOf = (id: string): string => {
    const properties = template.Resources[id]?.Properties ?? {};
    const key = [
      'TableName',
      'QueueName',
      'FunctionName',
      'LogGroupName',
      'TopicName',
      'Name',
    ].find((one) => typeof properties[one] === 'string');
    return key ? String(properties[key]) : id;
  };
  return {
    ref: (id) => {
      if (pseudo[id] !== undefined) return pseudo[id];
      const type = template.Resources[id]?.Type;
      if (type === 'AWS::SQS::Queue') {
        return `https://sqs.${region}.amazonaws.com/${account}/${nameOf(id)}`;
      }
      return nameOf(id);
    },
    attribute: (id, name) => {
      const type = template.Resources[id]?.Type ?? '';
      if (name === 'ApiEndpoint') return `https://${id}.execute-api.${region}.amazonaws.com`;
      const forms: { readonly [type: string]: string } = {
        'AWS::DynamoDB::GlobalTable': `dynamodb:${region}:${account}:table/${nameOf(id)}`,
        'AWS::SQS::Queue': `sqs:${region}:${account}:${nameOf(id)}`,
        'AWS::Lambda::Function': `lambda:${region}:${account}:function:${nameOf(id)}`,
        'AWS::Logs::LogGroup': `logs:${region}:${account}:log-group:${nameOf(id)}:*`,
        'AWS::KMS::Key': `kms:${region}:${account}:key/${id}`,
        'AWS::IAM::Role': `iam::${account}:role/${id}`,
      };
      return `arn:aws:${forms[type] ?? `${type}.${id}.${name}`}`;
    },
  };
}

/** Throws for a function it does not know: better no value than a wrong one. */
export function resolve(value: unknown, known: Known): string {
  if (typeof value === 'string' || typeof value === 'number') return String(value);
  const [[name, argument] = ['', undefined]] = Object.entries(value as object);
  if (name === 'Ref') return known.ref(String(argument));
  if (name === 'Fn::GetAtt') {
    const [id, attribute] = argument as [string, string];
    return known.attribute(id, attribute);
  }
  if (name === 'Fn::Join') {
    const [glue, parts] = argument as [string, unknown[]];
    return parts.map((part) => resolve(part, known)).join(glue);
  }
  if (name === 'Fn::Sub') {
    return String(argument).replace(/\$\{([^}]+)\}/g, (_, id: string) => known.ref(id));
  }
  throw new Error(`${name} is not known here`);
}

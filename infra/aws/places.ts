// Where the definition's resources are in this stack: what a grant allows on, what a variable says.

import type { Stack } from 'aws-cdk-lib';
import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import {
  type FunctionName,
  type Host,
  names,
  type Resource,
  type Value,
} from '#infra/definition.ts';
import { indexes } from '#store/table.ts';
import type { Email } from './add-email.ts';
import type { Queues } from './add-queues.ts';
import type { Settings } from './settings.ts';

export interface Places {
  readonly stack: Stack;
  readonly settings: Settings;
  readonly table: TableV2;
  readonly queues: Queues;
  readonly email: Email;
  /** Base address by host: `https://go.example.org`. */
  readonly addresses: ReadonlyMap<Host, string>;
  readonly functions: ReadonlyMap<FunctionName, LambdaFunction>;
}

/** ARNs that a grant of the definition allows on; a wildcard only where names are made later. */
export function arnsOf(on: Resource, places: Places): readonly string[] {
  const { stack, table, email, settings } = places;
  switch (on.kind) {
    case 'table':
      return [table.tableArn];
    case 'index':
      return indexes.map(({ name }) => `${table.tableArn}/index/${name}`);
    case 'queue':
      return [found(places.queues.byName, on.queue).queueArn];
    case 'dead_letters':
      return [found(places.queues.deadLetters, on.queue).queueArn];
    case 'function':
      return [found(places.functions, on.function).functionArn];
    case 'parameters': {
      const below = on.below === undefined ? '*' : `${on.below}/*`;
      const resourceName = `${settings.stage}${names.parameterPrefix}/${below}`;
      return [stack.formatArn({ service: 'ssm', resource: 'parameter', resourceName })];
    }
    case 'identity':
      return [email.identityArn];
    case 'configuration_set':
      return [
        stack.formatArn({
          service: 'ses',
          resource: 'configuration-set',
          resourceName: email.configurationSet.configurationSetName,
        }),
      ];
    case 'account':
      return ['*'];
  }
}

export function variableOf(value: Value, places: Places): string {
  const { stack, settings } = places;
  switch (value.from) {
    case 'table':
      return places.table.tableName;
    case 'queue_url':
      return found(places.queues.byName, value.queue).queueUrl;
    case 'dead_letter_url':
      return found(places.queues.deadLetters, value.queue).queueUrl;
    case 'link_base':
      return found(places.addresses, 'link');
    case 'function':
      return found(places.functions, value.function).functionName;
    case 'parameter_prefix':
      return `/${settings.stage}${names.parameterPrefix}`;
    case 'configuration_set':
      return places.email.configurationSet.configurationSetName;
    case 'account':
      return `${stack.account}/${stack.region}`;
    case 'ses_per_second':
      return String(settings.sesPerSecond ?? '');
    case 'ses_per_day':
      return String(settings.sesPerDay ?? '');
    case 'api_base':
      return found(places.addresses, 'api');
    case 'notice_sender': {
      const { sender } = settings;
      return `Volley <${sender.includes('@') ? sender : `volley@${sender}`}>`;
    }
    case 'loopback':
      return 'no';
  }
}

function found<K, V>(map: ReadonlyMap<K, V>, key: K): V {
  const value = map.get(key);
  if (value === undefined) throw new Error(`the stack has no ${String(key)}`);
  return value;
}

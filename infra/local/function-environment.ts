// What the definition tells a function, with the values of this machine.

import { type FunctionDefinition, names, queues, runtime, type Value } from '#infra/definition.ts';
import type { PortName } from './data-folder.ts';

export interface LocalWorld {
  readonly urls: { readonly [name in PortName]: string };
  readonly queueUrls: { readonly [queue: string]: string };
  /**
   * What whoever started us wants otherwise: endpoints (`AWS_ENDPOINT_URL_SESV2` and the like) and
   * the operator's send quota (`VOLLEY_SES_PER_SECOND`, `VOLLEY_SES_PER_DAY`).
   */
  readonly overrides: { readonly [name: string]: string | undefined };
}

const ENDPOINTS: { readonly [variable: string]: PortName } = {
  AWS_ENDPOINT_URL_DYNAMODB: 'dynamodb',
  AWS_ENDPOINT_URL_SESV2: 'ses',
  AWS_ENDPOINT_URL_SQS: 'sqs',
  AWS_ENDPOINT_URL_SSM: 'ssm',
  AWS_ENDPOINT_URL_LAMBDA: 'lambda',
};

/** Nothing of our own environment goes along: a function sees what Lambda would show it. */
export function functionEnvironment(
  definition: FunctionDefinition,
  world: LocalWorld,
): { [name: string]: string } {
  const environment: Record<string, string> = {
    AWS_REGION: 'us-east-1',
    AWS_DEFAULT_REGION: 'us-east-1',
    // As in the cloud, each function calls in a name of its own.
    AWS_ACCESS_KEY_ID: `local-${definition.name}`,
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_EXECUTION_ENV: `AWS_Lambda_${runtime.name}`,
    AWS_LAMBDA_FUNCTION_NAME: definition.name,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(definition.memoryMb),
    TZ: 'UTC',
  };
  for (const [variable, service] of Object.entries(ENDPOINTS)) {
    environment[variable] = world.overrides[variable] ?? world.urls[service];
  }
  for (const [variable, value] of Object.entries(definition.environment)) {
    environment[variable] = resolve(value, world);
  }
  return environment;
}

function resolve(value: Value, world: LocalWorld): string {
  switch (value.from) {
    case 'table':
      return names.table;
    case 'queue_url':
      return world.queueUrls[value.queue] ?? '';
    case 'dead_letter_url': {
      const dead = queues.find(({ name }) => name === value.queue)?.deadLetter ?? '';
      return world.queueUrls[dead] ?? '';
    }
    case 'link_base':
      return world.urls.link;
    case 'function':
      return value.function;
    case 'parameter_prefix':
      return names.parameterPrefix;
    case 'configuration_set':
      return names.configurationSet;
    case 'account':
      return '000000000000/us-east-1';
    case 'ses_per_second':
      return world.overrides.VOLLEY_SES_PER_SECOND ?? '';
    case 'ses_per_day':
      return world.overrides.VOLLEY_SES_PER_DAY ?? '';
    case 'api_base':
      return world.urls.api;
    case 'notice_sender':
      return 'Volley <volley@example.org>';
    case 'loopback':
      return 'yes';
  }
}

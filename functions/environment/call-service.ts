// A caller of one AWS service that speaks JSON, from a function's settings.

import type { Service } from './settings.ts';
import { type CallJson, createCallJson } from './signed-json.ts';
import type { Credentials } from './sigv4.ts';

interface ServiceSettings<S extends Service> {
  readonly region: string;
  readonly credentials: Credentials;
  readonly endpoints: { readonly [service in S]: string };
}

interface CallOptions {
  /** Characters of an answer, where more than a million may come. */
  readonly answerMax?: number;
  readonly now?: () => number;
}

/** What its fault codes begin with, and the minor difference that each service insists on. */
const WAYS: { readonly [service in Service]: { faults: string; jsonVersion: '1.0' | '1.1' } } = {
  dynamodb: { faults: 'store', jsonVersion: '1.0' },
  sqs: { faults: 'queue', jsonVersion: '1.0' },
  ssm: { faults: 'secret', jsonVersion: '1.1' },
};

/** @param service one whose address the settings hold */
export function callService<S extends Service>(
  { region, credentials, endpoints }: ServiceSettings<S>,
  service: S,
  { now = () => Date.now(), ...options }: CallOptions = {},
): CallJson {
  const endpoint = endpoints[service];
  return createCallJson({
    service,
    region,
    credentials,
    endpoint,
    now,
    ...WAYS[service],
    ...options,
  });
}

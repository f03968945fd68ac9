// Starts a Lambda function without waiting for what it does; signed by hand, no SDK client for it.

import { AwsClient } from 'aws4fetch';
import { Fault } from '#domain/faults.ts';
import type { Credentials } from './sigv4.ts';

export interface StartFunctionConfig {
  readonly region: string;
  readonly credentials: Credentials;
  /** `https://lambda.eu-central-1.amazonaws.com` */
  readonly endpoint: string;
  readonly function: string;
}

const TIMEOUT_MS = 2_000;

/**
 * One asynchronous invocation, one attempt: nothing depends on it, because the next tick finds
 * the same work. Throws Fault `invoke_refused` or `invoke_unanswered`.
 */
export function createStartFunction(config: StartFunctionConfig): (event: object) => Promise<void> {
  const { region, credentials, endpoint } = config;
  const client = new AwsClient({ ...credentials, region, service: 'lambda', retries: 0 });
  const url = `${endpoint}/2015-03-31/functions/${encodeURIComponent(config.function)}/invocations`;
  return async (event) => {
    let response: Response;
    try {
      response = await client.fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-amz-invocation-type': 'Event' },
        body: JSON.stringify(event),
        redirect: 'error',
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
    } catch (cause) {
      const message = `starting ${config.function} got no answer`;
      throw new Fault('invoke_unanswered', message, { retryable: true, cause });
    }
    await response.body?.cancel();
    if (response.status === 202) return;
    const message = `starting ${config.function} was answered ${response.status}`;
    throw new Fault('invoke_refused', message, { retryable: response.status >= 429 });
  };
}

// Switches the sending of a configuration set, signed by hand: the one call of SES the API makes.

import { AwsClient } from 'aws4fetch';
import { Fault } from '#domain/faults.ts';
import type { Credentials } from './sigv4.ts';

export interface SwitchSendingConfig {
  readonly region: string;
  readonly credentials: Credentials;
  /** `https://email.eu-central-1.amazonaws.com` */
  readonly endpoint: string;
}

const TIMEOUT_MS = 2_000;

/** Repeatable at will. Throws Fault `ses_refused` or `ses_unanswered`. */
export function createSwitchSending(
  config: SwitchSendingConfig,
): (configurationSet: string, enabled: boolean) => Promise<void> {
  const { region, credentials, endpoint } = config;
  const client = new AwsClient({ ...credentials, region, service: 'ses', retries: 0 });
  return async (configurationSet, enabled) => {
    const name = encodeURIComponent(configurationSet);
    let response: Response;
    try {
      response = await client.fetch(`${endpoint}/v2/email/configuration-sets/${name}/sending`, {
        method: 'PUT',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ SendingEnabled: enabled }),
        redirect: 'error',
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
    } catch (cause) {
      const message = `switching ${configurationSet} got no answer`;
      throw new Fault('ses_unanswered', message, { retryable: true, cause });
    }
    await response.body?.cancel();
    if (response.ok) return;
    const message = `switching ${configurationSet} was answered ${response.status}`;
    throw new Fault('ses_refused', message, { retryable: response.status >= 429 });
  };
}

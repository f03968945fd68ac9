// What the email account says of an identity, signed by hand: the API has no SDK client.

import { AwsClient } from 'aws4fetch';
import type { AskIdentity } from '#channels/check-sender.ts';
import { answeredFault, unanswered } from './ses-faults.ts';
import { standingBehind, verifiedBy } from './ses-identity.ts';
import type { Credentials } from './sigv4.ts';

export interface AskIdentityConfig {
  readonly region: string;
  readonly credentials: Credentials;
  /** `https://email.eu-central-1.amazonaws.com` */
  readonly sesEndpoint: string;
  readonly clock: { readonly now: () => number };
}

const TIMEOUT_MS = 4_000;
/** SES answers such questions about once a second: a file that is checked and planned asks once. */
const KEPT_MS = 60_000;

/** One attempt; `verified` is believed for a minute. Throws as the port `Ses` does. */
export function createAskIdentity(config: AskIdentityConfig): AskIdentity {
  const { region, credentials, sesEndpoint, clock } = config;
  const client = new AwsClient({ ...credentials, region, service: 'ses', retries: 0 });
  const verified = new Map<string, number>();
  return async (name) => {
    if ((verified.get(name) ?? 0) > clock.now()) return 'verified';
    const url = `${sesEndpoint}/v2/email/identities/${encodeURIComponent(name)}`;
    const { status, type, body } = await get(client, url);
    if (status !== 200) {
      const code = (type || String(body.__type ?? '')).replace(/^.*#|:.*$/g, '');
      const standing = standingBehind(status, code);
      if (standing !== undefined) return standing;
      throw answeredFault(status, code, String(body.message ?? ''));
    }
    const standing = verifiedBy(body.VerifiedForSendingStatus, name);
    if (standing === 'verified') verified.set(name, clock.now() + KEPT_MS);
    return standing;
  };
}

async function get(client: AwsClient, url: string) {
  try {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const response = await client.fetch(url, { redirect: 'error', signal });
    const body = (await response.json()) as { readonly [name: string]: unknown };
    const type = response.headers.get('x-amzn-errortype') ?? '';
    return { status: response.status, type, body };
  } catch (cause) {
    throw unanswered('SES said nothing of an identity', cause);
  }
}

// One email of a notice, signed by hand: no configuration set and no tags, so that nothing of it
// reaches a ledger or its feedback.

import { AwsClient } from 'aws4fetch';
import { Fault } from '#domain/faults.ts';
import type { NoticeEmail } from '#notices/ports.ts';
import type { Credentials } from './sigv4.ts';

export interface SendNoticeConfig {
  readonly region: string;
  readonly credentials: Credentials;
  /** `https://email.eu-central-1.amazonaws.com` */
  readonly endpoint: string;
  /** `Volley <volley@example.org>`, of the deployment's own identity. */
  readonly from: string;
}

const TIMEOUT_MS = 10_000;

/** One attempt. Throws Fault `ses_refused` (for good), `ses_throttled` or `ses_unanswered`. */
export function createSendNotice(config: SendNoticeConfig): (email: NoticeEmail) => Promise<void> {
  const { region, credentials, endpoint, from } = config;
  const client = new AwsClient({ ...credentials, region, service: 'ses', retries: 0 });
  return async ({ to, subject, text, html }) => {
    const part = (Data: string) => ({ Data, Charset: 'UTF-8' });
    const Simple = { Subject: part(subject), Body: { Text: part(text), Html: part(html) } };
    let response: Response;
    try {
      response = await client.fetch(`${endpoint}/v2/email/outbound-emails`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          FromEmailAddress: from,
          Destination: { ToAddresses: [to] },
          Content: { Simple },
        }),
        redirect: 'error',
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
    } catch (cause) {
      throw new Fault('ses_unanswered', 'a notice got no answer', { retryable: true, cause });
    }
    await response.body?.cancel();
    if (response.ok) return;
    const message = `a notice was answered ${response.status}`;
    if (response.status === 429) throw new Fault('ses_throttled', message, { retryable: true });
    const isRefused = response.status >= 400 && response.status < 500;
    throw new Fault(isRefused ? 'ses_refused' : 'ses_unanswered', message, {
      retryable: !isRefused,
    });
  };
}

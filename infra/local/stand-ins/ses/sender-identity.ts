// Who may be sent from, as SES says it: here everybody, but for one domain.

import { type Answer, json } from '../../http-server.ts';
import type { CallRefusal } from './bulk-call.ts';

/** Neither it nor what is below it is ever verified. */
const UNVERIFIED = /(?:^|[.@])not-verified\.test$/i;

/** As GetEmailIdentity answers: single addresses are no identities here. */
export function describeIdentity(name: string): Answer {
  if (name.includes('@') || UNVERIFIED.test(name)) {
    const message = `Email identity ${name} does not exist.`;
    return json(404, { message }, { 'x-amzn-errortype': 'NotFoundException' });
  }
  return json(200, {
    IdentityType: 'DOMAIN',
    FeedbackForwardingStatus: true,
    VerifiedForSendingStatus: true,
    VerificationStatus: 'SUCCESS',
    DkimAttributes: {
      SigningEnabled: true,
      Status: 'SUCCESS',
      Tokens: [],
      SigningAttributesOrigin: 'AWS_SES',
    },
    MailFromAttributes: { BehaviorOnMxFailure: 'USE_DEFAULT_VALUE' },
    Policies: {},
    Tags: [],
  });
}

/** Why a call from this sender is refused as a whole, or undefined. */
export function refuseSender(from: string): CallRefusal | undefined {
  const address = /<([^<>]*)>$/.exec(from.trim())?.[1] ?? from.trim();
  if (!UNVERIFIED.test(address)) return undefined;
  const message = `Email address is not verified. The following identities failed the check: ${address}`;
  return { status: 400, type: 'MessageRejected', message };
}

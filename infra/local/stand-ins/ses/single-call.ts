// What SES makes of one SendEmail with simple content: notices come this way.

import type { CallRefusal } from './bulk-call.ts';
import { refuseSender } from './sender-identity.ts';

interface Part {
  readonly Data?: string;
}

export interface SingleRequest {
  readonly FromEmailAddress?: string;
  readonly Destination?: { readonly ToAddresses?: readonly string[] };
  readonly ConfigurationSetName?: string;
  readonly Content?: {
    readonly Simple?: {
      readonly Subject?: Part;
      readonly Body?: { readonly Text?: Part; readonly Html?: Part };
    };
  };
}

const ADDRESS = /^[^\s@<>,;"()[\]\\]{1,64}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+$/;

/** Why it is not accepted, or undefined. */
export function refuseSingle(
  request: SingleRequest,
  take: () => 'taken' | 'throttled' | 'daily_quota',
): CallRefusal | undefined {
  const { Subject, Body } = request.Content?.Simple ?? {};
  const to = request.Destination?.ToAddresses ?? [];
  if (!request.FromEmailAddress?.includes('@')) return bad('FromEmailAddress is not an address');
  const sender = refuseSender(request.FromEmailAddress);
  if (sender) return sender;
  if (to.length !== 1 || !to.every((one) => ADDRESS.test(one))) {
    return bad('one well-formed recipient is stood in for');
  }
  if (!Subject?.Data || !(Body?.Html?.Data || Body?.Text?.Data)) {
    return bad('a simple email needs a subject and an HTML or a text part');
  }
  if (take() === 'taken') return undefined;
  return {
    status: 429,
    type: 'TooManyRequestsException',
    message: 'Maximum sending rate exceeded.',
  };
}

function bad(message: string): CallRefusal {
  return { status: 400, type: 'BadRequestException', message };
}

// An SES event as it comes through SNS and SQS, reduced to what we keep. Its texts are the world's:
// none of them is ever stored or shown.

import { hash } from 'node:crypto';
import { EmailEvent, EmailTags } from '#domain/event.ts';

export type ParsedMessage<E> =
  | { readonly kind: 'event'; readonly event: E }
  /** Well formed, but nothing of ours: another system's event, or a type we do not count. */
  | { readonly kind: 'ignored'; readonly why: 'foreign' | 'not_counted' | 'notice' }
  | { readonly kind: 'poison'; readonly reason: string };

/** SES's own word to ours, and the part of the event that carries its instant. */
const TYPES: { readonly [eventType: string]: readonly [EmailEvent['what'], string] } = {
  Send: ['send', 'mail'],
  Delivery: ['delivery', 'delivery'],
  Bounce: ['bounce', 'bounce'],
  Complaint: ['complaint', 'complaint'],
  Open: ['open', 'open'],
  Reject: ['reject', 'mail'],
  'Rendering Failure': ['rendering_failure', 'mail'],
  DeliveryDelay: ['delivery_delay', 'deliveryDelay'],
};
/** Clicks are counted by our own links; subscriptions are not used. */
const NOT_COUNTED: ReadonlySet<string> = new Set(['Click', 'Subscription']);

/**
 * @param said the SES event itself, already taken out of its SNS envelope
 * An event without our tags is foreign; one with our tags that does not parse is poison.
 */
export function parseSesEvent(said: Readonly<Record<string, unknown>>): ParsedMessage<EmailEvent> {
  const eventType = String(said.eventType);
  if (NOT_COUNTED.has(eventType)) return { kind: 'ignored', why: 'not_counted' };
  const [what, part] = TYPES[eventType] ?? [];
  if (what === undefined || part === undefined) {
    return { kind: 'poison', reason: 'an SES event of a type that is not known' };
  }
  const mail = memberOf(said, 'mail');
  const tags = tagsOf(mail);
  if (!tags) return { kind: 'ignored', why: 'foreign' };
  const detail = memberOf(said, part);
  const at = Date.parse(String(detail.timestamp ?? mail.timestamp));
  if (Number.isNaN(at))
    return { kind: 'poison', reason: `an SES ${what} event without an instant` };
  const messageId = String(mail.messageId ?? '');
  const feedbackId = String(detail.feedbackId ?? '');
  const name = `${messageId}\n${eventType}\n${at}\n${feedbackId}`;
  const parsed = EmailEvent.safeParse({
    kind: 'email',
    id: hash('sha256', name, 'buffer').toString('base64url', 0, 16),
    at,
    what,
    burst: tags.burst,
    leg: tags.leg,
    call: tags.call,
    ordinal: Number(tags.ordinal),
    attempt: Number(tags.attempt ?? 1),
    ...(what === 'bounce' ? { permanent: detail.bounceType === 'Permanent' } : {}),
    ...addressOf(what, mail),
  });
  if (parsed.success) return { kind: 'event', event: parsed.data };
  return { kind: 'poison', reason: `an SES ${what} event with malformed tags` };
}

function tagsOf(mail: Readonly<Record<string, unknown>>): EmailTags | undefined {
  const tags = memberOf(mail, 'tags');
  const first = (name: string): unknown => {
    const values = Object.hasOwn(tags, name) ? tags[name] : undefined;
    return Array.isArray(values) && values.length === 1 ? values[0] : undefined;
  };
  const attempt = first('attempt');
  const parsed = EmailTags.safeParse({
    burst: first('burst'),
    leg: first('leg'),
    call: first('call'),
    ordinal: first('ordinal'),
    ...(attempt === undefined ? {} : { attempt }),
  });
  return parsed.success ? parsed.data : undefined;
}

/** The address the message went to, for bounces and complaints, which suppress it. */
function addressOf(
  what: EmailEvent['what'],
  mail: Readonly<Record<string, unknown>>,
): { address?: string } {
  if (what !== 'bounce' && what !== 'complaint') return {};
  const { destination } = mail;
  const [only] = Array.isArray(destination) && destination.length === 1 ? destination : [];
  if (typeof only !== 'string') return {};
  const address = /<([^<>]*)>\s*$/.exec(only)?.[1] ?? only;
  return /^[^\s@]{1,64}@[^\s@]{1,255}$/.test(address) ? { address } : {};
}

function memberOf(
  value: Readonly<Record<string, unknown>>,
  name: string,
): Readonly<Record<string, unknown>> {
  const member = Object.hasOwn(value, name) ? value[name] : undefined;
  return typeof member === 'object' && member !== null ? (member as Record<string, unknown>) : {};
}

// One message of the feedback queue, whoever put it there.

import {
  ClickEvent,
  ConversionEvent,
  EmailEvent,
  type FeedbackEvent,
  PersonConversion,
} from '#domain/event.ts';
import { parseJson } from '#domain/parse-json.ts';
import { type ParsedMessage, parseSesEvent } from './parse-ses-event.ts';

/** SES and SNS greet a new subscription in plain words. */
const NOTICE = /^Successfully validated SNS topic/;

/** What SNS takes at most. Ours are below 10 KB; what is larger would only cost time. */
const BODY_CHARACTERS_MAX = 262_144;

/**
 * Clicks and conversions as our own functions send them; SES events raw or in SNS's envelope.
 * Poison is what nobody of ours can have meant; the reason quotes nothing of it.
 */
export function parseMessage(body: string): ParsedMessage<FeedbackEvent | PersonConversion> {
  if (body.length > BODY_CHARACTERS_MAX) return { kind: 'poison', reason: 'too large a message' };
  const said = objectOf(body);
  if (!said) return { kind: 'poison', reason: 'no JSON object' };
  if (said.kind === 'click') return known(ClickEvent.safeParse(said), 'a malformed click');
  if (said.kind === 'conversion') {
    return known(ConversionEvent.safeParse(said), 'a malformed conversion');
  }
  if (said.kind === 'person_conversion') {
    return known(PersonConversion.safeParse(said), 'a malformed conversion by person');
  }
  // The one thing we know of an email that SES does not tell.
  if (said.kind === 'email' && said.what === 'unsubscribe') {
    return known(EmailEvent.safeParse(said), 'a malformed unsubscribe');
  }
  if (said.Type === 'Notification' && typeof said.Message === 'string') {
    if (NOTICE.test(said.Message)) return { kind: 'ignored', why: 'notice' };
    const inner = objectOf(said.Message);
    return inner ? fromSes(inner) : { kind: 'poison', reason: 'an SNS message that is no JSON' };
  }
  return fromSes(said);
}

function fromSes(said: Readonly<Record<string, unknown>>): ParsedMessage<FeedbackEvent> {
  if (said.eventType === undefined) return { kind: 'poison', reason: 'no event of a known kind' };
  return parseSesEvent(said);
}

function known<E>(
  parsed: { success: true; data: E } | { success: false },
  reason: string,
): ParsedMessage<E> {
  return parsed.success ? { kind: 'event', event: parsed.data } : { kind: 'poison', reason };
}

function objectOf(text: string): Readonly<Record<string, unknown>> | undefined {
  const said = parseJson(text);
  if (said.kind !== 'json') return undefined;
  const { value } = said;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return value as Record<string, unknown>;
}

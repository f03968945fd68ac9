// What is wrong with an email leg, before anybody is asked to approve it.

import type { EmailLegPlan } from '#domain/plan.ts';
import { parseSender } from '#domain/sender.ts';
import type { Problem } from './contract.ts';
import { OWN_SLOTS, scanSlots } from './slots.ts';

const SUBJECT_MAX = 250;
/** SES takes no larger template, all parts together. */
const TEMPLATE_BYTES_MAX = 500_000;
/** Gmail cuts off what lies beyond, and with it the unsubscribe link. */
const CLIPPED_BYTES = 102_000;

/** Pure; an empty list means: nothing stands against sending it. */
export function checkEmail(leg: EmailLegPlan): readonly Problem[] {
  return [
    ...checkSenders(leg),
    ...checkSubject(leg),
    ...(['html', 'text'] as const).flatMap((part) => checkPart(leg, part)),
    ...checkSizes(leg),
    ...checkRest(leg),
  ];
}

function checkSenders(leg: EmailLegPlan): Problem[] {
  const from = parseSender(leg.from);
  const replyTo = leg.replyTo === undefined ? undefined : parseSender(leg.replyTo);
  return [
    ...(from.kind === 'refused' ? [error('sender_refused', 'from', from.message)] : []),
    ...(replyTo?.kind === 'refused' ? [error('sender_refused', 'replyTo', replyTo.message)] : []),
  ];
}

function checkSubject(leg: EmailLegPlan): Problem[] {
  const problems = slotProblems(leg, 'subject', leg.subject);
  if (leg.subject.trim() === '') problems.push(error('empty', 'subject', 'the subject is empty'));
  if (leg.subject.length > SUBJECT_MAX) {
    const message = `the subject has ${leg.subject.length} characters, at most ${SUBJECT_MAX}`;
    problems.push(error('too_long', 'subject', message, `at most ${SUBJECT_MAX}`));
  }
  if (/[\p{Cc}\u2028\u2029]/u.test(leg.subject)) {
    problems.push(error('control_character', 'subject', 'the subject holds a control character'));
  }
  return problems;
}

function checkPart(leg: EmailLegPlan, part: 'html' | 'text'): Problem[] {
  const problems = slotProblems(leg, part, leg[part]);
  const scanned = scanSlots(leg[part]);
  if (scanned.kind === 'not_flat') return problems;
  const calls = scanned.names.filter((name) => name === 'call_link').length;
  const isAsking = calls > 0 || leg.followUp === undefined;
  if (isAsking && calls !== 1) {
    const message = `the ${part} part holds the call ${calls} times, it has to stand there once`;
    problems.push(error('call_slot', part, message, 'exactly 1'));
  }
  return problems;
}

function slotProblems(leg: EmailLegPlan, part: 'html' | 'text' | 'subject', source: string) {
  const scanned = scanSlots(source);
  if (scanned.kind === 'not_flat') {
    const message = `the ${part} holds more than flat {{slot}} at character ${scanned.at}`;
    return [error('template_not_flat', part, message, 'flat {{slot}} only')];
  }
  const own = part === 'subject' ? ['call_say'] : OWN_SLOTS;
  const unknown = scanned.names.filter(
    (name) => !own.some((one) => one === name) && !Object.hasOwn(leg.slots, name),
  );
  return [...new Set(unknown)].map((name) =>
    error('slot_unknown', part, `nothing says what stands at {{${name}}} in the ${part}`),
  );
}

function checkSizes(leg: EmailLegPlan): Problem[] {
  const bytes = [leg.html, leg.text, leg.subject].reduce((sum, part) => sum + byteLength(part), 0);
  if (bytes > TEMPLATE_BYTES_MAX) {
    const limit = `at most ${TEMPLATE_BYTES_MAX} bytes`;
    return [error('too_large', 'html', `the email has ${bytes} bytes, ${limit}`, limit)];
  }
  if (byteLength(leg.html) <= CLIPPED_BYTES) return [];
  const message = `the HTML part has ${byteLength(leg.html)} bytes; Gmail cuts off beyond ${CLIPPED_BYTES}`;
  return [{ ...error('clipped', 'html', message, `${CLIPPED_BYTES} bytes`), severity: 'warning' }];
}

function checkRest(leg: EmailLegPlan): Problem[] {
  const problems: Problem[] = [];
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(leg.configurationSet)) {
    const message = 'a configuration set is 1 to 64 letters, digits, - and _';
    problems.push(error('malformed', 'configurationSet', message));
  }
  if (!leg.allocation.some((share) => share.weight > 0)) {
    problems.push(error('no_call', 'allocation', 'no call has a weight above 0'));
  }
  for (const name of Object.keys(leg.slots)) {
    if (OWN_SLOTS.some((own) => own === name)) {
      problems.push(error('slot_reserved', 'slots', `{{${name}}} is filled by the channel itself`));
    }
  }
  return problems;
}

function error(code: string, field: string, message: string, limit?: string): Problem {
  return { code, field, message, severity: 'error', ...(limit !== undefined && { limit }) };
}

function byteLength(text: string): number {
  return Buffer.byteLength(text);
}

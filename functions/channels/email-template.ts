// One email leg as one inline template of SES, and the slot values of one recipient.

import { Fault } from '#domain/faults.ts';
import type { EmailLegPlan } from '#domain/plan.ts';
import { escapeHtml, replaceSlots, scanSlots } from './slots.ts';

type Fields = { readonly [name: string]: string };

export interface EmailTemplate {
  readonly subject: string;
  readonly html: string;
  readonly text: string;
  /**
   * Every slot of the three parts for one recipient, or which field cannot stand in them.
   * @param fields the contact's own, by slot name; empty counts as missing
   */
  slotsOf(
    fields: Fields,
    say: string,
    tokens: { readonly click: string; readonly unsubscribe: string },
  ): Fields | { readonly refusedField: string };
}

const LINK_SLOTS: { readonly [slot: string]: readonly [path: string, token: string] } = {
  call_link: ['c', 'click_token'],
  bait_link: ['b', 'click_token'],
  unsubscribe_link: ['u', 'unsubscribe_token'],
};

/** Everything but tab and line break; those two are at home in a body. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it is for
const BODY_CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/;
/** Characters of one value. */
const VALUE_MAX = 1_000;
const LINE_CONTROL = /[\p{Cc}\u2028\u2029]/u;

/**
 * Slots become `h_name` in the HTML part and `t_name` in text and subject, since SES is assumed
 * to escape nothing: each part gets the value in its own escaping. Links carry a token only.
 * Throws Fault `template_malformed` for anything but flat, known slots.
 * @param linkBase `https://go.example.com`
 */
export function compileTemplate(leg: EmailLegPlan, linkBase: string): EmailTemplate {
  const used = { html: new Set<string>(), text: new Set<string>(), subject: new Set<string>() };
  const compile = (part: 'html' | 'text' | 'subject', source: string): string => {
    requireFlat(leg, part, source);
    const base = part === 'html' ? escapeHtml(linkBase) : linkBase;
    return replaceSlots(source, (name) => {
      const link = Object.hasOwn(LINK_SLOTS, name) ? LINK_SLOTS[name] : undefined;
      if (link) return `${base}/${link[0]}/{{${link[1]}}}`;
      used[part].add(name);
      return part === 'html' ? `{{h_${name}}}` : `{{t_${name}}}`;
    });
  };
  const html = compile('html', withHtmlFoot(leg.html));
  const text = compile('text', withTextFoot(leg.text));
  const subject = compile('subject', leg.subject);
  const htmlNames = [...used.html];
  const textNames = [...new Set([...used.text, ...used.subject])];
  const names = [...new Set([...htmlNames, ...textNames])];
  const valueFor = (name: string, fields: Fields, say: string): string =>
    name === 'call_say' ? say : fieldOr(fields, name, leg.slots);

  return {
    subject,
    html,
    text,
    slotsOf(fields, say, tokens) {
      const values = new Map(names.map((name) => [name, valueFor(name, fields, say)]));
      const refusedField = names.find((name) =>
        (used.subject.has(name) ? LINE_CONTROL : BODY_CONTROL).test(values.get(name) ?? ''),
      );
      if (refusedField !== undefined) return { refusedField };
      const slots: Record<string, string> = {
        click_token: tokens.click,
        unsubscribe_token: tokens.unsubscribe,
      };
      const put = (slot: string, name: string, written: (text: string) => string): void => {
        slots[slot] = written(shown((values.get(name) ?? '').toWellFormed()));
      };
      for (const name of htmlNames) put(`h_${name}`, name, escapeHtml);
      for (const name of textNames) put(`t_${name}`, name, plain);
      return slots;
    },
  };
}

/** A value is part of a sentence: it adds no paragraphs to the message, and no pages. */
function shown(value: string): string {
  const line = /[\n\u2028\u2029]/.test(value)
    ? value.replace(/\s*[\n\u2028\u2029]\s*/g, ' ')
    : value;
  return line.length > VALUE_MAX ? `${line.slice(0, VALUE_MAX).toWellFormed()}…` : line;
}

function plain(text: string): string {
  return text;
}

/** The HTML part with an unsubscribe link: its own, or one at the foot. */
function withHtmlFoot(html: string): string {
  if (html.includes('{{unsubscribe_link}}')) return html;
  const foot =
    '<p style="font:13px/20px sans-serif;color:#6b7280;text-align:center"><a href="{{unsubscribe_link}}" style="color:#6b7280">Unsubscribe</a></p>';
  const end = html.toLowerCase().lastIndexOf('</body>');
  return end < 0 ? `${html}${foot}` : `${html.slice(0, end)}${foot}${html.slice(end)}`;
}

function withTextFoot(text: string): string {
  if (text.includes('{{unsubscribe_link}}')) return text;
  return `${text.trimEnd()}\n\n-- \nUnsubscribe: {{unsubscribe_link}}\n`;
}

function requireFlat(leg: EmailLegPlan, part: string, source: string): void {
  const scanned = scanSlots(source);
  const problem =
    scanned.kind === 'not_flat'
      ? `holds more than flat {{slot}} at character ${scanned.at}`
      : scanned.names
          .filter((name) => !isKnown(leg, part, name))
          .map((name) => `has no value for {{${name}}}`)[0];
  if (problem === undefined) return;
  throw new Fault('template_malformed', `the ${part} of leg ${leg.name} ${problem}`, {
    retryable: false,
  });
}

function isKnown(leg: EmailLegPlan, part: string, name: string): boolean {
  if (Object.hasOwn(LINK_SLOTS, name)) return part !== 'subject';
  return name === 'call_say' || Object.hasOwn(leg.slots, name);
}

function fieldOr(fields: Fields, name: string, fallbacks: Fields): string {
  const own = Object.hasOwn(fields, name) ? fields[name] : undefined;
  return own === undefined || own === '' ? (fallbacks[name] ?? '') : own;
}

// An email from what its author wrote: subject and Markdown in, both parts with flat slots out.

import {
  FOREIGN,
  lineOf,
  type Piece,
  type Placeholder,
  parseEmailBody,
  readPlaceholder,
} from './email-body.ts';
import { renderEmailHtml } from './email-html.ts';
import { createAddress } from './email-pieces.ts';
import { renderEmailText } from './email-text.ts';
import { Refusal } from './faults.ts';
import type { EmailLegPlan } from './plan.ts';

export interface EmailSource {
  /** May hold `{first_name|there}`, but not the call. */
  readonly subject: string;
  /** Markdown with `{call}` once and `{first_name|there}` wherever it helps. */
  readonly body: string;
  /** The calls of the burst, so that `{trial}` is told from a column. */
  readonly calls?: readonly { readonly name: string }[];
  /** A thank-you asks for nothing: {call} may stand nowhere. */
  readonly mayAskNothing?: boolean;
}

export type CompiledEmail = Pick<EmailLegPlan, 'subject' | 'html' | 'text' | 'slots'>;

const RESERVED: ReadonlySet<string> = new Set([
  'call_say',
  'call_link',
  'unsubscribe_link',
  'bait_link',
]);

/**
 * A call alone in its paragraph becomes a button, inside a sentence a link. Unsubscribe link and
 * the hidden link for robots are added. Pure: the same words, the same bytes.
 * Throws Refusal naming the line: the call not exactly once, a malformed or reserved placeholder,
 * two fallbacks for one column, a link that is not http, https or mailto, stray braces.
 */
export function compileEmail(source: EmailSource): CompiledEmail {
  const { subject, body, calls = [], mayAskNothing = false } = source;
  const pieces = parseEmailBody(body);
  if (FOREIGN.test(subject)) {
    const message = 'the subject holds a construct of another template language';
    throw new Refusal('template_foreign', message);
  }
  const inSubject = placeholdersOfSubject(subject);
  const inBody = placeholdersOf(pieces);
  requireOneCall(inSubject, inBody, body, mayAskNothing);
  const columns = [...inSubject, ...inBody].filter((one) => one.name !== 'call');
  const slots = slotsOf(columns, calls, body);
  const compiledSubject = subject.replace(
    /\{([^{}|]*)(?:\|[^{}]*)?\}/g,
    (_whole, name: string) => `{{${name.trim()}}}`,
  );
  const address = createAddress(body);
  return {
    subject: compiledSubject,
    html: renderEmailHtml(pieces, compiledSubject, address),
    text: renderEmailText(pieces, address, body),
    slots,
  };
}

function placeholdersOfSubject(subject: string): Placeholder[] {
  const found: Placeholder[] = [];
  let at = subject.search(/[{}]/);
  let rest = subject;
  while (at >= 0) {
    rest = rest.slice(at);
    const placeholder = readPlaceholder(rest, '');
    found.push(placeholder);
    rest = rest.slice(placeholder.raw.length);
    at = rest.search(/[{}]/);
  }
  return found;
}

/** All placeholders below these pieces, in the order in which they are read. */
function placeholdersOf(pieces: readonly unknown[]): Placeholder[] {
  return pieces.flatMap((one) => {
    const piece = one as Piece & { tokens?: Piece[]; items?: Piece[] };
    if (piece.type === 'placeholder') return [piece];
    if (piece.type === 'table') {
      const cells = [...piece.header, ...piece.rows.flat()];
      return placeholdersOf(cells.flatMap((cell) => cell.tokens));
    }
    return placeholdersOf([...(piece.tokens ?? []), ...(piece.items ?? [])]);
  });
}

function requireOneCall(
  inSubject: readonly Placeholder[],
  inBody: readonly Placeholder[],
  body: string,
  mayAskNothing: boolean,
): void {
  if (inSubject.some((one) => one.name === 'call')) {
    throw new Refusal('call_slot', '{call} cannot stand in the subject');
  }
  const calls = inBody.filter((one) => one.name === 'call');
  if (calls.length === 0 && mayAskNothing) return;
  if (calls.length !== 1) {
    const often = calls.length === 0 ? 'nowhere' : `${calls.length} times`;
    throw new Refusal('call_slot', `{call} stands ${often} in the body`, { limit: 'exactly once' });
  }
  if (calls[0]?.fallback !== undefined) {
    throw new Refusal('call_slot', '{call} knows no fallback', lineOf(body, calls[0].raw));
  }
}

function slotsOf(
  columns: readonly Placeholder[],
  calls: readonly { readonly name: string }[],
  body: string,
): Record<string, string> {
  const fallbacks = new Map<string, string | undefined>();
  for (const { name, fallback, raw } of columns) {
    const at = lineOf(body, raw);
    if (RESERVED.has(name) || calls.some((call) => call.name === name)) {
      const message = `${raw} is no column: write {call} where the call is to stand`;
      throw new Refusal('placeholder_reserved', message, at);
    }
    const earlier = fallbacks.get(name);
    if (fallback !== undefined && earlier !== undefined && earlier !== fallback) {
      const message = `{${name}} falls back to "${earlier}" and to "${fallback}": say one thing`;
      throw new Refusal('fallback_conflict', message, at);
    }
    fallbacks.set(name, fallback ?? earlier);
  }
  return Object.fromEntries([...fallbacks].map(([name, fallback]) => [name, fallback ?? '']));
}

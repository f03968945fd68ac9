// The body of an email as its author writes it: Markdown with placeholders, taken apart.

import { Marked, type MarkedToken } from 'marked';
import { Refusal } from './faults.ts';

/** `{call}` or `{first_name|there}`. */
export interface Placeholder {
  readonly type: 'placeholder';
  readonly raw: string;
  readonly name: string;
  /** Absent where none was written. */
  readonly fallback?: string;
}

export type Piece = MarkedToken | Placeholder;

const BODY_MAX = 50_000;
const QUOTES_MAX = 10;
const FALLBACK_MAX = 200;
/** Of a text that came from another tool; a backslash before it lets it be seen. */
export const FOREIGN = /(?<!\\)(?:<%|%>)/;
const NAME = /^[a-z][a-z0-9_]{0,39}$/;

/**
 * Raw HTML is plain text here, and every brace belongs to a placeholder unless a backslash stands
 * before it: a mistyped one must not reach a reader.
 * Throws Refusal, with the line where one can be named.
 */
export function parseEmailBody(body: string): readonly Piece[] {
  if (body.length > BODY_MAX) {
    const message = `the body has ${body.length} characters, at most ${BODY_MAX}`;
    throw new Refusal('body_too_long', message, { limit: `at most ${BODY_MAX} characters` });
  }
  const control = /[^\P{Cc}\n\r\t]/u.exec(body);
  if (control) {
    const line = body.slice(0, control.index).split('\n').length;
    throw new Refusal('control_character', 'the body holds a control character', { line });
  }
  const foreign = FOREIGN.exec(body);
  if (foreign) {
    const line = body.slice(0, foreign.index).split('\n').length;
    const message = `${foreign[0]} is a construct of another template language: ours knows {call} and columns as {first_name|there}`;
    throw new Refusal('template_foreign', message, { line });
  }
  // Every level of quotation is read again by the level above.
  if (new RegExp(`^(?:[ \\t]{0,3}>){${QUOTES_MAX + 1}}`, 'm').test(body)) {
    throw new Refusal('body_too_nested', 'the body quotes quotations too deeply', {
      limit: `at most ${QUOTES_MAX}`,
    });
  }
  try {
    return createMarked(body).lexer(body.toWellFormed()) as readonly Piece[];
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new Refusal('body_too_nested', 'the body is nested too deeply to be read');
  }
}

/** One placeholder at the start of a text, as it was written in `whole`. */
export function readPlaceholder(text: string, whole: string): Placeholder {
  const [raw = text.slice(0, 20), inner] = /^\{([^{}\n]*)\}/.exec(text) ?? [];
  const at = lineOf(whole, raw);
  if (inner === undefined) {
    const message = `a brace stands alone at "${raw}"; write \\{ for a brace that is to be seen`;
    throw new Refusal('placeholder_malformed', message, at);
  }
  const [, name = '', fallback] = /^([^|]*)(?:\|(.*))?$/.exec(inner) ?? [];
  if (!NAME.test(name.trim())) {
    const message = `${raw} is no placeholder: write {call}, or a column with what stands in for it, as {first_name|there}`;
    throw new Refusal('placeholder_malformed', message, at);
  }
  if (fallback !== undefined && fallback.length > FALLBACK_MAX) {
    const limit = `at most ${FALLBACK_MAX} characters`;
    throw new Refusal('fallback_too_long', `what stands in for {${name}} is too long, ${limit}`, {
      ...at,
      limit,
    });
  }
  const given = fallback === undefined ? {} : { fallback: fallback.trim() };
  return { type: 'placeholder', raw, name: name.trim(), ...given };
}

/** The line on which a text first stands, counted from one. */
export function lineOf(whole: string, text: string): { line?: number } {
  const index = text === '' ? -1 : whole.indexOf(text.split('\n')[0] ?? text);
  return index < 0 ? {} : { line: whole.slice(0, index).split('\n').length };
}

function createMarked(body: string): Marked {
  return new Marked({
    gfm: true,
    tokenizer: { html: () => undefined, tag: () => undefined },
    extensions: [
      {
        name: 'placeholder',
        level: 'inline',
        start: (source) => {
          const at = source.search(/[{}]/);
          return at < 0 ? undefined : at;
        },
        tokenizer: (source) => {
          if (source[0] !== '{' && source[0] !== '}') return undefined;
          return { ...readPlaceholder(source, body) };
        },
      },
    ],
  });
}

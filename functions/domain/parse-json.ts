// JSON from outside, refused by its nesting before anything is made of it.

/** More than anything of ours has: a segment of 32 brackets inside a leg of a plan. */
export const JSON_LEVELS_MAX = 64;

export type ParsedJson =
  | { readonly kind: 'json'; readonly value: unknown }
  | { readonly kind: 'malformed' }
  /** Brackets inside each other beyond JSON_LEVELS_MAX. */
  | { readonly kind: 'too_deep' };

/**
 * Looks at the text once, up to the first bracket too many, and parses it only if there is none.
 * So 100,000 brackets cost what 64 do, and nobody behind this follows them by calling itself.
 */
export function parseJson(text: string): ParsedJson {
  if (isTooDeep(text)) return { kind: 'too_deep' };
  try {
    const value: unknown = JSON.parse(text);
    return { kind: 'json', value };
  } catch {
    return { kind: 'malformed' };
  }
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
/** `[` and `{`, and `]` and `}`, differ in this bit alone. */
const CURLY = 0x20;
const OPEN = 0x7b;
const CLOSE = 0x7d;

function isTooDeep(text: string): boolean {
  let level = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = endOfText(text, at);
    else if ((code | CURLY) === OPEN) level += 1;
    else if ((code | CURLY) === CLOSE) level -= 1;
    if (level > JSON_LEVELS_MAX) return true;
  }
  return false;
}

/** Where the text that begins at a quotation mark ends; what never ends, at the end of all. */
function endOfText(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) return at;
    if (code === BACKSLASH) at += 1;
  }
  return text.length;
}

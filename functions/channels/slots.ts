// The template language of an email leg: flat `{{slot}}` and nothing else.

/** Slots that the channel itself fills. */
export const OWN_SLOTS = ['call_say', 'call_link', 'unsubscribe_link', 'bait_link'] as const;

const SLOT = /\{\{([a-z][a-z0-9_]{0,39})\}\}/y;

export type Scanned =
  | { readonly kind: 'slots'; readonly names: readonly string[] }
  | { readonly kind: 'not_flat'; readonly at: number };

/**
 * The names of the slots of a text, in order, repeats included; or where something stands that is
 * no flat slot: a third brace, a helper, a comment, a partial, an unclosed pair.
 */
export function scanSlots(text: string): Scanned {
  const names: string[] = [];
  let at = text.indexOf('{{');
  while (at >= 0) {
    SLOT.lastIndex = at;
    const [whole, name] = SLOT.exec(text) ?? [];
    const closed = whole === undefined || text[at + whole.length] === '}';
    if (name === undefined || whole === undefined || closed) return { kind: 'not_flat', at };
    names.push(name);
    at = text.indexOf('{{', at + whole.length);
  }
  return { kind: 'slots', names };
}

/** The text with every slot replaced by what `by` gives for its name. */
export function replaceSlots(text: string, by: (name: string) => string): string {
  return text.replace(/\{\{([a-z][a-z0-9_]{0,39})\}\}/g, (_whole, name: string) => by(name));
}

/** Text as it may stand between tags and inside quoted attributes of HTML. */
export function escapeHtml(text: string): string {
  return ESCAPED.test(text)
    ? text.replace(/[&<>"'`]/g, (character) => `&#${character.charCodeAt(0)};`)
    : text;
}

const ESCAPED = /[&<>"'`]/;

// What the two parts of an email share.

import { lineOf, type Piece } from './email-body.ts';
import { Refusal } from './faults.ts';

/** The checked address of a link or image. Throws Refusal `link_refused`. */
export type Address = (href: string, kind: 'link' | 'image', raw: string) => string;

/** True for a paragraph that holds the call and nothing else: it becomes the button. */
export function isCall(piece: Piece): boolean {
  if (piece.type !== 'paragraph') return false;
  const pieces = (piece.tokens as Piece[]).filter(
    (one) => !(one.type === 'text' && one.text.trim() === ''),
  );
  const [only] = pieces;
  return pieces.length === 1 && only?.type === 'placeholder' && only.name === 'call';
}

/** Links lead to http, https or a mailbox; images come over https. */
export function createAddress(body: string): Address {
  return (href, kind, raw) => {
    const fine = kind === 'link' ? /^(?:https?:\/\/|mailto:)[^\s{}]+$/i : /^https:\/\/[^\s{}]+$/i;
    const braced = /%7[bd]|\\/i.test(href) || (kind === 'image' && /[{}]/.test(raw));
    const plain = fine.test(href) && !braced && URL.canParse(href);
    if (plain) return new URL(href).href;
    const wanted = kind === 'link' ? 'http://, https:// or mailto:' : 'https://';
    const message = `the ${kind} "${href.slice(0, 80)}" has to start with ${wanted} and hold no placeholder`;
    throw new Refusal('link_refused', message, lineOf(body, raw));
  };
}

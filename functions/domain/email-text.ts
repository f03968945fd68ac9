// The plain text part of an email.

import { lineOf, type Piece } from './email-body.ts';
import { type Address, isCall } from './email-pieces.ts';
import { Refusal } from './faults.ts';

/** Blocks one blank line apart, addresses written out, placeholders as flat slots. */
export function renderEmailText(
  pieces: readonly Piece[],
  address: Address,
  source: string,
): string {
  const body = blocks(pieces, address);
  return withSlots(`${body}\n\n-- \nUnsubscribe: ${slot('unsubscribe_link')}\n`, source);
}

/** Two control characters, which no body holds, stand for the braces of a slot until the end. */
function slot(name: string): string {
  return `\u0091${name}\u0092`;
}

/** Braces that are to be seen must not meet others: readers would get a slot or half of one. */
function withSlots(text: string, source: string): string {
  const stray = /\{\{|\{\u0091|\u0092\}/.exec(text);
  if (stray) {
    const near = text.slice(stray.index, stray.index + 20).replace(/[\u0091\u0092].*/s, '');
    throw new Refusal(
      'placeholder_malformed',
      `braces stand together at "${near}"; put a blank between them`,
      lineOf(source, near),
    );
  }
  return text.replaceAll('\u0091', '{{').replaceAll('\u0092', '}}');
}

function blocks(pieces: readonly Piece[], address: Address): string {
  return pieces
    .map((piece) => block(piece, address))
    .filter((text) => text.trim() !== '')
    .join('\n\n');
}

function block(piece: Piece, address: Address): string {
  switch (piece.type) {
    case 'heading': {
      const text = inline(piece.tokens, address);
      return `${text}\n${(piece.depth === 1 ? '=' : '-').repeat(Math.min(text.length, 60))}`;
    }
    case 'blockquote':
      return prefixed(blocks(piece.tokens as Piece[], address), '> ', '> ');
    case 'list':
      return piece.items
        .map((item, index) => {
          const number = piece.ordered ? `${Number(piece.start || 1) + index}. ` : '- ';
          const box = item.task ? (item.checked ? '[x] ' : '[ ] ') : '';
          const words = (item.tokens as Piece[]).filter((one) => one.type !== 'checkbox');
          return prefixed(blocks(words, address), number + box, ' '.repeat(number.length));
        })
        .join('\n');
    case 'code':
      return prefixed(piece.text, '    ', '    ');
    case 'hr':
      return '----------';
    case 'table':
      return [piece.header, ...piece.rows]
        .map((row) => row.map((cell) => inline(cell.tokens, address)).join(' | '))
        .join('\n');
    case 'space':
    case 'def':
      return '';
    case 'paragraph':
      return isCall(piece)
        ? `${slot('call_say')}:\n${slot('call_link')}`
        : inline(piece.tokens, address);
    default:
      return inline([piece], address);
  }
}

function inline(pieces: readonly unknown[], address: Address): string {
  return (pieces as readonly Piece[]).map((piece) => span(piece, address)).join('');
}

function span(piece: Piece, address: Address): string {
  switch (piece.type) {
    case 'placeholder':
      return piece.name === 'call'
        ? `${slot('call_say')} (${slot('call_link')})`
        : slot(piece.name);
    case 'strong':
    case 'em':
    case 'del':
      return inline(piece.tokens, address);
    case 'link': {
      const href = address(piece.href, 'link', piece.raw);
      const text = inline(piece.tokens, address);
      return `mailto:${text}` === href || text === href ? text : `${text} (${href})`;
    }
    case 'image':
      address(piece.href, 'image', piece.raw);
      return piece.text === '' ? '' : `[${piece.text}]`;
    case 'br':
      return '\n';
    case 'text':
      return 'tokens' in piece && piece.tokens ? inline(piece.tokens, address) : piece.text;
    case 'escape':
    case 'codespan':
      return piece.text;
    default:
      return piece.raw;
  }
}

function prefixed(text: string, first: string, rest: string): string {
  return text
    .split('\n')
    .map((line, index) => `${index === 0 ? first : rest}${line}`.trimEnd())
    .join('\n');
}

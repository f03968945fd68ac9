// The HTML part of an email: one column that reads well on a phone, in the dark, and in old clients.

import type { Piece } from './email-body.ts';
import { type Address, isCall } from './email-pieces.ts';

const FONT = "-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif";
const MONO = "ui-monospace,SFMono-Regular,Menlo,Consolas,'Liberation Mono',monospace";
const HEADINGS = ['28px/34px', '22px/28px', '18px/26px'];

// Clients that know the dark side read this; the rest see the inline colours. Two closing braces
// never touch, because two opening ones would begin a slot.
const STYLE = `:root { color-scheme: light dark; supported-color-schemes: light dark; }
.words > :last-child, .quote > :last-child { margin-bottom: 0 !important; }
@media (prefers-color-scheme: dark) {
  .page { background: #0f1216 !important; }
  .card { background: #1a1f26 !important; }
  .words, .words h1, .words h2, .words h3 { color: #e7eaee !important; }
  .words a.link { color: #8fb4ff !important; }
  .words .quote { border-color: #3a4350 !important; color: #aeb7c2 !important; }
  .words .code, .words td, .words th { border-color: #3a4350 !important; background: #232a33 !important; }
  .foot, .foot a { color: #8d97a4 !important; }
 }
@media (max-width: 640px) {
  .card { padding: 28px 22px !important; border-radius: 0 !important; }
  .page-cell { padding: 0 0 24px !important; }
 }`;

/** The whole document; placeholders become flat slots, everything else is escaped. */
export function renderEmailHtml(
  pieces: readonly Piece[],
  subject: string,
  address: Address,
): string {
  return `<!doctype html>
<html dir="auto">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>${withSlots(subject)}</title>
<style>
${STYLE}
</style>
</head>
<body class="page" style="margin:0;padding:0;background:#f3f4f6">
<table role="presentation" class="page" width="100%" cellpadding="0" cellspacing="0" border="0" style="background:#f3f4f6">
<tr><td class="page-cell" align="center" style="padding:32px 12px">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="max-width:600px">
<tr><td class="card words" style="padding:40px 44px;background:#ffffff;border-radius:12px;color:#1b1f24;font:16px/26px ${FONT}">
${blocks(pieces, address)}
</td></tr>
<tr><td class="foot" align="center" style="padding:20px 24px;color:#68707c;font:13px/20px ${FONT}">
<a href="{{unsubscribe_link}}" style="color:#68707c">Unsubscribe</a>
<a href="{{bait_link}}" aria-hidden="true" tabindex="-1" rel="nofollow" style="display:none;mso-hide:all;font-size:0;line-height:0;max-height:0;overflow:hidden"></a>
</td></tr>
</table>
</td></tr>
</table>
</body>
</html>
`;
}

/** Padding and colour on cell and anchor both, so that every client shows a whole button. */
const BUTTON = `<table role="presentation" cellpadding="0" cellspacing="0" border="0" style="margin:28px 0">
<tr><td align="center" bgcolor="#2459d6" style="border-radius:8px;background:#2459d6">
<a href="{{call_link}}" style="display:inline-block;padding:14px 28px;border:1px solid #2459d6;border-radius:8px;background:#2459d6;color:#ffffff;font:600 17px/22px ${FONT};text-decoration:none">{{call_say}}</a>
</td></tr>
</table>`;

function blocks(pieces: readonly Piece[], address: Address): string {
  return pieces
    .map((piece) => block(piece, address))
    .filter((html) => html !== '')
    .join('\n');
}

function block(piece: Piece, address: Address): string {
  switch (piece.type) {
    case 'heading': {
      const level = Math.min(piece.depth, 3);
      return `<h${level} style="margin:0 0 16px;font:700 ${HEADINGS[level - 1]} ${FONT}">${inline(piece.tokens, address)}</h${level}>`;
    }
    case 'blockquote':
      return `<div class="quote" style="margin:0 0 18px;padding:2px 0 2px 16px;border-left:3px solid #d5d9df;color:#535b66">${blocks(piece.tokens as Piece[], address)}</div>`;
    case 'list': {
      const items = piece.items.map(
        (item) => `<li style="margin:0 0 6px">${blocks(item.tokens as Piece[], address)}</li>`,
      );
      const start =
        piece.ordered && Number(piece.start) > 1 ? ` start="${Number(piece.start)}"` : '';
      const tag = piece.ordered ? 'ol' : 'ul';
      return `<${tag}${start} style="margin:0 0 18px;padding:0 0 0 24px">${items.join('')}</${tag}>`;
    }
    case 'code':
      return `<pre class="code" style="margin:0 0 18px;padding:14px 16px;overflow:auto;border-radius:8px;background:#f3f4f6;font:14px/21px ${MONO}">${escaped(piece.text)}</pre>`;
    case 'hr':
      return '<hr style="margin:28px 0;border:0;border-top:1px solid #d5d9df">';
    case 'table':
      return table(piece, address);
    case 'space':
    case 'def':
      return '';
    case 'paragraph':
      return isCall(piece)
        ? BUTTON
        : `<p style="margin:0 0 18px">${inline(piece.tokens, address)}</p>`;
    default:
      return inline([piece], address);
  }
}

function table(piece: Extract<Piece, { type: 'table' }>, address: Address): string {
  const row = (cells: typeof piece.header, tag: 'td' | 'th'): string => {
    const inner = cells.map((cell) => {
      const align = cell.align ?? 'left';
      return `<${tag} align="${align}" style="padding:6px 10px;border-bottom:1px solid #d5d9df;text-align:${align}">${inline(cell.tokens, address)}</${tag}>`;
    });
    return `<tr>${inner.join('')}</tr>`;
  };
  const rows = [row(piece.header, 'th'), ...piece.rows.map((cells) => row(cells, 'td'))];
  return `<table cellpadding="0" cellspacing="0" border="0" style="margin:0 0 18px;border-collapse:collapse">${rows.join('')}</table>`;
}

function inline(pieces: readonly unknown[], address: Address): string {
  return (pieces as readonly Piece[]).map((piece) => span(piece, address)).join('');
}

function span(piece: Piece, address: Address): string {
  switch (piece.type) {
    case 'placeholder':
      return piece.name === 'call' ? anchor('{{call_link}}', '{{call_say}}') : `{{${piece.name}}}`;
    case 'strong':
      return `<strong>${inline(piece.tokens, address)}</strong>`;
    case 'em':
      return `<em>${inline(piece.tokens, address)}</em>`;
    case 'del':
      return `<del>${inline(piece.tokens, address)}</del>`;
    case 'link':
      return anchor(escaped(address(piece.href, 'link', piece.raw)), inline(piece.tokens, address));
    case 'image':
      return `<img src="${escaped(address(piece.href, 'image', piece.raw))}" alt="${escaped(piece.text)}" style="max-width:100%;height:auto;border:0;border-radius:8px">`;
    case 'br':
      return '<br>';
    case 'checkbox':
      return piece.checked ? '&#9745; ' : '&#9744; ';
    case 'codespan':
      return `<code class="code" style="padding:1px 5px;border-radius:4px;background:#f3f4f6;font:14px/20px ${MONO}">${escaped(piece.text)}</code>`;
    case 'text':
      return 'tokens' in piece && piece.tokens
        ? inline(piece.tokens, address)
        : escaped(piece.text);
    case 'escape':
      return escaped(piece.text);
    default:
      return escaped(piece.raw);
  }
}

function anchor(href: string, html: string): string {
  return `<a class="link" href="${href}" style="color:#2459d6;text-decoration:underline">${html}</a>`;
}

/** Braces as well: none may meet another and become a slot. */
function escaped(text: string): string {
  return text.replace(/[&<>"'`{}]/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** A compiled subject: its slots stay, the rest is escaped. */
function withSlots(subject: string): string {
  return subject
    .split(/(\{\{[a-z0-9_]+\}\})/)
    .map((part, index) => (index % 2 === 1 ? part : escaped(part)))
    .join('');
}

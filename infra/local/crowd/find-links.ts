// The links of a message or a page, as software finds them and as a person sees them.

export interface FoundLink {
  readonly url: string;
  /** The words a person would click on. */
  readonly text: string;
  /** Hidden from people: only software follows it. */
  readonly isHidden: boolean;
}

const HIDDEN =
  /display:\s*none|visibility:\s*hidden|font-size:\s*0|opacity:\s*0(?![.\d])|aria-hidden="true"|\shidden[\s>]/i;

/** Every `<a href>`, in order. Good for the HTML of the example; not a general parser. */
export function findLinks(html: string): FoundLink[] {
  const links: FoundLink[] = [];
  const hiddenFrom = hiddenSpans(html);
  for (const match of html.matchAll(/<a\b([^>]*)>([\s\S]*?)<\/a>/gi)) {
    const [whole, attributes = '', inner = ''] = match;
    const url = /\bhref="([^"]*)"/i.exec(attributes)?.[1];
    if (url === undefined || !/^https?:/.test(url)) continue;
    const at = match.index;
    const isHidden =
      HIDDEN.test(`${attributes} `) ||
      hiddenFrom.some(([from, to]) => at >= from && at + whole.length <= to);
    links.push({ url: plainText(url), text: textOf(inner), isHidden });
  }
  return links;
}

/** Addresses in a text without markup. */
export function findAddresses(text: string): string[] {
  return [...text.matchAll(/https?:\/\/[^\s<>"]+/g)].map(([url]) => url.replace(/[).,]+$/, ''));
}

/** Elements that hide what is in them. Nesting of the same element ends too early: fine here. */
function hiddenSpans(html: string): [number, number][] {
  const spans: [number, number][] = [];
  for (const match of html.matchAll(/<(div|span|p|td|tr)\b([^>]*)>/gi)) {
    const [whole, tag = '', attributes = ''] = match;
    if (!HIDDEN.test(`${attributes} `)) continue;
    const end = html.toLowerCase().indexOf(`</${tag.toLowerCase()}>`, match.index + whole.length);
    spans.push([match.index, end < 0 ? html.length : end]);
  }
  return spans;
}

function textOf(markup: string): string {
  const text = plainText(markup.replace(/<[^>]*>/g, ' '));
  return text.replace(/\s+/g, ' ').trim();
}

const ENTITIES: { readonly [name: string]: string } = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
};

function plainText(text: string): string {
  return text.replace(/&(?:#(\d+)|#x([\da-f]+)|(\w+));/gi, (whole, decimal, hex, name) => {
    if (decimal) return String.fromCodePoint(Number(decimal));
    if (hex) return String.fromCodePoint(Number.parseInt(hex, 16));
    return ENTITIES[name] ?? whole;
  });
}

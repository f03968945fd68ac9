// Email templates out of Amazon Pinpoint: a subject and a Markdown body with our fields.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { CommandFailure, exitCodes, flag, type Parsed, text } from './command.ts';
import { fieldOf } from './pinpoint-endpoint.ts';
import { answer } from './screen.ts';

export interface ConvertedTemplate {
  readonly name: string;
  readonly subject: string;
  readonly body: string;
  /** Their path to our field. */
  readonly fields: { readonly [path: string]: string };
  /** What has no place here, in words. */
  readonly leftOut: readonly string[];
}

interface PinpointTemplate {
  readonly TemplateName?: string;
  readonly Subject?: string;
  readonly HtmlPart?: string;
  readonly TextPart?: string;
  readonly DefaultSubstitutions?: string;
  readonly Headers?: readonly { readonly Name: string }[];
  readonly EmailTemplateResponse?: PinpointTemplate;
}

export async function importTemplates(parsed: Parsed, files: readonly string[]): Promise<number> {
  const folder = text(parsed, 'out') ?? '.';
  const isDry = flag(parsed, 'dry-run');
  const converted = files.map((file) => convertTemplate(readTemplate(file), file));
  const written = converted.map((one) => join(folder, `${one.name}.md`));
  if (!isDry) {
    mkdirSync(folder, { recursive: true });
    for (const [index, one] of converted.entries()) write(written[index] ?? '', one.body);
  }
  const templates = converted.map((one, index) => ({ ...one, file: written[index] }));
  const lines = converted.flatMap((one, index) => [
    `${isDry ? 'would write' : 'wrote'} ${written[index]}`,
    `  subject: ${one.subject}`,
    ...Object.entries(one.fields).map(([path, field]) => `  ${path} is {${field}}`),
    ...one.leftOut.map((what) => `  not carried over: ${what}`),
  ]);
  answer(parsed.json, { templates, dryRun: isDry }, lines);
  return exitCodes.done;
}

function readTemplate(file: string): PinpointTemplate {
  let said: PinpointTemplate;
  try {
    said = JSON.parse(readFileSync(file, 'utf8')) as PinpointTemplate;
  } catch (error) {
    const why = error instanceof SyntaxError ? 'it is no JSON' : 'it cannot be read';
    throw new CommandFailure(`${file}: ${why}; write it with aws pinpoint get-email-template`);
  }
  const template = said.EmailTemplateResponse ?? said;
  if (template.HtmlPart === undefined && template.TextPart === undefined) {
    throw new CommandFailure(`${file} is no email template: it has neither HtmlPart nor TextPart`);
  }
  return template;
}

function write(path: string, body: string): void {
  try {
    writeFileSync(path, body, { flag: 'wx' });
  } catch {
    throw new CommandFailure(`${path} is there already or cannot be written`);
  }
}

/** Never throws for what it cannot carry over: it is named. */
export function convertTemplate(template: PinpointTemplate, file: string): ConvertedTemplate {
  const leftOut = new Set<string>();
  const fields: Record<string, string> = {};
  const defaults = defaultsOf(template.DefaultSubstitutions, leftOut);
  const slots = (written: string) => withFields(written, defaults, fields, leftOut);
  const { TextPart = '', HtmlPart = '', Subject = '' } = template;
  const isText = TextPart.trim() !== '';
  const body = slots(isText ? TextPart : markdownOf(HtmlPart, leftOut));
  if (isText && HtmlPart !== '') {
    leftOut.add('the look of the HTML part: the body was made of the text part');
  }
  for (const { Name } of template.Headers ?? []) leftOut.add(`the header ${Name}`);
  if (!body.includes('{call}')) {
    leftOut.add('which link is compared: put {call} once where the offer stands');
  }
  const name = (template.TemplateName ?? basename(file).replace(/\.json$/i, ''))
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
  return {
    name: name || 'template',
    subject: slots(Subject).replace(/\s+/g, ' ').trim(),
    body: `${body.replace(/\n{3,}/g, '\n\n').trim()}\n`,
    fields,
    leftOut: [...leftOut],
  };
}

function defaultsOf(written: string | undefined, leftOut: Set<string>): Record<string, unknown> {
  if (written === undefined || written.trim() === '') return {};
  try {
    return JSON.parse(written) as Record<string, unknown>;
  } catch {
    leftOut.add('DefaultSubstitutions: they are no JSON');
    return {};
  }
}

const PATH = /^(?:Attributes|User\.UserAttributes|Location|Demographic|User)\.[\w.[\] -]+$/;

/** `{{User.UserAttributes.FirstName}}` is `{first_name|there}`, `there` being Pinpoint's default. */
function withFields(
  written: string,
  defaults: Record<string, unknown>,
  fields: Record<string, string>,
  leftOut: Set<string>,
): string {
  return written.replace(/\{\{\{?\s*([^{}]*?)\s*\}?\}\}/g, (whole, inner: string) => {
    const path = inner.replace(/\.\[\d+\]$/, '');
    if (!PATH.test(path)) {
      leftOut.add(
        `${whole}: ${/^[#/^]|^else\b/.test(inner) ? 'conditions and loops' : 'this value'}`,
      );
      return '';
    }
    const field = fieldOf(path);
    fields[path] = field;
    const fallback = String(defaults[path] ?? defaults[inner] ?? '').replace(/[{}|\r\n]/g, ' ');
    return `{${field}|${fallback}}`;
  });
}

const ENTITIES: Readonly<Record<string, string>> = {
  ...{ amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' },
  ...{ copy: '©', euro: '€', hellip: '…', mdash: '—', ndash: '–', rsquo: '’', lsquo: '‘' },
};

/** Headings, paragraphs, lists, emphasis and links; the rest of the layout is named. */
function markdownOf(html: string, leftOut: Set<string>): string {
  const drop = (pattern: RegExp, what: string) => (from: string) => {
    const to = from.replace(pattern, '');
    if (to !== from && what !== '') leftOut.add(what);
    return to;
  };
  let text = drop(/<!--[\s\S]*?-->|<(head|script|style|title)\b[\s\S]*?<\/\1>/gi, '')(html);
  if (/<table\b|\bstyle=|\bbgcolor=/i.test(text)) leftOut.add('colours, tables and layout');
  text = drop(/<img\b[^>]*>/gi, 'pictures')(text);
  text = text
    .replace(/\s+/g, ' ')
    .replace(/<a\b[^>]*?href=["']?([^"' >]+)["']?[^>]*>(.*?)<\/a>/gi, (_all, url, label) => {
      if (/unsubscribe/i.test(`${url} ${label}`)) {
        leftOut.add('the unsubscribe link: Volley adds one of its own');
        return '';
      }
      return `[${String(label)
        .replace(/<[^>]*>/g, '')
        .trim()}](${url})`;
    })
    .replace(/<h([1-6])\b[^>]*>/gi, (_all, level) => `\n\n${'#'.repeat(Number(level))} `)
    .replace(/<\/?(?:strong|b)\b[^>]*>/gi, '**')
    .replace(/<\/?(?:em|i)\b[^>]*>/gi, '*')
    .replace(/<li\b[^>]*>/gi, '\n- ')
    .replace(/<br\b[^>]*>/gi, '\n')
    .replace(/<\/?(?:p|div|h[1-6]|ul|ol|tr|table|td)\b[^>]*>/gi, '\n\n')
    .replace(/<[^>]*>/g, '');
  return text
    .replace(/&(#\d+|#x[0-9a-f]+|\w+);/gi, (whole, name: string) => decoded(name) ?? whole)
    .replace(/[ \t]+/g, ' ')
    .replace(/ *\n */g, '\n');
}

function decoded(name: string): string | undefined {
  if (!name.startsWith('#')) return ENTITIES[name.toLowerCase()];
  const code = /^#x/i.test(name) ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1));
  return code > 31 && code <= 0x10ffff ? String.fromCodePoint(code) : undefined;
}

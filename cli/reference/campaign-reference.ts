// The reference of the campaign file as Markdown, made from its JSON Schema alone.

interface Schema {
  readonly type?: string;
  readonly description?: string;
  readonly properties?: { readonly [name: string]: Schema };
  readonly required?: readonly string[];
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly enum?: readonly string[];
  readonly const?: string;
  readonly pattern?: string;
  readonly $ref?: string;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
}

const HEAD = `# The campaign file

<!-- Made by \`npm run schema\` from functions/domain/campaign-file.ts: change it there. -->

One file is one burst, in YAML 1.2 or JSON of the same shape: at most 256 KiB, no tags, no aliases,
no second document. Whatever is wrong with it is said with its line, its field and the limit, all
problems at once; a field nobody knows is refused, never ignored. What the file leaves open is taken
from the defaults below, and \`volley check\` states every one of them.

Editors check the file while it is written when its first line names the schema, which a deployment
also serves at \`/v1/campaign.schema.json\`:

\`\`\`yaml
# yaml-language-server: $schema=../../campaign.schema.json
\`\`\`

Times are written \`90s\`, \`2h\`, \`1h30m\` or \`7d\`, shares \`10%\`, names in a-z, 0-9, - and _.
`;

const FOOT = `## A rule

A segment is a rule over one column, or rules combined. Whoever lacks a value fails every test of it.

| Rule | Selects |
| --- | --- |
| \`{ field: country, is: [FR, BE] }\` | whose column says one of these, capitals and blanks aside; \`true\` means a yes (yes, y, true, 1, x) |
| \`{ field: city, contains: saint }\` | whose column holds this |
| \`{ field: phone, present: true }\` | who has any value there |
| \`{ field: age, min: 18, max: 25 }\` | whose number lies between, both ends included |
| \`{ field: joined, since: 2026-01-01, until: 2026-06-30 }\` | whose day lies between, both ends included |
| \`{ all: [...] }\`, \`{ any: [...] }\`, \`{ not: {...} }\` | who fits all of them, one of them, not that one |

A field is a column of the list, or \`email\`, \`email_domain\`, \`zone\`, \`consent\` (given, withdrawn or
none). \`volley audience show LIST --segment RULE\` counts it, \`--who ADDRESS\` explains one person.
`;

/** One table for the file and one for every block in it, in the order of the file. */
export function campaignReference(schema: object): string {
  const root = schema as Schema;
  const sections: string[] = [];
  section('The file', '', root, root, sections);
  return `${HEAD}\n${sections.join('\n')}\n${FOOT}`;
}

function section(
  title: string,
  path: string,
  schema: Schema,
  root: Schema,
  sections: string[],
): void {
  const place = sections.push('') - 1;
  const rows: string[] = [];
  for (const [field, own] of Object.entries(schema.properties ?? {})) {
    const isNeeded = schema.required?.includes(field) === true;
    const at = path === '' ? field : `${path}.${field}`;
    const mark = isNeeded ? '**needed**' : '';
    rows.push(`| \`${field}\` | ${typeOf(own)} | ${mark} | ${cell(own.description ?? '')} |`);
    // Legs of an outcome are legs like all others: told once.
    if (at === 'burst.outcomes.NAME.legs') continue;
    for (const [name, block] of blocksOf(own, at)) section(name, name, block, root, sections);
  }
  sections[place] =
    `## ${path === '' ? title : `\`${title}\``}\n\n| Field | Holds | | |\n| --- | --- | --- | --- |\n${rows.join('\n')}\n`;
}

/** The blocks below a field, with the address at which each stands. */
function blocksOf(schema: Schema, at: string): [string, Schema][] {
  if (schema.properties) return [[at, schema]];
  if (schema.items) return blocksOf(schema.items, `${at}[]`);
  if (schema.anyOf) {
    const blocks = schema.anyOf.flatMap((one) => blocksOf(one, at));
    return blocks.map(([name, block]) => [`${name}${kindOf(block)}`, block]);
  }
  const named = schema.additionalProperties;
  return typeof named === 'object' ? blocksOf(named, `${at}.NAME`) : [];
}

/** Of several blocks in one place, which it is: told by its constant field. */
function kindOf(block: Schema): string {
  if (!block.properties?.channel) return '';
  return block.properties.channel.const === 'email' ? ' (email)' : ' (post)';
}

function typeOf(schema: Schema): string {
  if (schema.const !== undefined) return `\`${schema.const}\``;
  if (schema.enum) return schema.enum.map((one) => `\`${one}\``).join(', ');
  if (schema.anyOf) {
    return [...new Set(schema.anyOf.map((one) => typeOf(one)))].join(' or ');
  }
  if (schema.$ref) return 'a rule';
  if (schema.items) return `a list: ${typeOf(schema.items)}`;
  if (schema.properties) return 'a block';
  if (typeof schema.additionalProperties === 'object') {
    const of = typeOf(schema.additionalProperties);
    return of === 'a number' ? 'weights by name' : 'blocks by name';
  }
  return scalarOf(schema);
}

function scalarOf(schema: Schema): string {
  const { type, minimum, maximum, maxLength, pattern = '' } = schema;
  if (type === 'boolean') return '`true` or `false`';
  if (type === 'integer') return `a whole number${between(minimum, maximum)}`;
  if (type === 'number') return 'a number';
  if (pattern.includes('[smhd]')) return 'a time';
  if (pattern.includes('%')) return 'a share';
  return maxLength === undefined ? 'text' : `text, at most ${maxLength}`;
}

function between(minimum: number | undefined, maximum: number | undefined): string {
  const isBounded = maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER;
  return isBounded ? `, ${minimum} to ${maximum}` : '';
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}

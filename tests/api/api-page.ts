// docs/api.md, made of the OpenAPI document: every route with what it takes and what it answers.

import { openApiDocument } from '#api/open-api.ts';
import { resolve, type Schema, type Schemas } from './from-schema.ts';
import type { Operation } from './requests.ts';

interface Described extends Operation {
  readonly summary: string;
  readonly 'x-scope'?: string;
}

interface Document {
  readonly info: { readonly description: string };
  readonly paths: { readonly [path: string]: { readonly [method: string]: Described } };
  readonly components: {
    readonly schemas: Schemas;
    readonly responses: { readonly [name: string]: { readonly description: string } };
  };
}

export function apiPage(): string {
  const document = JSON.parse(JSON.stringify(openApiDocument())) as Document;
  const { paths, components } = document;
  const routes = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, one]) =>
      routeText(`${method.toUpperCase()} ${path}`, one, components.schemas),
    ),
  );
  const errors = Object.entries(components.responses).map(
    ([name, { description }]) => `| ${name.slice(1)} | ${description} |`,
  );
  return `# API

Made of the API's own OpenAPI 3.1 document, which it serves at \`/v1/openapi.json\`, by
\`npm run api-page\`. A test holds the page to the document, and another holds every answer to it.

${document.info.description.replace('`. Every', '`.\n\nEvery')}

Send a token with every request: \`Authorization: Bearer ...\`. Scopes are viewer, operator, approver
and admin; each includes the ones before it. Tokens are kept as digests, may end by themselves
(\`valid\`), and can be listed and revoked. An answer's \`ETag\` names the version of a burst; with
\`If-Match\` a command is refused (412) when the burst was changed since. A runner's heartbeats leave the
version as it is.

\`\`\`sh
curl -H "Authorization: Bearer $VOLLEY_TOKEN" -H "Idempotency-Key: $(uuidgen)" \\
  -H "Content-Type: application/json" -d '{"at":"2027-03-04 10:00 Europe/Paris"}' \\
  https://volley.example.org/v1/bursts/atlas-launch/schedule
\`\`\`

## Errors

Every error has one shape: \`{"error": {"code", "message", "field"?, "limit"?, "file"?, "line"?}}\`.
The code is for programs and stays; the message is for people.

| Status | When: codes |
| --- | --- |
${errors.join('\n')}

## Conversions

A server of yours tells of a goal by \`POST /v/convert\` on the link domain, signed as below by a secret of
the parameter \`conversions/secrets\`: \`{"click"?, "person"?, "burst"?, "id"?, "value"?, "at"?}\`. \`click\` is
what \`{click}\` put into the destination; \`person\` is an email address, its SHA-256 in hex, or a contact id,
and needs the \`burst\` unless a click id says it; one of the two, or both. \`id\` is your order number: the
same one counts once. \`value\` is in minor units, \`at\` ISO 8601 with a zone. 202 once it is queued.
Pages of yours may load \`/v/<click id>.gif\` or POST \`{"id"?, "value"?}\` to \`/v/<click id>\` instead,
unsigned and for that click alone.

## Webhooks

What a campaign file names under \`notify\` as an https URL gets signed requests as Standard Webhooks
describes: \`webhook-id\` (the same with every try: drop what you have seen), \`webhook-timestamp\` and
\`webhook-signature\` over \`id.timestamp.body\`, by every secret of the parameter
\`notices/webhook-secrets\`. The body is \`{"type": "burst.missed", "timestamp", "data"}\`; \`data\` holds
\`id\`, \`burst\`, \`state\`, \`needsPerson\`, \`text\`, \`link\`, and where there is one \`reason\`, \`leg\`, \`momentAt\`,
\`answer\` and \`auditHead\`. Types: \`burst.\` and \`missed\`, \`held\`, \`stopped\`, \`leg\`, \`in_doubt\`, \`released\`,
\`finished\`, \`morning_report\`, \`answer_due\`. Anything but a 2xx is tried again after 1, 5 and 15 minutes, 1, 4,
12 and 24 hours; 410 ends it. \`GET /v1/bursts/{burst}/notices\` shows every try.

## Routes

${routes.join('\n')}`;
}

function routeText(name: string, one: Described, schemas: Schemas): string {
  const scope = one['x-scope'] === undefined ? 'No token needed.' : `Scope: ${one['x-scope']}.`;
  const fields = fieldsOf(one, schemas);
  const table =
    fields.length > 0 ? `\n| Field | In | Type |\n| --- | --- | --- |\n${fields.join('\n')}\n` : '';
  const ok = one.responses[200] as { content?: { 'application/json'?: { schema: Schema } } };
  const answer = ok.content?.['application/json']?.schema;
  const names = answer ? Object.keys(resolve(answer, schemas).properties ?? {}) : [];
  const answers =
    names.length > 0 ? `\nAnswers ${names.map((each) => `\`${each}\``).join(', ')}.\n` : '';
  return `### ${name}\n\n${one.summary}. ${scope}\n${table}${answers}`;
}

function fieldsOf(one: Described, schemas: Schemas): string[] {
  const placed = (one.parameters ?? [])
    .filter((each) => each.in !== 'header')
    .map(({ name, in: place, required, schema }) =>
      row(name, { place, required, schema }, schemas),
    );
  const content = one.requestBody?.content ?? {};
  const json = content['application/json']?.schema;
  const body = Object.entries(json?.properties ?? {}).map(([name, schema]) =>
    row(
      name,
      { place: 'body', required: json?.required?.includes(name) ?? false, schema },
      schemas,
    ),
  );
  const csv = 'text/csv' in content ? ['| (the body) | `text/csv` | a CSV file |'] : [];
  return [...placed, ...body, ...csv];
}

interface Field {
  readonly place: string;
  readonly required: boolean;
  readonly schema: Schema;
}

function row(name: string, { place, required, schema }: Field, schemas: Schemas): string {
  const said = required ? place : `${place}, may be absent`;
  return `| \`${name}\` | ${said} | ${typeOf(schema, schemas)} |`;
}

function typeOf(given: Schema, schemas: Schemas): string {
  const schema = resolve(given, schemas);
  const { type, minimum, maximum, maxLength, items } = schema;
  if (schema.enum) return schema.enum.map((one) => `\`${one}\``).join(', ');
  if (type === 'array') return `list of ${typeOf(items ?? {}, schemas)}`;
  if (type === 'object') {
    const names = Object.keys(schema.properties ?? {});
    return names.length > 0 ? `object: ${names.map((one) => `\`${one}\``).join(', ')}` : 'object';
  }
  if (type === 'integer' || type === 'number') {
    const from = minimum === undefined ? '' : ` from ${minimum}`;
    const to = maximum === undefined || maximum > 1e12 ? '' : ` to ${maximum}`;
    return `${type === 'integer' ? 'whole number' : 'number'}${from}${to}`;
  }
  if (type === 'string') return maxLength === undefined ? 'text' : `text, at most ${maxLength}`;
  return type === undefined ? 'one of several' : String(type);
}

// `volley audience show`: what a list holds, whom a segment selects, why one person is in or out.

import type { ExplainedPerson } from '#commands/explain-segment.ts';
import type { ImportView } from '#commands/import-view.ts';
import type { AudienceCounts, ListedAudiences } from '#commands/show-audience.ts';
import type { ShownImports } from '#commands/show-imports.ts';
import { describe, type Explained, type Segment } from '#domain/segment.ts';
import { type ApiClient, connect } from './api-client.ts';
import { exitCodes, type Parsed, text } from './command.ts';
import { importRow, parts } from './import-lines.ts';
import { pagesOf } from './pages-of.ts';
import { answer, style } from './screen.ts';
import { segmentOf } from './segment-option.ts';
import { count, many, table } from './words.ts';

export async function showAudience(parsed: Parsed, list: string | undefined): Promise<number> {
  const api = connect(parsed);
  if (list === undefined) return showAll(api, parsed);
  const segment = segmentOf(text(parsed, 'segment'));
  const who = text(parsed, 'who');
  const path = `/v1/audiences/${encodeURIComponent(list)}`;
  const wanted = segment ? { segment } : {};
  if (who !== undefined) {
    const person = await api.call<ExplainedPerson>('POST', `${path}/explain`, {
      address: who,
      ...wanted,
    });
    answer(parsed.json, person, personLines(list, who, person));
    return person.contact ? exitCodes.done : exitCodes.refused;
  }
  const counts = await countAll(api, path, wanted);
  const { imports } = await api.call<ShownImports>('GET', `${path}/imports?limit=5`);
  answer(parsed.json, { list, ...counts, imports }, countLines(list, counts, segment, imports));
  return exitCodes.done;
}

async function showAll(api: ApiClient, parsed: Parsed): Promise<number> {
  const audiences: string[] = [];
  const contacts: Record<string, number> = {};
  for await (const page of pagesOf<ListedAudiences>(api, '/v1/audiences')) {
    audiences.push(...page.audiences);
    Object.assign(contacts, page.contacts);
  }
  const rows = audiences.map((name) => {
    const people = contacts[name];
    return [name, people === undefined ? 'not counted' : many(people, 'person', 'people')];
  });
  const lines =
    rows.length === 0 ? ['there are no lists: volley audience import FILE'] : table(rows);
  answer(parsed.json, { lists: audiences, contacts }, lines);
  return exitCodes.done;
}

/** A large list is counted in several answers. */
async function countAll(api: ApiClient, path: string, wanted: object): Promise<AudienceCounts> {
  let sum: AudienceCounts | undefined;
  let after: string | undefined;
  do {
    const more = after === undefined ? {} : { after };
    const page: AudienceCounts = await api.call('POST', `${path}/count`, { ...wanted, ...more });
    sum = sum ? added(sum, page) : page;
    after = page.next;
  } while (after !== undefined);
  const { next: _none, ...counts } = sum;
  return counts;
}

function added(one: AudienceCounts, other: AudienceCounts): AudienceCounts {
  return {
    contacts: one.contacts + other.contacts,
    selected: one.selected + other.selected,
    consent: addedMap(one.consent, other.consent) as AudienceCounts['consent'],
    fields: addedMap(one.fields, other.fields),
    gateways: addedMap(one.gateways, other.gateways),
  };
}

function addedMap(
  one: { readonly [name: string]: number },
  other: { readonly [name: string]: number },
): Record<string, number> {
  const sum: Record<string, number> = { ...one };
  for (const [name, value] of Object.entries(other)) sum[name] = (sum[name] ?? 0) + value;
  return sum;
}

function countLines(
  list: string,
  counts: AudienceCounts,
  segment: Segment | undefined,
  imports: readonly ImportView[],
): string[] {
  const { contacts, selected, consent } = counts;
  if (contacts === 0 && imports.length === 0) return [`there is nobody in ${list}`];
  const whom = segment ? [`  ${describe(segment)}: ${style.bold(count(selected))}`] : [];
  return [
    `${list}: ${many(contacts, 'person', 'people')}`,
    ...whom,
    `  consent     ${parts({ given: consent.given, withdrawn: consent.withdrawn, none: consent.none })}`,
    `  columns     ${parts(counts.fields) || 'none but the address'}`,
    ...(isGatewayKnown(counts) ? [`  mail with   ${parts(counts.gateways)}`] : []),
    ...(imports.length === 0 ? [] : ['  latest imports', ...table(imports.map(importRow))]),
  ];
}

function isGatewayKnown({ gateways }: AudienceCounts): boolean {
  return Object.keys(gateways).some((name) => name !== 'unknown');
}

function personLines(list: string, who: string, person: ExplainedPerson): string[] {
  const { contact, segment, explained, suppressed } = person;
  const order = suppressed ? [`  never written to: ${suppressed.reason}`] : [];
  if (!contact) return [`${who} is not in ${list}`, ...order];
  const consent = contact.consent?.email;
  const given = consent
    ? `${consent.withdrawnAt === undefined ? 'given' : 'withdrawn'}, ${consent.source}`
    : 'none recorded';
  return [
    `${contact.address} is in ${list}`,
    ...order,
    ...(explained ? [`  ${explained.matches ? 'in' : 'not in'} the segment ${segment}`] : []),
    ...(explained ? reasons(explained, '    ') : []),
    `  consent: ${given}`,
    ...(contact.zone === undefined ? [] : [`  zone: ${contact.zone}`]),
    ...Object.entries(contact.fields).map(([name, value]) => `  ${name}: ${value}`),
  ];
}

function reasons({ matches, says, parts: inner = [] }: Explained, indent: string): string[] {
  const mark = matches ? style.green('yes') : style.red('no ');
  return [`${indent}${mark} ${says}`, ...inner.flatMap((part) => reasons(part, `${indent}  `))];
}

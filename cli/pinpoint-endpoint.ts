// One endpoint of an Amazon Pinpoint export, from a line of JSON or a row of CSV.

import { readCsv } from '#domain/read-csv.ts';
import { CommandFailure } from './command.ts';
import { cutCsv, isHead, textOf } from './cut-csv.ts';
import { openList } from './open-list.ts';

export interface Endpoint {
  /** `EMAIL`, `SMS`, `APNS`, ...; empty where the export does not say. */
  readonly channel: string;
  readonly address: string;
  readonly isOptedOut: boolean;
  readonly isActive: boolean;
  /** By Pinpoint's own path: `User.UserAttributes.FirstName`, `Location.Country`. */
  readonly values: ReadonlyMap<string, string>;
}

/** What is read of an endpoint; the rest (metrics, device, request ids) has no place in a list. */
const KEPT =
  /^(?:Attributes\.|User\.UserAttributes\.|User\.UserId$|Location\.|Demographic\.(?:Timezone|Locale)$)/;
const LINE_BYTES_MAX = 1024 * 1024;

/** All endpoints of a file, packed or not, CSV or JSON lines; never more than a line in memory. */
export async function* readEndpoints(file: string): AsyncGenerator<Endpoint> {
  const first = await firstByte(file);
  if (first === '{') yield* fromLines(file);
  else if (first === '[') throw new CommandFailure(`${file}: one endpoint a line, not one array`);
  else yield* fromCsv(file);
}

async function firstByte(file: string): Promise<string> {
  for await (const piece of openList(file)) {
    const text = new TextDecoder().decode(piece.subarray(0, 4_096)).trimStart();
    if (text !== '') return text.charAt(0);
  }
  throw new CommandFailure(`${file} is empty`);
}

async function* fromLines(file: string): AsyncGenerator<Endpoint> {
  let number = 0;
  for await (const line of linesOf(file)) {
    number += 1;
    if (line.trim() === '') continue;
    let said: unknown;
    try {
      said = JSON.parse(line);
    } catch {
      throw new CommandFailure(`${file}: line ${number} is no JSON`);
    }
    const values = new Map<string, string>();
    flatten(said, '', values);
    yield endpointOf(values);
  }
}

async function* linesOf(file: string): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const piece of openList(file)) {
    rest += decoder.decode(piece, { stream: true });
    const lines = rest.split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > LINE_BYTES_MAX) throw new CommandFailure(`${file}: a line has no end`);
    yield* lines;
  }
  if (rest !== '') yield rest;
}

/** Lists of values, as Pinpoint keeps attributes, become one text. */
function flatten(value: unknown, path: string, values: Map<string, string>): void {
  if (Array.isArray(value)) values.set(path, value.map(String).join('; '));
  else if (typeof value === 'object' && value !== null) {
    for (const [name, inner] of Object.entries(value)) {
      flatten(inner, path === '' ? name : `${path}.${name}`, values);
    }
  } else if (value !== null && value !== undefined) values.set(path, String(value));
}

async function* fromCsv(file: string): AsyncGenerator<Endpoint> {
  let header: readonly string[] = [];
  let delimiter = ',';
  for await (const chunk of cutCsv(openList(file))) {
    if (isHead(chunk)) {
      header = chunk.header;
      delimiter = chunk.delimiter;
      if (!header.includes('Address')) {
        throw new CommandFailure(`${file}: a Pinpoint export has a column Address`);
      }
      continue;
    }
    for (const { cells } of readCsv(textOf(chunk), delimiter)) {
      const values = header.map((path, index) => [path, cells[index] ?? ''] as const);
      yield endpointOf(new Map(values.filter(([, value]) => value !== '')));
    }
  }
}

function endpointOf(all: ReadonlyMap<string, string>): Endpoint {
  const values = new Map([...all].filter(([path, value]) => KEPT.test(path) && value !== ''));
  return {
    channel: all.get('ChannelType') ?? '',
    address: (all.get('Address') ?? '').trim(),
    isOptedOut: (all.get('OptOut') ?? 'NONE').toUpperCase() === 'ALL',
    isActive: (all.get('EndpointStatus') ?? 'ACTIVE').toUpperCase() === 'ACTIVE',
    values,
  };
}

/** The column of ours for a path of theirs: `User.UserAttributes.FirstName` is `first_name`. */
export function fieldOf(path: string): string {
  if (path === 'Demographic.Timezone') return 'zone';
  const last = path.split('.').at(-1) ?? path;
  const name = last
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^[^a-z]+|_+$/g, '')
    .slice(0, 40);
  const isOurs = ['', 'email', 'zone', 'consent', 'consent_at', 'consent_source'].includes(name);
  return isOurs ? `pinpoint_${name || 'value'}`.slice(0, 40) : name;
}

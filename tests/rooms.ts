// Which room may import what, and the judge of it: the authority on the doors of this house.

import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

export interface Room {
  /** Rooms by name; a single file as `channels/contract.ts`. Its own room is always allowed. */
  readonly rooms: readonly string[];
  /** Packages (and Node's own modules), each with the reason why this room needs it. */
  readonly packages: Readonly<Record<string, string>>;
}

const schemas = { 'zod/mini': 'types come from schemas; the small entry keeps bundles small' };

export const rooms: Readonly<Record<string, Room>> = {
  statistics: { rooms: [], packages: {} },
  domain: {
    rooms: [],
    packages: {
      ...schemas,
      'node:crypto': 'pure hashing: draws, tokens, digests',
      'node:url': 'international domain names to their ASCII form',
      'temporal-polyfill': 'moments in zones, clock changes included',
      yaml: 'campaign files with line numbers in every error',
      marked: 'the body of an email is written in Markdown',
    },
  },
  outbound: {
    rooms: ['domain'],
    packages: {
      'node:http': 'parses answers',
      'node:net': 'connects by the address that was checked',
      'node:tls': 'the same over TLS',
      'node:dns/promises': 'asks for addresses once, to check them all',
      'node:zlib': 'sizes of images are read from their headers',
    },
  },
  environment: {
    rooms: [
      'domain',
      'channels',
      'outbound',
      'runner',
      'store',
      'commands',
      'feedback',
      'notices',
      'api',
    ],
    packages: {
      '@aws-sdk/client-dynamodb': 'the table',
      '@aws-sdk/client-sesv2': 'the account calls of SES',
      '@aws-sdk/client-ssm': 'keys and tokens',
      'node:crypto': 'ids and signatures',
      'node:v8': 'an import leaves the heap small',
      'node:vm': 'an import leaves the heap small',
      'node:http': 'the bulk call, signed by hand over a kept connection',
      'node:https': 'the bulk call, signed by hand over a kept connection',
      'node:net': 'the bulk call, signed by hand over a kept connection',
      '@aws-lambda-powertools/logger': 'structured lines',
      '@aws-lambda-powertools/logger/types': 'structured lines',
      '@aws-lambda-powertools/metrics': 'embedded metrics of the lines that alarms watch',
      aws4fetch: 'signs the few calls of functions that carry no SDK',
    },
  },
  store: {
    rooms: ['domain'],
    packages: {
      ...schemas,
      '@aws-sdk/client-dynamodb': 'one file renders the port to DynamoDB',
      'node:zlib': 'chunks are stored compressed',
      'node:crypto': 'hashes of tokens and chains',
    },
  },
  channels: {
    rooms: ['domain', 'outbound'],
    packages: { ...schemas, 'node:crypto': 'keys under which a server recognises a repeat' },
  },
  runner: {
    rooms: ['domain', 'store', 'channels/contract.ts', 'statistics'],
    packages: { 'node:crypto': 'the digest of a frozen audience' },
  },
  feedback: {
    rooms: ['domain', 'store', 'channels/contract.ts', 'statistics'],
    packages: { ...schemas, 'node:crypto': 'digests of visitors and webhook signatures' },
  },
  notices: {
    rooms: ['domain', 'store', 'feedback'],
    packages: { standardwebhooks: 'signs webhooks as receivers everywhere can verify' },
  },
  commands: {
    rooms: [
      'domain',
      'store',
      'channels/contract.ts',
      'statistics',
      'feedback',
      // A check counts whom the freeze would hold back by the freeze's own rules.
      'runner/freeze-reasons.ts',
    ],
    packages: {
      ...schemas,
      'node:crypto': 'digests',
    },
  },
  api: {
    rooms: ['commands', 'domain', 'statistics', 'store'],
    packages: {
      hono: 'routes',
      'hono/aws-lambda': 'HTTP API events',
      ...schemas,
    },
  },
  console: {
    rooms: ['commands', 'domain', 'feedback', 'statistics', 'store', 'api/authenticate.ts'],
    packages: {
      hono: 'routes',
      'hono/aws-lambda': 'HTTP API events',
      'hono/cookie': 'who is signed in, and the theme',
      'hono/html': 'the few pieces of a page that are no element',
      'hono/jsx': 'pages as components, rendered by the server',
    },
  },
  entry: {
    rooms: [
      'environment',
      'domain',
      'runner',
      'feedback',
      'notices',
      'commands',
      'statistics',
      'store',
      'channels',
      'outbound',
      'api',
      'console',
    ],
    packages: {},
  },
  'infra/definition.ts': { rooms: [], packages: {} },
};

export interface Import {
  readonly file: string;
  readonly from: string;
}

/** Every import of every source file below a folder, static and dynamic. */
export function importsBelow(root: string, folder: string): Import[] {
  const files = readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' });
  return files
    .filter((file) => /\.tsx?$/.test(file))
    .flatMap((file) =>
      importsOf(path.posix.join(folder, file), readFileSync(path.join(root, folder, file), 'utf8')),
    );
}

/** Specifiers as written, `import type` included: a door is a door. */
export function importsOf(file: string, text: string): Import[] {
  const pattern =
    /(?:^|\n)\s*(?:import|export)\s[^'"`;]*?from\s*['"]([^'"]+)['"]|(?:^|\n)\s*import\s*['"]([^'"]+)['"]|import\(\s*['"]([^'"]+)['"]\s*\)/g;
  return [...text.matchAll(pattern)].map((match) => ({
    file,
    from: match[1] ?? match[2] ?? match[3] ?? '',
  }));
}

/** The room a file belongs to; files directly in `functions/` are entries. */
export function roomOf(file: string): string {
  const [top, room, ...rest] = file.split('/');
  if (top === 'functions') return rest.length === 0 ? 'entry' : (room ?? '');
  if (file === 'infra/definition.ts') return file;
  return `${top}`;
}

/** Why this import is not allowed, with what to do instead; undefined when it is. */
export function objection({ file, from }: Import): string | undefined {
  const name = roomOf(file);
  const room = rooms[name];
  if (!room) return `${file}: room ${name} has no doors yet; give it a line in tests/rooms.ts`;
  if (from.startsWith('.')) return relativeObjection(file, from, name);
  if (from.startsWith('#')) return roomObjection(file, from, name, room);
  if (from in room.packages) return undefined;
  return `${file} imports ${from}: room ${name} may not; use a port, or give the door a reason`;
}

function relativeObjection(file: string, from: string, name: string): string | undefined {
  const target = path.posix.join(path.posix.dirname(file), from);
  if (name === 'entry') return `${file} imports ${from}: entries never import each other`;
  return roomOf(target) === name
    ? undefined
    : `${file} imports ${from}: across rooms write #room/file.ts, so that the head lists the doors`;
}

function roomObjection(file: string, from: string, name: string, room: Room): string | undefined {
  const target = from.slice(1);
  const [other = ''] = target.split('/');
  if (other === name) return `${file} imports ${from}: inside a room imports are relative`;
  if (room.rooms.includes(other) || room.rooms.includes(target)) return undefined;
  return `${file} imports ${from}: ${name} may import ${room.rooms.join(', ') || 'itself only'}`;
}

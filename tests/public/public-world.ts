// The world of a public function in memory: keys, a table, a queue that can be slow or down.

import { parseKeyRing } from '#domain/key-ring.ts';
import type { Claims } from '#domain/token.ts';
import { sign } from '#domain/token.ts';
import type { HttpEvent } from '#feedback/http-event.ts';
import { saveLinkTable } from '#store/link-tables.ts';
import { MemoryTable } from '#store/memory-table.ts';

export const LINK_HOST = 'go.example.com';
export const NOW = Date.parse('2027-03-04T20:00:00Z');
export const DESTINATION = 'https://example.com/seat?utm_source=email&ref={click}';
export const DIGEST = 'AbCdEfGhIjKlMnOpQrStUv';

export const keys = {
  current: { id: 'k3', secret: 'current-secret-of-32-characters!' },
  grace: { id: 'k2', secret: 'grace-secret-of-thirty-two-chars' },
  retired: { id: 'k1', secret: 'retired-secret-of-32-characters!' },
  never: { id: 'k9', secret: 'a-secret-that-was-never-issued!!' },
};

const RING = `${keys.current.id}:${keys.current.secret}
${keys.grace.id}:${keys.grace.secret}
-${keys.retired.id}:${keys.retired.secret}`;

export interface World {
  now: number;
  readonly table: MemoryTable;
  readonly sent: string[];
  readonly logged: { level: string; event: string; [field: string]: unknown }[];
  /** What the queue does with the next messages. */
  queue: 'up' | 'down' | 'silent';
  store: 'up' | 'down';
  reads: number;
}

/** What the port promises of a queue that does not answer. */
export const SEND_WITHIN_MS = 800;

function givingUp(): Promise<never> {
  return new Promise((_, reject) => {
    setTimeout(() => reject(new Error('no answer')), SEND_WITHIN_MS);
  });
}

/** A burst `polls-close` with one email leg and one post, its link table saved. */
export async function createWorld() {
  const table = new MemoryTable();
  const world: World = {
    now: NOW,
    table,
    sent: [],
    logged: [],
    queue: 'up',
    store: 'up',
    reads: 0,
  };
  await saveLinkTable(table, 'polls-close', {
    'email/seat': DESTINATION,
    'mastodon/seat': DESTINATION.replace('email', 'mastodon'),
  });
  table.meter.reset();
  let id = 0;
  const note = (level: string) => (event: string, fields?: object) => {
    world.logged.push({ level, event, ...fields });
  };
  const ports = {
    now: () => world.now,
    id: () => `event-${++id}`,
    linkHost: LINK_HOST,
    table: {
      get: (async (key, options) => {
        world.reads += 1;
        if (world.store === 'down') throw new Error('store down');
        return table.get(key, options);
      }) as MemoryTable['get'],
      putIfAbsent: async (item: Parameters<MemoryTable['put']>[0]) => {
        if (world.store === 'down') throw new Error('store down');
        return table.put(item, { kind: 'item_absent' as const });
      },
    },
    keyRing: async () => parseKeyRing(RING),
    conversionSecrets: async () => ['first-conversion-secret', 'whsec_c2Vjb25kLXNlY3JldA=='],
    suppressionKey: async () => 'a-suppression-key',
    queue: {
      async send(bodies: readonly string[]) {
        if (world.queue === 'down') throw new Error('queue down');
        if (world.queue === 'silent') await givingUp();
        world.sent.push(...bodies);
      },
    },
    log: { info: note('info'), warn: note('warn'), error: note('error') },
  };
  return { world, ports };
}

export function clickToken(claims: Partial<Claims> = {}, key = keys.current, host = LINK_HOST) {
  const base = { purpose: 'click', burst: 'polls-close', leg: 'email', call: 'seat', ordinal: 17 };
  return sign({ ...base, ...claims } as Claims, host, key);
}

export function unsubscribeToken(claims: Partial<Claims> = {}, key = keys.current) {
  return clickToken({ purpose: 'unsubscribe', call: DIGEST, ...claims }, key);
}

interface Asked {
  readonly method?: string;
  readonly path: string;
  readonly headers?: { readonly [name: string]: string };
  readonly body?: string;
  readonly from?: string;
}

export function request({ method = 'GET', path, headers, body, from }: Asked): HttpEvent {
  const cut = path.indexOf('?');
  return {
    rawPath: cut < 0 ? path : path.slice(0, cut),
    rawQueryString: cut < 0 ? '' : path.slice(cut + 1),
    headers: { host: LINK_HOST, 'user-agent': 'Mozilla/5.0 Firefox/140', ...headers },
    requestContext: { http: { method, sourceIp: from ?? '203.0.113.7' } },
    ...(body === undefined ? {} : { body }),
  };
}

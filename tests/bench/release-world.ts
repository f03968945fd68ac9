// A runner with real clients over loopback, and bursts for it, for the benches of time.

import { fork } from 'node:child_process';
import type { Channel } from '#channels/contract.ts';
import { createEmailChannel } from '#channels/email.ts';
import { createMastodonChannel } from '#channels/mastodon.ts';
import type { Burst } from '#domain/burst.ts';
import type { Plan } from '#domain/plan.ts';
import type { Log, Secrets } from '#domain/ports.ts';
import { register } from '#domain/registration.ts';
import { createClock } from '#environment/clock.ts';
import { createEntropy } from '#environment/entropy.ts';
import { createSes, createSesClient } from '#environment/ses.ts';
import { createHttp } from '#outbound/http.ts';
import type { RunnerPorts } from '#runner/ports.ts';
import { saveContact } from '#store/audiences.ts';
import { createBurst } from '#store/bursts.ts';
import { MemoryTable } from '#store/memory-table.ts';
import { savePlan } from '#store/plans.ts';

export interface Stamp {
  readonly kind: 'email' | 'post';
  readonly burst: string;
  readonly at: number;
}

export interface ReleaseWorld {
  readonly ports: RunnerPorts;
  readonly table: MemoryTable;
  stamps(): Promise<Stamp[]>;
  stop(): void;
}

const KEYS = `k:${'s'.repeat(32)}`;
export const quiet: Log = {
  info: () => {},
  warn: () => {},
  error: (event, fields) => console.error(event, fields),
};

export function secretsOfBench(): Secrets {
  return {
    get: async (name) => (name === 'links/keys' ? KEYS : 'token-of-the-stub-account'),
    put: async () => {},
  };
}

export async function startReleaseWorld(recipients: number): Promise<ReleaseWorld> {
  const child = fork(new URL('provider-stub.ts', import.meta.url), { serialization: 'json' });
  const port = await new Promise<number>((resolve) => {
    child.once('message', (message) => resolve((message as { port: number }).port));
  });
  const base = `http://127.0.0.1:${port}`;
  const secrets = secretsOfBench();
  const clock = createClock();
  const credentials = async () => ({ accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' });
  const client = createSesClient({ region: 'us-east-1', endpoint: base, credentials });
  const channels = new Map<string, Channel>([
    ['email', createEmailChannel({ ses: createSes(client), secrets, signingKeys: 'links/keys' })],
    [
      'mastodon',
      createMastodonChannel({
        http: createHttp({ loopback: true }),
        secrets,
        clock,
        connections: async () => ({ baseUrl: base, secretName: 'social' }),
      }),
    ],
  ]);
  const table = new MemoryTable();
  for (let n = 0; n < recipients; n += 1) {
    const address = `ana${n}@example.org`;
    await saveContact(table, {
      audience: 'list',
      id: `c${n}`,
      address,
      fields: { first_name: `Ana ${n}` },
    });
  }
  const ports: RunnerPorts = {
    table,
    clock,
    entropy: createEntropy(),
    log: quiet,
    channels,
    account: 'bench',
    suppressionKey: async () => 'k'.repeat(32),
    signingKey: async () => ({ id: 'k', secret: 's'.repeat(32) }),
    setSending: async () => undefined,
  };
  return {
    ports,
    table,
    stamps: async () => (await fetch(`${base}/stamps`)).json() as Promise<Stamp[]>,
    stop: () => child.disconnect(),
  };
}

const timing = { offsetMs: 0, deadlineMs: 60_000, ifNotReady: 'hold' } as const;

export function planOf(burst: string, plannedAt: number): Plan {
  return {
    burst,
    campaign: 'bench',
    linkBase: 'http://127.0.0.1:1',
    notify: [],
    calls: [
      { name: 'trial', say: 'Start your free trial', to: 'https://example.com/trial' },
      { name: 'demo', say: 'See it in three minutes', to: 'https://example.com/demo' },
    ],
    legs: [
      {
        kind: 'email',
        name: 'supporters',
        channel: 'email',
        audience: 'list',
        allocation: [
          { call: 'trial', weight: 1 },
          { call: 'demo', weight: 1 },
        ],
        from: 'Nora <nora@example.com>',
        subject: 'Hello {{first_name}}',
        html: '<html><body><p>{{first_name}}</p><a href="{{call_link}}">{{call_say}}</a></body></html>',
        text: '{{first_name}} {{call_say}} {{call_link}}',
        slots: { first_name: 'there' },
        configurationSet: 'volley',
        ...timing,
      },
      {
        kind: 'broadcast',
        name: 'mastodon',
        channel: 'mastodon',
        connection: 'social',
        call: 'trial',
        text: 'Here it is. {call}',
        ...timing,
      },
    ],
    policy: 'at-most-once',
    attributionMs: 86_400_000,
    registration: register({ metric: 'click', windowMs: 86_400_000 }),
    plannedAt,
  };
}

type When = { momentAt: number } | { standbyFrom: number; standbyUntil: number };

/** A burst in the table: scheduled for an instant, or on stand-by from now on. */
export async function addBurst(table: MemoryTable, id: string, when: When): Promise<void> {
  const plan = planOf(id, Date.now());
  await createBurst(table, burstOf(plan, await savePlan(table, plan), when), 'bench');
}

export function burstOf(plan: Plan, contentHash: string, when: When): Burst {
  return {
    id: plan.burst,
    schemaVersion: 1,
    state: 'momentAt' in when ? 'scheduled' : 'standby',
    revision: 0,
    nonce: 'bench',
    contentHash,
    plannedBy: 'bench',
    approvalPolicy: 'none',
    zone: 'UTC',
    epoch: 0,
    lanes: 0,
    policy: 'at-most-once',
    legs: plan.legs.map(({ name, channel }) => ({ name, channel, ...timing, state: 'planned' })),
    ...when,
  };
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const at = Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1));
  return Math.round((sorted[at] ?? Number.NaN) * 1_000) / 1_000;
}

/** The first arrival of each burst on each channel; later calls wait for the rate. */
export function firstCalls(stamps: readonly Stamp[]): Stamp[] {
  const first = new Map<string, Stamp>();
  for (const stamp of stamps) {
    const name = `${stamp.burst}/${stamp.kind}`;
    const known = first.get(name);
    if (!known || stamp.at < known.at) first.set(name, stamp);
  }
  return [...first.values()];
}

// A deployment in memory, and people of every scope who give commands to it.

import type { CommandContext, Scope } from '#commands/context.ts';
import { importAudience } from '#commands/import-audience.ts';
import { planBurst } from '#commands/plan-burst.ts';
import { Fault } from '#domain/faults.ts';
import { MemoryTable } from '#store/memory-table.ts';
import { quietChannels } from './quiet-channels.ts';

/** Nothing was ever set aside. */
const noDeadLetters: CommandContext['deadLetters'] = {
  receive: async () => [],
  giveBack: async () => undefined,
  replay: async () => undefined,
  remove: async () => undefined,
};

export const noon = Date.parse('2027-03-01T12:00:00Z');

export interface World {
  now: number;
  readonly table: MemoryTable;
  readonly started: string[];
  readonly switched: [string, boolean][];
  readonly secrets: Map<string, string>;
  as(name: string, ...scopes: Scope[]): CommandContext;
}

export function aWorld(over: Partial<CommandContext> = {}): World {
  let count = 0;
  const table = new MemoryTable();
  const world: World = {
    now: noon,
    table,
    started: [],
    switched: [],
    secrets: new Map(),
    as: (name, ...scopes) => ({
      table,
      clock: { now: () => world.now },
      entropy: {
        id: () => {
          count += 1;
          return `id${String(count).padStart(6, '0')}`;
        },
        fraction: () => 0.5,
      },
      secrets: {
        get: async (secret) => {
          const value = world.secrets.get(secret);
          if (value !== undefined) return value;
          throw new Fault('secret_unreadable', `no ${secret}`, { retryable: true });
        },
        put: async (secret, value) => void world.secrets.set(secret, value),
      },
      principal: { name, scopes: new Set(scopes) },
      suppressionKey: async () => 'a key for digests',
      linkBase: 'https://go.example.com',
      configurationSet: 'volley',
      newToken: () => {
        count += 1;
        return `token-${count}-${'x'.repeat(30)}`;
      },
      buildReport: async (burst) => ({ burst: burst.id }),
      startRunner: async (burst) => void world.started.push(burst),
      setSending: async (burst, enabled) => void world.switched.push([burst, enabled]),
      channels: quietChannels,
      deadLetters: noDeadLetters,
      ...over,
    }),
  };
  return world;
}

export const png = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');

export const files = {
  'launch.md': { text: 'Hello {first_name|there},\n\nAtlas 2 is here.\n\n{call}\n' },
  'atlas.png': { base64: png.toString('base64') },
};

export const launch = `campaign: atlas-launch
offer: Atlas 2, the planner that says no
goal: { count: signup, target: 400, within: 7d }
links: go.example.com
notify: [ops@example.com]
calls:
  trial: { say: Start your free trial, to: "https://example.com/trial?ref={click}" }
  demo: { say: See it in three minutes, to: "https://example.com/demo?ref={click}" }
burst:
  at: 2027-03-04 10:00 Europe/Paris
  legs:
    prospects:
      channel: email
      to: { list: prospects.csv }
      calls: split
      from: Nora at Example <nora@example.com>
      subject: Atlas 2 is here
      body: launch.md
      late: 2h
    mastodon:
      channel: mastodon
      calls: trial
      text: "Atlas 2 is out. {call}"
      image: { file: atlas.png, alt: The Atlas board at nine in the morning }
      if-not-ready: drop
`;

/** A campaign file with a list of three and its burst in draft. */
export async function plan(world: World, text = launch, by = 'nora') {
  const context = world.as(by, 'operator');
  const csv = 'email,first_name\nana@example.org,Ana\nben@example.org,Ben\ncara@example.org,\n';
  await importAudience(context, { audience: 'prospects' }, csv);
  return planBurst(context, { file: { name: 'atlas.yaml', text }, files });
}

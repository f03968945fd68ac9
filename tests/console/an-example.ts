// The example campaign with answers, in a table in memory: what the pages are tested and shown with.

import type { Burst } from '#domain/burst.ts';
import { callOf, drawBlock } from '#domain/draw.ts';
import type { MailGateway } from '#domain/mail-gateway.ts';
import type { Member } from '#domain/manifest.ts';
import type { Allocation, Plan } from '#domain/plan.ts';
import type { Table } from '#domain/ports.ts';
import { register } from '#domain/registration.ts';
import { saveCallRecord } from '#store/call-records.ts';
import { saveMailDomain } from '#store/mail-domains.ts';
import { saveManifestChunk, saveManifestHead } from '#store/manifests.ts';
import { notePlannedBurst } from '#store/planned-bursts.ts';
import { saveNative } from '#store/tallies.ts';
import {
  BURST,
  batchOf,
  click,
  conversion,
  createFeedbackWorld,
  emailLeg,
  HOUR,
  postLeg,
  sesEvent,
  T,
} from '../feedback/feedback-world.ts';

const SECOND = 1_000;
export const DAY = 24 * HOUR;

/** Chances of a click and of a pledge after it. */
export interface Behaviour {
  readonly click: number;
  readonly pledge: number;
}

export interface ExampleOptions {
  readonly recipients?: number;
  readonly behaviour?: Readonly<Record<string, Behaviour>>;
  readonly plan?: Partial<Plan>;
  readonly burst?: Partial<Burst>;
}

const LIVELY: Readonly<Record<string, Behaviour>> = {
  give: { click: 0.2, pledge: 0.32 },
  watch: { click: 0.27, pledge: 0.07 },
  help: { click: 0.12, pledge: 0.32 },
};

const calls = [
  { name: 'give', say: 'Chip in for the recount fund', to: 'https://example.org/give' },
  { name: 'watch', say: 'Watch the count with us', to: 'https://example.org/watch' },
  { name: 'help', say: 'Help check the ballots', to: 'https://example.org/help' },
];

const judged = { leg: 'email', channel: 'email', design: 'randomised' } as const;

const DOMAINS: readonly (readonly [domain: string, gateway: MailGateway])[] = [
  ['mail.example.com', 'google'],
  ['office.example.com', 'microsoft'],
  ['school.example.org', 'own'],
];

/** Who got it: at three providers, every sixth of them young and every fourth a donor. */
async function saveList(
  { table, burst }: { readonly table: Table; readonly burst: Burst },
  recipients: number,
  allocation: Allocation,
): Promise<void> {
  for (const [domain, gateway] of DOMAINS) await saveMailDomain(table, { domain, gateway, at: T });
  const members = Array.from({ length: recipients }, (_, ordinal): Member => {
    const [domain = ''] = DOMAINS[Math.floor(scatter(ordinal, 4) ** 2 * 3)] ?? [];
    const segments = (ordinal % 6 === 0 ? 1 : 0) | (ordinal % 4 === 1 ? 2 : 0);
    const base = { ordinal, address: `reader-${ordinal}@${domain}`, fields: {} };
    return segments === 0 ? base : { ...base, segments };
  });
  const chunkRecipients = Math.max(1, recipients);
  await saveManifestChunk(table, burst.id, 'f1', 0, members);
  const head = {
    burst: burst.id,
    revision: 0,
    nonce: 'n',
    freeze: 'f1',
    contentHash: burst.contentHash,
    recipients,
    chunkRecipients,
    frozenAt: T,
    legs: [{ leg: 'email', from: 0, sendableTo: recipients, to: recipients, allocation }],
    lanes: [],
    perSecond: 100,
    heldBack: {},
    digest: 'd',
  };
  await saveManifestHead(table, undefined, head, 'n');
}

export type Example = Awaited<ReturnType<typeof anExample>>;

/** A released burst with its answers; nobody has measured yet. */
export async function anExample(options: ExampleOptions = {}) {
  const { recipients = 3_000, behaviour = LIVELY } = options;
  const allocation = calls.map(({ name }) => ({ call: name, weight: 1 }));
  const one = await createFeedbackWorld({
    recipients,
    plan: {
      calls,
      legs: [
        { ...emailLeg, allocation },
        { ...postLeg, call: 'watch' },
      ],
      goal: { count: 'pledge', target: 120, withinMs: 7 * DAY },
      registration: register({
        metric: 'conversion',
        windowMs: 7 * DAY,
        valueCap: 50_000,
        legs: [{ ...judged, weights: allocation, segments: ['young', 'donors'] }],
      }),
      attributionMs: 7 * DAY,
      ...options.plan,
    },
    burst: { zone: 'America/New_York', measureUntil: T + 7 * DAY, ...options.burst },
  });
  await notePlannedBurst(one.world.table, BURST);
  await saveList(one.world, recipients, allocation);
  await one.record(batchOf(answersOf(recipients, behaviour)));
  await one.record(batchOf(posted()));
  await saveNative(one.world.table, BURST, {
    asOf: T + 3 * HOUR,
    byLeg: {
      mastodon: {
        asOf: T + 3 * HOUR,
        metrics: {
          favourites: 41,
          boosts: 12,
          replies: 6,
          impressions: 'not_provided',
          followers_at_moment: 1_840,
        },
      },
    },
  });
  return one;
}

/** As a year before, for the record of the same calls. */
export async function anEarlierBurst({ world }: Example): Promise<void> {
  const before = {
    burst: 'polls-close-2026',
    leg: 'email',
    channel: 'email',
    metric: 'conversion',
  };
  const readAt = T - 365 * DAY;
  const base = { ...before, readAt, exposed: 1_204 };
  await saveCallRecord(world.table, 'polls', {
    ...base,
    call: 'give',
    answers: 61,
    outcome: 'won',
  });
  await saveCallRecord(world.table, 'polls', {
    ...base,
    call: 'watch',
    answers: 22,
    outcome: 'lost',
  });
}

/** A fixed scatter in [0, 1). */
function scatter(place: number, salt: number): number {
  const x = Math.sin(place * 12.9898 + salt * 78.233) * 43_758.5453;
  return x - Math.floor(x);
}

function answersOf(recipients: number, behaviour: Readonly<Record<string, Behaviour>>): object[] {
  const allocation = Object.keys(behaviour).map((call) => ({ call, weight: 1 }));
  const events: object[] = [];
  for (let ordinal = 0; ordinal < recipients; ordinal += 1) {
    const draw = drawBlock(BURST, Math.floor(ordinal / 100))[ordinal % 100] ?? 0;
    const call = callOf(allocation, draw);
    const at = T + SECOND + ordinal * 5;
    if (ordinal % 97 === 0) {
      const detail = { bounceType: 'Permanent', bouncedRecipients: [] };
      events.push(sesEvent({ eventType: 'Bounce', ordinal, call, at, detail }));
      continue;
    }
    events.push(sesEvent({ eventType: 'Delivery', ordinal, call, at }));
    // One call angers the young.
    const anger = call === 'watch' && ordinal % 6 === 0 ? 0.06 : 0.002;
    if (scatter(ordinal, 5) < anger) {
      events.push(sesEvent({ eventType: 'Complaint', ordinal, call, at: at + HOUR }));
    }
    events.push(...readerOf(ordinal, call, at, behaviour[call] ?? { click: 0, pledge: 0 }));
  }
  return events;
}

function readerOf(ordinal: number, call: string, at: number, chances: Behaviour): object[] {
  const events: object[] = [];
  // One in twenty sits behind a gateway that opens every link at once.
  if (ordinal % 20 === 7) events.push(click({ ordinal, call, at: at + 400, agent: 'Barracuda/1' }));
  if (scatter(ordinal, 1) >= chances.click) return events;
  const after = -Math.log(1 - scatter(ordinal, 2)) * 9 * HOUR;
  const clickedAt = at + 30 * SECOND + after;
  events.push(click({ ordinal, call, at: clickedAt }));
  if (scatter(ordinal, 3) >= chances.pledge) return events;
  const value = [1_000, 2_000, 2_500, 5_000, 10_000][ordinal % 5];
  events.push(conversion({ ordinal, call, at: clickedAt + 90 * SECOND, value }));
  // Some give twice.
  if (ordinal % 9 === 0) events.push(conversion({ ordinal, call, at: clickedAt + HOUR, value }));
  return events;
}

function posted(): object[] {
  const events: object[] = [];
  for (let reader = 0; reader < 74; reader += 1) {
    const who = { leg: 'mastodon', call: 'watch', visitor: `visitor-${reader}` };
    events.push(click({ ...who, at: T + 20 * SECOND + reader * 400 * SECOND }));
    if (reader % 12 === 0) {
      events.push(conversion({ ...who, at: T + HOUR + reader * 400 * SECOND, value: 2_000 }));
    }
  }
  for (let robot = 0; robot < 40; robot += 1) {
    const who = { leg: 'mastodon', call: 'watch', visitor: `preview-${robot}` };
    events.push(click({ ...who, at: T + robot * 30, agent: 'Mastodon/4.5' }));
  }
  return events;
}

// A released burst in a memory table, and the messages that come back from it.

import type { Burst } from '#domain/burst.ts';
import type { ClickEvent, ConversionEvent } from '#domain/event.ts';
import type { Plan } from '#domain/plan.ts';
import type { Table } from '#domain/ports.ts';
import { register } from '#domain/registration.ts';
import { createMeasure } from '#feedback/measure.ts';
import { createRecord } from '#feedback/record.ts';
import { createBurst } from '#store/bursts.ts';
import { MemoryTable } from '#store/memory-table.ts';
import { savePlan } from '#store/plans.ts';

export const T = Date.parse('2027-03-04T20:00:00Z');
export const BURST = 'polls-close';
export const HOUR = 3_600_000;
export const CHROME = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/146.0';

export function planOf(change: Partial<Plan> = {}): Plan {
  const timing = { offsetMs: 0, deadlineMs: 60_000, ifNotReady: 'hold' as const };
  return {
    burst: BURST,
    campaign: 'polls',
    linkBase: 'https://go.example.com',
    notify: [],
    calls: [
      { name: 'seat', say: 'Reserve a seat', to: 'https://example.com/seat' },
      { name: 'demo', say: 'See it', to: 'https://example.com/demo' },
    ],
    legs: [
      {
        kind: 'email',
        name: 'email',
        channel: 'email',
        audience: 'members',
        allocation: [
          { call: 'seat', weight: 1 },
          { call: 'demo', weight: 1 },
        ],
        from: 'Volley <news@example.com>',
        subject: 'The polls close',
        html: '<p>{{call_link}}</p>',
        text: '{{call_link}}',
        slots: {},
        configurationSet: 'volley',
        ...timing,
      },
      {
        kind: 'broadcast',
        name: 'mastodon',
        channel: 'mastodon',
        connection: 'main',
        call: 'seat',
        text: '{call}',
        ...timing,
      },
    ],
    policy: 'at-most-once',
    attributionMs: 72 * HOUR,
    registration: register({ metric: 'click', windowMs: 48 * HOUR }),
    plannedAt: T - 24 * HOUR,
    ...change,
  };
}

type PlannedLeg<K extends Plan['legs'][number]['kind']> = Extract<
  Plan['legs'][number],
  { kind: K }
>;

/** The two legs of the plan, each as what it is. */
export const [emailLeg, postLeg] = planOf().legs as [PlannedLeg<'email'>, PlannedLeg<'broadcast'>];

export interface WorldOptions {
  readonly plan?: Partial<Plan>;
  readonly burst?: Partial<Burst>;
  readonly recipients?: number;
  /** Holds the burst instead of a table in memory. */
  readonly table?: Table;
  /** Stands before the table, to break it. */
  readonly through?: (table: MemoryTable) => Table;
}

export async function createFeedbackWorld(options: WorldOptions = {}) {
  const table = new MemoryTable();
  const held = options.table ?? table;
  const plan = planOf(options.plan);
  const contentHash = await savePlan(held, plan);
  const leg = { offsetMs: 0, deadlineMs: 60_000, ifNotReady: 'hold' as const };
  const burst: Burst = {
    id: plan.burst,
    schemaVersion: 1,
    state: 'measuring',
    revision: 0,
    nonce: 'n',
    contentHash,
    plannedBy: 'ana',
    approvalPolicy: 'none',
    zone: 'UTC',
    momentAt: T,
    epoch: 1,
    committedEpoch: 1,
    releasedAt: T - 2_000,
    sentAt: T + 60_000,
    recipients: options.recipients ?? 10_000,
    lanes: 1,
    policy: 'at-most-once',
    measureUntil: T + 48 * HOUR,
    legs: [
      { name: 'email', channel: 'email', state: 'sent', ...leg },
      { name: 'mastodon', channel: 'mastodon', state: 'published', ...leg },
    ],
    ...options.burst,
  };
  const saved = await createBurst(held, burst, 'n');
  if (saved.kind === 'lost') throw new Error('the burst is there already');
  const world = {
    now: T + HOUR,
    table,
    burst: saved.item,
    plan,
    logged: [] as { level: string; event: string; [field: string]: unknown }[],
    secret: 'a-suppression-key' as string | undefined,
  };
  let marks = 0;
  const note = (level: string) => (event: string, fields?: object) => {
    world.logged.push({ level, event, ...fields });
  };
  const ports = {
    table: options.through ? options.through(table) : held,
    now: () => world.now,
    id: () => `mark-${++marks}`,
    suppressionKey: async () => {
      if (world.secret === undefined) throw new Error('unreadable');
      return world.secret;
    },
    log: { info: note('info'), warn: note('warn'), error: note('error') },
  };
  table.meter.reset();
  return { world, ports, record: createRecord(ports) };
}

/** One look of measure at an instant. */
export async function measureAt(
  { world, ports }: Awaited<ReturnType<typeof createFeedbackWorld>>,
  at: number,
): Promise<void> {
  world.now = at;
  await createMeasure(ports)();
}

let sequence = 0;

export function click(fields: Partial<ClickEvent> = {}): ClickEvent {
  sequence += 1;
  return {
    kind: 'click',
    id: `click-${sequence}`,
    at: T + 600_000,
    burst: BURST,
    leg: 'email',
    call: 'seat',
    method: 'GET',
    agent: CHROME,
    visitor: 'visitor-of-a-click',
    network: 'network-of-a-click',
    ...fields,
  };
}

export function conversion(fields: Partial<ConversionEvent> = {}): ConversionEvent {
  sequence += 1;
  return {
    kind: 'conversion',
    id: `conversion-${sequence}`,
    at: T + 900_000,
    burst: BURST,
    leg: 'email',
    call: 'seat',
    ...fields,
  };
}

export interface SesFields {
  readonly eventType: string;
  readonly ordinal?: number;
  readonly call?: string;
  readonly at?: number;
  readonly attempt?: number;
  readonly burst?: string;
  readonly address?: string;
  readonly detail?: object;
  readonly tags?: object;
}

const PARTS: Record<string, string> = {
  Delivery: 'delivery',
  Bounce: 'bounce',
  Complaint: 'complaint',
  Open: 'open',
  DeliveryDelay: 'deliveryDelay',
};

/** An SES event as its publishing writes it. */
export function sesEvent(fields: SesFields): object {
  const { eventType, ordinal = 17, call = 'seat', at = T + 1_000, attempt = 1 } = fields;
  const timestamp = new Date(at).toISOString();
  const part = PARTS[eventType];
  return {
    eventType,
    mail: {
      timestamp,
      source: 'news@example.com',
      messageId: `0100-${ordinal}-${attempt}`,
      destination: [fields.address ?? `reader-${ordinal}@example.org`],
      headersTruncated: false,
      headers: [{ name: 'Subject', value: 'The polls close' }],
      tags: fields.tags ?? {
        'ses:configuration-set': ['volley'],
        burst: [fields.burst ?? BURST],
        leg: ['email'],
        call: [call],
        ordinal: [String(ordinal)],
        ...(attempt > 1 ? { attempt: [String(attempt)] } : {}),
      },
    },
    ...(part ? { [part]: { timestamp, ...fields.detail } } : {}),
  };
}

export function inSns(event: object): string {
  return JSON.stringify({
    Type: 'Notification',
    MessageId: 'c2a1',
    TopicArn: 'arn:aws:sns:eu-central-1:111122223333:volley',
    Message: JSON.stringify(event),
    Timestamp: '2027-03-04T20:00:01.000Z',
  });
}

let messages = 0;

export function batchOf(events: readonly object[]) {
  return events.map((event) => {
    messages += 1;
    const body = 'eventType' in event ? inSns(event) : JSON.stringify(event);
    return { messageId: `message-${messages}`, body };
  });
}

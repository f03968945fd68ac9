import { mkdtempSync, rmSync } from 'node:fs';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, expect, onTestFinished, vi } from 'vitest';
import { addressDigest } from '#domain/suppression.ts';
import { buildReport } from '#feedback/build-report.ts';
import { queues } from '#infra/definition.ts';
import { MessageStore } from '#infra/local/stand-ins/queue/message-store.ts';
import { MemoryTable } from '#store/memory-table.ts';
import { findSuppression } from '#store/suppressions.ts';
import {
  batchOf,
  click,
  createFeedbackWorld,
  HOUR,
  inSns,
  sesEvent,
  T,
} from '../feedback/feedback-world.ts';
import { type Synthesized, synthesize } from '../infra/synthesized.ts';
import { ofType } from '../infra/template.ts';
import { textOf } from './text-of.ts';
import { type Handler, type Probe, walkSurface } from './walk.ts';

// There is no webhook for SES: SNS delivers into a queue, and who may put something there is the
// queue's policy. What an entry would post is tried as a body of that queue.

let prod: Synthesized;
const fetched: unknown[] = [];

beforeAll(async () => {
  prod = await synthesize('prod');
}, 120_000);

beforeEach(() => {
  fetched.length = 0;
  const refuse = (...args: unknown[]): never => {
    fetched.push(args);
    throw new Error('nothing is fetched here');
  };
  vi.spyOn(globalThis, 'fetch').mockImplementation(refuse);
  vi.spyOn(Socket.prototype, 'connect').mockImplementation(refuse);
});

afterEach(() => {
  vi.restoreAllMocks();
});

async function tried(probe: Probe, bodies: readonly string[]) {
  const { world, record } = await createFeedbackWorld();
  const batch = bodies.map((body, place) => ({ messageId: `m${place}`, body }));
  const { value } = await probe.refused(() => record(batch));
  const report = await buildReport(world.table, world.burst, T + HOUR);
  const counted = report.legs.flatMap(({ calls }) =>
    calls.map(({ humanClicks, machineClicks }) => humanClicks + machineClicks),
  );
  return {
    world,
    report,
    failed: value ?? [],
    counted: counted.reduce((sum, one) => sum + one, 0),
    suppressed: (address: string) =>
      findSuppression(world.table, addressDigest(address, world.secret ?? '')),
  };
}

/** Whoever may send into the queue, by the topic or function that its policy names. */
function maySend(): { services: unknown[]; sources: unknown[] } {
  const policies = ofType(prod.template, 'AWS::SQS::QueuePolicy').flatMap(
    ([, { Properties }]) => Properties.PolicyDocument.Statement,
  );
  const allowed = policies.filter(
    (one: { Effect: string; Action: string | string[] }) =>
      one.Effect === 'Allow' && [one.Action].flat().includes('sqs:SendMessage'),
  );
  return {
    services: allowed.map((one: { Principal: unknown }) => one.Principal),
    sources: allowed.map(
      (one: { Condition?: { ArnEquals?: { [key: string]: { Ref: string } } } }) =>
        one.Condition?.ArnEquals?.['aws:SourceArn']?.Ref,
    ),
  };
}

/** Not one of ours by its form, never fetched, nothing written; and nobody else may put it there. */
const forged: Handler = async (attack, probe) => {
  const { world, failed } = await tried(probe, [JSON.stringify(attack.input)]);
  expect(failed).toEqual(['m0']);
  expect(fetched).toHaveLength(Number(attack.check?.fetches ?? 0));
  expect(world.table.meter.writeUnits).toBe(Number(attack.check?.writes ?? 0));
  const { services, sources } = maySend();
  expect(services).toEqual(services.map(() => ({ Service: 'sns.amazonaws.com' })));
  const [[topic] = ['']] = ofType(prod.template, 'AWS::SNS::Topic').filter(
    ([, { Properties }]) => Properties.TopicName === 'prod-volley-email-events',
  );
  expect(new Set(sources)).toEqual(new Set([topic]));
};

const BOUNCED = 'reader-17@example.org';

walkSurface('webhook-ingest', {
  'WH-02': forged,
  'WH-03': forged,
  'WH-05': forged,
  'WH-06': forged,
  'WH-07': forged,
  'WH-09': forged,
  'WH-10': forged,
  'WH-11': forged,
  'WH-13': async (attack) => {
    const { world, record } = await createFeedbackWorld();
    const genuine = click({ ordinal: 3 });
    for (let time = 0; time < 50; time += 1) {
      world.now = T + HOUR + time * HOUR;
      expect(await record(batchOf([genuine]))).toEqual([]);
    }
    const report = await buildReport(world.table, world.burst, world.now);
    const clicks = report.legs[0]?.calls.reduce((sum, one) => sum + one.humanClicks, 0);
    expect(clicks).toBe(attack.check?.counted);
  },
  'WH-14': async (attack) => {
    const { world, record } = await createFeedbackWorld();
    world.now = T + 30 * 24 * HOUR;
    const stale = sesEvent({ eventType: 'Complaint', at: T + 5_000 });
    expect(await record(batchOf([stale]))).toEqual([]);
    const once = await buildReport(world.table, world.burst, world.now);
    expect(await record(batchOf([stale]))).toEqual([]);
    expect(await buildReport(world.table, world.burst, world.now)).toEqual(once);
    expect(attack.check?.counted_max).toBe(1);
  },
  'WH-15': async (attack, probe) => {
    const { eventType, diagnosticCode } = attack.input;
    const detail = {
      bounceType: 'Permanent',
      bouncedRecipients: [{ emailAddress: BOUNCED, diagnosticCode }],
    };
    const put = vi.spyOn(MemoryTable.prototype, 'put');
    const { world, report, failed } = await tried(probe, [inSns(sesEvent({ eventType, detail }))]);
    expect(failed).toEqual([]);
    const kept = textOf([put.mock.calls, report, world.logged]);
    expect(kept).toContain('bounce');
    expect(kept.match(/<img|onerror/g) ?? []).toHaveLength(Number(attack.check?.html_nodes));
  },
  'WH-16': async (attack, probe) => {
    const { tags, eventType } = attack.input;
    const whole = { ...tags, burst: ['of-a'], leg: ['email'], call: ['seat'] };
    const bodies = [tags, whole].map((one) => inSns(sesEvent({ eventType, tags: one })));
    const { world, counted, suppressed } = await tried(probe, bodies);
    expect(counted).toBe(attack.check?.counted);
    expect(await suppressed(BOUNCED)).toBeUndefined();
    expect(world.logged).toContainEqual(
      expect.objectContaining({ event: 'feedback_ignored', foreign: 2 }),
    );
  },
  'WH-18': async (_attack, probe) => {
    const bodies = [
      JSON.stringify({ a: 'x'.repeat(10 * 1_048_576) }),
      `${'['.repeat(100_000)}${']'.repeat(100_000)}`,
      `{"a":${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}}`,
      `{"a":"${'\\'.repeat(1_048_576)}`,
    ];
    // One by one: each has 50 ms.
    for (const body of bodies) {
      const { failed, world } = await tried(probe, [body]);
      expect(failed).toEqual(['m0']);
      expect(world.table.meter.writeUnits).toBe(0);
    }
  },
  'WH-19': async (attack, probe) => {
    const { counted, suppressed, world } = await tried(probe, [attack.input.body]);
    expect(counted).toBe(attack.check?.counted);
    expect(world.table.meter.writeUnits).toBe(0);
    // With our tags it would be what the last key says, once; there is no second reader to differ.
    expect(await suppressed(BOUNCED)).toBeUndefined();
  },
  'WH-20': async (attack, probe) => {
    const said = `{"eventType":"Open",${attack.input.body.slice(1)}`;
    const { failed, counted } = await tried(probe, [attack.input.body, said]);
    expect([failed, counted]).toEqual([['m0'], 0]);
    expect('admin' in {}).toBe(attack.check?.polluted);
    expect(Object.keys(Object.prototype)).toEqual([]);
  },
  'WH-21': async (attack) => {
    const events = [
      sesEvent({ eventType: 'Send', at: T + 1_000 }),
      sesEvent({ eventType: 'Delivery', at: T + 2_000 }),
      click({ ordinal: 17, id: 'one', at: T + 60_000 }),
      sesEvent({ eventType: 'Complaint', at: T + 90_000 }),
    ];
    const results = await Promise.all(
      [events, events.toReversed()].map(async (order) => {
        const { world, record } = await createFeedbackWorld();
        for (const event of order) expect(await record(batchOf([event]))).toEqual([]);
        const digest = addressDigest(BOUNCED, world.secret ?? '');
        const suppression = await findSuppression(world.table, digest);
        expect(suppression?.reason).toBe('complained');
        return buildReport(world.table, world.burst, T + HOUR);
      }),
    );
    expect(results[0]).toEqual(results[1]);
    expect(attack.check?.equal).toBe(true);
  },
  'WH-23': async (attack, probe) => {
    const { bounceType, bounceSubType } = attack.input;
    const detail = { bounceType, bounceSubType };
    const bounce = inSns(sesEvent({ eventType: 'Bounce', detail }));
    const { failed, suppressed, world } = await tried(probe, [bounce]);
    expect(failed).toEqual([]);
    expect((await suppressed(BOUNCED)) !== undefined).toBe(attack.check?.suppressed);
    expect(world.logged).toContainEqual(expect.objectContaining({ event: 'recorded', news: 1 }));
  },
  'WH-26': async (attack) => {
    const folder = mkdtempSync(join(tmpdir(), 'volley-attacks-'));
    let now = T;
    const store = (file: string, more: object = {}) =>
      new MessageStore({ file: join(folder, file), now: () => now, ...more });
    const dead = store('dead.jsonl');
    const [{ receivesMax, visibilitySeconds } = { receivesMax: 0, visibilitySeconds: 0 }] = queues;
    const live = store('live.jsonl', { deadLetter: dead, receivesMax });
    onTestFinished(() => {
      live.close();
      dead.close();
      rmSync(folder, { recursive: true, force: true });
    });
    const { world, record } = await createFeedbackWorld();
    const good = Array.from({ length: 9 }, (_, place) => JSON.stringify(click({ ordinal: place })));
    live.send([...good.slice(0, 4), '\u0000\u0001 not to be read', ...good.slice(4)]);
    const failures: number[] = [];
    while (live.counts().ready > 0) {
      const taken = live.receive(10, visibilitySeconds * 1_000);
      const failed = await record(taken.map(({ id, body }) => ({ messageId: id, body })));
      if (taken.length > 0) failures.push(failed.length);
      for (const { id, handle } of taken) if (!failed.includes(id)) live.remove(handle ?? '');
      now += visibilitySeconds * 1_000 + 1;
    }
    expect(failures).toEqual(Array(receivesMax).fill(1));
    expect(dead.counts().ready).toBe(attack.check?.dead);
    const report = await buildReport(world.table, world.burst, T + HOUR);
    const clicks = report.legs[0]?.calls.reduce((sum, one) => sum + one.humanClicks, 0);
    expect(clicks).toBe(attack.check?.processed);
  },
});

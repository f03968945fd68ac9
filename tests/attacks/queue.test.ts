import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { createSes, createSesClient } from '#environment/ses.ts';
import { buildReport } from '#feedback/build-report.ts';
import { createRecord } from '#feedback/record.ts';
import { functions, queues } from '#infra/definition.ts';
import { MessageStore } from '#infra/local/stand-ins/queue/message-store.ts';
import type { MemoryTable } from '#store/memory-table.ts';
import { bulkRequest } from '../environment/bulk-request.ts';
import { startStub } from '../environment/ses-stub.ts';
import {
  batchOf,
  click,
  conversion,
  createFeedbackWorld,
  sesEvent,
  T,
} from '../feedback/feedback-world.ts';
import { HOUR, MINUTE, SUPPRESSION_KEY, World } from '../runner/world.ts';
import { walkSurface } from './walk.ts';

// Volley sends from no queue: the only one carries feedback. What an entry says of a message that
// starts a window is tried on the runner, which is what would be started twice.

const START = Date.parse('2027-03-04T19:59:00Z');

async function aBurst(readers: number): Promise<World> {
  const world = new World(START);
  await world.addReaders('members', readers);
  await world.plan({ burst: 'b', at: START + MINUTE });
  return world;
}

function twice(world: World): number {
  const addresses = world.called('b').map(({ address }) => address);
  return addresses.length - new Set(addresses).size;
}

/** A queue and its dead letters as the stand-in keeps them, with time that is moved by hand. */
function aQueue() {
  const folder = mkdtempSync(join(tmpdir(), 'volley-attacks-'));
  const [definition] = queues;
  const visibilityMs = (definition?.visibilitySeconds ?? 0) * 1_000;
  let now = T;
  const dead = new MessageStore({ file: join(folder, 'dead.jsonl'), now: () => now });
  const live = new MessageStore({
    file: join(folder, 'live.jsonl'),
    now: () => now,
    receivesMax: definition?.receivesMax ?? 0,
    deadLetter: dead,
  });
  onTestFinished(() => {
    live.close();
    dead.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return {
    live,
    dead,
    /** Hands everything out until nothing is left; whoever fails comes again after its time. */
    async drain(record: ReturnType<typeof createRecord>) {
      for (;;) {
        const taken = live.receive(10_000, visibilityMs);
        if (taken.length === 0 && live.counts().inFlight === 0) return;
        const failed = await record(taken.map(({ id, body }) => ({ messageId: id, body })));
        for (const { id, handle } of taken) if (!failed.includes(id)) live.remove(handle ?? '');
        now += visibilityMs + 1;
      }
    },
  };
}

walkSurface('queue', {
  'QU-01': async (attack) => {
    const { world, record } = await createFeedbackWorld();
    const { live, dead, drain } = aQueue();
    const staging = JSON.stringify(click({ burst: 'of-the-staging-environment' }));
    const bodies = (attack.input as { body: string }[]).map(({ body }) =>
      body.startsWith('a message of') ? staging : body,
    );
    live.send([...bodies, JSON.stringify(click({ ordinal: 3 }))]);
    await drain(record);
    // Of another environment: counted nowhere and gone. The others were tried and set aside.
    expect(dead.counts().ready).toBe(3);
    expect(live.counts().ready).toBe(attack.check?.blocked);
    const report = await buildReport(world.table, world.burst, world.now);
    expect(report.legs[0]?.calls.reduce((sum, call) => sum + call.humanClicks, 0)).toBe(1);
    expect(world.logged).toContainEqual(
      expect.objectContaining({ event: 'feedback_ignored', foreign: 1 }),
    );
  },
  'QU-02': async (attack) => {
    const { world, ports, record } = await createFeedbackWorld({ recipients: 100 });
    const asWindows = (attack.input as object[]).map((one, place) => ({
      messageId: `w${place}`,
      body: JSON.stringify(one),
    }));
    const asEvents = batchOf([click({ ordinal: -1 }), click({ ordinal: 1_000_000_000 })]);
    const failed = await record([...asWindows, ...asEvents]);
    expect(failed.toSorted()).toEqual(
      [...asWindows, ...asEvents].map(({ messageId }) => messageId).toSorted(),
    );
    expect(world.logged.filter(({ event }) => event === 'message_poison')).toHaveLength(5);
    const report = await buildReport(world.table, world.burst, T + HOUR);
    expect(report.legs[0]?.calls.reduce((sum, call) => sum + call.humanClicks, 0)).toBe(0);
    // Whoever takes from the queue has nothing to send with: neither a port nor a permission.
    expect(Object.keys(ports).sort()).toEqual(['id', 'log', 'now', 'suppressionKey', 'table']);
    const grants = functions.find(({ name }) => name === 'record')?.grants ?? [];
    const mayActOutside = grants.filter(({ action }) => /^(?:ses|lambda|sns):/.test(action));
    expect(mayActOutside).toHaveLength(Number(attack.check?.sends));
  },
  'QU-03': async (attack) => {
    const world = await aBurst(300);
    const until = START + 10 * MINUTE;
    await Promise.all(Array.from({ length: 4 }, () => world.run(until)));
    for (let again = 0; again < 6; again += 1) await world.run(world.now() + MINUTE);
    expect(twice(world)).toBe(attack.check?.twice);
    expect(world.called('b')).toHaveLength(300);
    const feedback = await createFeedbackWorld();
    const batch = batchOf([click({ ordinal: 3 })]);
    await Promise.all(Array.from({ length: 4 }, () => feedback.record(batch)));
    for (let again = 0; again < 6; again += 1) await feedback.record(batch);
    const report = await buildReport(feedback.world.table, feedback.world.burst, T + HOUR);
    expect(report.legs[0]?.calls.reduce((sum, call) => sum + call.humanClicks, 0)).toBe(1);
  },
  'QU-04': async (attack) => {
    const world = await aBurst(300);
    const first: number[] = [];
    world.onCall = async ({ addressees }) => {
      if (first.length > 0) return undefined;
      first.push(...addressees.map(({ ordinal }) => ordinal));
      // Longer than any lease: somebody else takes over while this call is under way.
      await world.clock.sleep(5 * MINUTE);
      return undefined;
    };
    await Promise.all([world.run(START + 30 * MINUTE), world.run(START + 30 * MINUTE)]);
    expect(first.length).toBeGreaterThan(0);
    expect(twice(world)).toBe(attack.check?.twice);
    const called = new Set(world.called('b').map(({ ordinal }) => ordinal));
    const outcomes = await world.outcomes('b');
    const known = new Map(outcomes.map(({ ordinal, state }) => [ordinal, state]));
    for (const ordinal of first) {
      expect(['accepted', 'in_doubt', 'unproven']).toContain(known.get(ordinal) ?? 'accepted');
    }
    for (let ordinal = 0; ordinal < 300; ordinal += 1) {
      expect(called.has(ordinal) || known.has(ordinal)).toBe(true);
    }
  },
  'QU-05': async (attack) => {
    let isDown = true;
    const { world, record } = await createFeedbackWorld({
      through: (table) => ({
        ...bound(table),
        put: (item, condition) =>
          isDown ? Promise.reject(new Error('down')) : table.put(item, condition),
      }),
    });
    const { live, dead, drain } = aQueue();
    const events = [
      sesEvent({ eventType: 'Send', ordinal: 3 }),
      sesEvent({ eventType: 'Delivery', ordinal: 3, at: T }),
      click({ ordinal: 3 }),
      conversion({ ordinal: 3, value: 5 }),
    ];
    const bodies = batchOf(events).map(({ body }) => body);
    live.send(bodies);
    await drain(record);
    expect(dead.counts().ready).toBe(bodies.length);
    isDown = false;
    const letters = dead.receive(100, 1_000);
    const reports: unknown[] = [];
    for (let time = 0; time < 2; time += 1) {
      live.send(letters.map(({ body }) => body));
      await drain(record);
      reports.push(await buildReport(world.table, world.burst, T + HOUR));
    }
    expect(reports[1]).toEqual(reports[0]);
    expect(JSON.stringify(reports[0])).toContain('"humanClicks":1');
    const grants = functions.find(({ name }) => name === 'record')?.grants ?? [];
    expect(grants.filter(({ action }) => action.startsWith('ses:'))).toHaveLength(
      Number(attack.check?.sends),
    );
  },
  'QU-07': async (attack) => {
    // The client, over HTTP: what was accepted is not sent again because the answer was lost.
    const stub = await startStub((_asked, response) => response.destroy());
    onTestFinished(() => stub.stop());
    const credentials = async () => ({ accessKeyId: 'local', secretAccessKey: 'local' });
    const region = 'eu-west-1';
    const ses = createSes(createSesClient({ region, credentials, endpoint: stub.url }));
    await expect(ses.sendBulk(bulkRequest(2), { timeoutMs: 2_000 })).rejects.toMatchObject({
      code: 'ses_unanswered',
    });
    expect(stub.asked).toHaveLength(Number(attack.check?.provider_calls));
    // The ledger: in doubt until SES tells of each.
    const world = await aBurst(60);
    const lost: number[] = [];
    world.onCall = async ({ addressees }) => {
      if (lost.length > 0) return undefined;
      lost.push(...addressees.map(({ ordinal }) => ordinal));
      return { kind: 'unknown', reason: 'no answer' };
    };
    await world.run(START + 3 * MINUTE);
    const states = async () =>
      (await world.outcomes('b')).filter(({ ordinal }) => lost.includes(ordinal));
    expect((await states()).map(({ state }) => state)).toEqual(lost.map(() => 'in_doubt'));
    let marks = 0;
    const record = createRecord({
      table: world.table,
      now: () => world.now(),
      id: () => `f-${++marks}`,
      suppressionKey: async () => SUPPRESSION_KEY,
      log: { info: () => {}, warn: () => {}, error: () => {} },
    });
    const calls = new Map(world.called('b').map(({ ordinal, call }) => [ordinal, call]));
    const told = lost.map((ordinal) => {
      const call = calls.get(ordinal) ?? '';
      return sesEvent({ eventType: 'Send', burst: 'b', ordinal, call, at: world.now() });
    });
    expect(await record(batchOf(told))).toEqual([]);
    await world.run(world.now() + 2 * HOUR);
    expect((await states()).map(({ state }) => state)).toEqual(lost.map(() => 'accepted'));
    expect(twice(world)).toBe(0);
  },
});

function bound(table: MemoryTable) {
  return {
    get: table.get.bind(table),
    query: table.query.bind(table),
    update: table.update.bind(table),
    delete: table.delete.bind(table),
  };
}

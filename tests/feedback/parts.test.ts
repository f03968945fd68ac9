import { describe, expect, test } from 'vitest';
import type { MailGateway } from '#domain/mail-gateway.ts';
import type { Member } from '#domain/manifest.ts';
import { register } from '#domain/registration.ts';
import { buildExport, buildReport } from '#feedback/build-report.ts';
import { createMeasure } from '#feedback/measure.ts';
import { reportOf } from '#feedback/report-of.ts';
import { saveMailDomain } from '#store/mail-domains.ts';
import { saveManifestChunk, saveManifestHead } from '#store/manifests.ts';
import { loadTallies } from '#store/tallies.ts';
import { BURST, batchOf, click, createFeedbackWorld, HOUR, sesEvent, T } from './feedback-world.ts';

const CHUNK = 500;
const MINUTE = 60_000;
const CALLS = ['seat', 'demo'];
const allocation = CALLS.map((call) => ({ call, weight: 1 }));
const callAt = (ordinal: number) => CALLS[ordinal % 2] ?? 'seat';

interface Given {
  readonly recipients: number;
  readonly domain: (ordinal: number) => string;
  readonly segments?: (ordinal: number) => number;
  readonly chunks?: number;
}

/** A burst that was sent to a frozen list, split evenly over two calls. */
async function listed({ recipients, domain, segments = () => 0, chunks = 99 }: Given) {
  const leg = {
    leg: 'email',
    channel: 'email',
    design: 'randomised' as const,
    weights: allocation,
  };
  const registration = register({
    metric: 'click',
    windowMs: 48 * HOUR,
    legs: [{ ...leg, segments: ['young', 'donors'] }],
  });
  const one = await createFeedbackWorld({ recipients, plan: { registration } });
  const { table } = one.world;
  const stored = Math.min(recipients, chunks * CHUNK);
  const members = Array.from({ length: stored }, (_, ordinal): Member => {
    const bits = segments(ordinal);
    const base = { ordinal, address: `p${ordinal}@${domain(ordinal)}`, fields: {} };
    return bits === 0 ? base : { ...base, segments: bits };
  });
  for (let chunk = 0; chunk * CHUNK < stored; chunk += 1) {
    const some = members.slice(chunk * CHUNK, (chunk + 1) * CHUNK);
    await saveManifestChunk(table, BURST, 'f1', chunk, some);
  }
  const head = {
    burst: BURST,
    revision: 0,
    nonce: 'n',
    freeze: 'f1',
    contentHash: one.world.burst.contentHash,
    recipients,
    chunkRecipients: CHUNK,
    frozenAt: T,
    legs: [{ leg: 'email', from: 0, sendableTo: recipients, to: recipients, allocation }],
    lanes: [{ lane: 0, leg: 'email', from: 0, to: recipients }],
    perSecond: 100,
    heldBack: {},
    digest: 'd',
  };
  await saveManifestHead(table, undefined, head, 'n');
  return one;
}

type World = Awaited<ReturnType<typeof listed>>;

async function deliver({ record }: World, ordinals: readonly number[]): Promise<void> {
  const events = ordinals.map((ordinal) =>
    sesEvent({ eventType: 'Delivery', ordinal, call: callAt(ordinal) }),
  );
  await record(batchOf(events));
}

const upTo = (count: number) => Array.from({ length: count }, (_, place) => place);

async function know({ world }: World, gateways: Record<string, MailGateway>): Promise<void> {
  for (const [domain, gateway] of Object.entries(gateways)) {
    await saveMailDomain(world.table, { domain, gateway, at: T });
  }
}

async function measuredAt(one: World, at: number) {
  one.world.now = at;
  await createMeasure(one.ports)();
  return (await loadTallies(one.world.table, BURST)).parts;
}

describe('mailbox providers', () => {
  const domains = ['gmail.example', 'firm.example', 'own.example', 'tiny.example'];

  test('are who takes the mail; small domains stand together, unnamed', async () => {
    const one = await listed({
      recipients: 1_600,
      domain: (at) => (at < 3 ? 'tiny.example' : (domains[Math.floor(at / 2) % 3] ?? '')),
    });
    await know(one, { 'gmail.example': 'google', 'firm.example': 'google', 'own.example': 'own' });
    await deliver(one, upTo(1_600));
    const parts = await measuredAt(one, T + HOUR);
    expect(parts).toMatchObject({ recipients: 1_600, looked: 1_600, countedAt: T + HOUR });
    expect(parts?.providers.map(({ name }) => name)).toEqual(['google', 'own.example', 'others']);
    const sums = parts?.providers.map(({ exposed }) => Object.values(exposed));
    expect(sums?.flat().reduce((sum, count) => sum + count, 0)).toBe(1_600);
    expect(parts?.providers[2]?.exposed).toEqual({ 'email/demo': 1, 'email/seat': 2 });
  });

  test('one that lets only one call through voids the comparison, and is named', async () => {
    const one = await listed({
      recipients: 2_000,
      domain: (at) => (at < 1_000 ? 'gmail.example' : 'firm.example'),
    });
    await know(one, { 'gmail.example': 'google', 'firm.example': 'microsoft' });
    // As many of each call in all: google lets few of one through, microsoft few of the other.
    const isThrough = (at: number) => (at % 2 === 0) === at < 1_000 || at % 5 === 0;
    await deliver(one, upTo(2_000).filter(isThrough));
    const clicked = upTo(2_000).filter((at) => isThrough(at) && at % 3 === 0 && at % 2 === 0);
    await one.record(batchOf(clicked.map((ordinal) => click({ ordinal, call: 'seat' }))));
    const before = await buildReport(one.world.table, one.world.burst, T + 40 * HOUR);
    expect(before.legs[0]?.verdict.status).toBe('winner');
    await measuredAt(one, T + 40 * HOUR);
    const report = await buildReport(one.world.table, one.world.burst, T + 40 * HOUR);
    const verdict = report.legs[0]?.verdict;
    expect(verdict).toMatchObject({ status: 'invalid', reason: 'srm', winner: null });
    expect(verdict?.words.sure).toMatch(/the split moved at google, microsoft\./);
    // Nobody was named before everybody had been looked through.
    expect((await loadTallies(one.world.table, BURST)).winners).toEqual([]);
  });

  test('a list that was taken away leaves a report without them', async () => {
    const one = await listed({ recipients: 1_000, domain: () => 'gmail.example', chunks: 1 });
    await deliver(one, upTo(1_000));
    const parts = await measuredAt(one, T + HOUR);
    expect(parts?.providers).toEqual([
      { name: 'gmail.example', exposed: { 'email/demo': 250, 'email/seat': 250 } },
    ]);
  });
});

describe('segments', () => {
  async function angered() {
    const one = await listed({
      recipients: 2_000,
      domain: () => 'gmail.example',
      // Every fourth person is young, the first half donors.
      segments: (at) => (at % 8 < 2 ? 1 : 0) | (at < 1_000 ? 2 : 0),
    });
    await deliver(one, upTo(2_000));
    const young = upTo(2_000)
      .filter((at) => at % 8 === 1)
      .slice(0, 16);
    const others = upTo(2_000).filter((at) => at % 120 === 4);
    const complaints = [...young, ...others].map((ordinal) =>
      sesEvent({ eventType: 'Complaint', ordinal, call: callAt(ordinal) }),
    );
    await one.record(batchOf(complaints));
    return one;
  }

  test('say whom a call drives away, though nobody is driven away on the whole', async () => {
    const one = await angered();
    const parts = await measuredAt(one, T + HOUR);
    expect(parts?.segments.map(({ segment }) => segment)).toEqual(['donors', 'young']);
    const report = await buildReport(one.world.table, one.world.burst, T + HOUR);
    expect(report.legs[0]?.harm).toEqual([
      '“See it”: 6.4 % complained in the segment young (16 of 250), more than chance explains beside the other calls.',
    ]);
    expect(report.parts).toEqual({ asOf: T + HOUR, looked: 2_000, recipients: 2_000 });
  });

  test('stand in the export, which gives the same bytes again', async () => {
    const one = await angered();
    await measuredAt(one, T + 48 * HOUR);
    const { table, burst } = one.world;
    const exported = await buildExport(table, { ...burst, state: 'decided' }, T + 49 * HOUR);
    expect(exported.basis.finalRead).toBe(true);
    expect(exported.basis.parts?.countedAt).toBe(T + 48 * HOUR);
    const again = reportOf(JSON.parse(JSON.stringify(exported.basis)));
    expect(JSON.stringify(again)).toBe(JSON.stringify(exported.report));
  });
});

test('where later waves were split otherwise, a provider is held to what each wave had planned', async () => {
  const one = await listed({ recipients: 400, domain: () => 'gmail.example' });
  await deliver(one, upTo(400));
  await measuredAt(one, T + HOUR);
  const { basis } = await buildExport(one.world.table, one.world.burst, T + HOUR);
  const exposed = {
    'email/seat': 190,
    'email/seat#0': 100,
    'email/seat#1': 90,
    'email/demo': 110,
    'email/demo#0': 100,
    'email/demo#1': 10,
  };
  const later = [
    { call: 'seat', weight: 9 },
    { call: 'demo', weight: 1 },
  ];
  const { comparison } = reportOf({
    ...basis,
    waves: [{ leg: 'email', waves: [{ allocation }, { allocation: later }] }],
    parts: {
      countedAt: T,
      recipients: 400,
      looked: 400,
      segments: [],
      providers: [{ name: 'google', exposed }],
    },
  });
  if ('refused' in comparison) throw new Error('nothing was compared');
  expect(comparison.input.channels.find(({ channel }) => channel === 'email')?.providers).toEqual([
    { name: 'google', exposures: [190, 110], weights: [190, 110] },
  ]);
});

describe('everybody is looked through', () => {
  test('ten minutes after the send, then ever more rarely', async () => {
    const one = await listed({ recipients: 500, domain: () => 'gmail.example' });
    await deliver(one, upTo(500));
    const counted = new Set<number>();
    for (let at = T + MINUTE; at < T + 47 * HOUR; at += 7 * MINUTE) {
      const parts = await measuredAt(one, at);
      if (parts) counted.add((parts.countedAt - T) / MINUTE);
    }
    const ages = [...counted];
    expect(ages[0]).toBe(15);
    expect(ages.length).toBeLessThanOrEqual(15);
    for (const [place, age] of ages.slice(1).entries()) {
      expect(age).toBeGreaterThanOrEqual(1.5 * (ages[place] ?? 0));
    }
  });

  test('by reading alone: one small item is written, whatever the size of the list', async () => {
    const one = await listed({ recipients: 2_000, domain: (at) => `d${at % 7}.example` });
    await deliver(one, upTo(2_000));
    await measuredAt(one, T + 9 * MINUTE);
    const { meter } = one.world.table;
    meter.reset();
    await measuredAt(one, T + 11 * MINUTE);
    expect(meter.writeUnits).toBeLessThanOrEqual(1);
  });

  test('in an even sample, where there are more than half a million', async () => {
    const recipients = 510_000;
    const one = await listed({ recipients, domain: () => 'gmail.example', chunks: 4 });
    await deliver(one, upTo(2_000));
    const parts = await measuredAt(one, T + HOUR);
    // Every other chunk: of the four that are there, the first and the third.
    expect(parts).toMatchObject({ recipients, looked: 1_000 });
    expect(parts?.providers).toEqual([
      { name: 'gmail.example', exposed: { 'email/demo': 500, 'email/seat': 500 } },
    ]);
  });

  test('not at all where nothing is compared', async () => {
    const one = await createFeedbackWorld();
    one.world.now = T + HOUR;
    await createMeasure(one.ports)();
    expect((await loadTallies(one.world.table, BURST)).parts).toBeUndefined();
  });
});

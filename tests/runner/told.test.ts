// Whoever was held back is counted by reason, and what became of a person can be told.

import { describe, expect, test } from 'vitest';
import type { CommandContext } from '#commands/context.ts';
import { progressOf, readLedger } from '#commands/progress.ts';
import { showPerson } from '#commands/show-person.ts';
import { HOUR, MINUTE, SUPPRESSION_KEY, World } from './world.ts';

const START = Date.parse('2027-03-04T12:00:00Z');
const T = START + 10 * MINUTE;
const consent = { at: START - HOUR, source: 'form', withdrawnAt: START };

function contextOf(world: World): CommandContext {
  return {
    table: world.table,
    clock: world.clock,
    principal: { name: 'ana', scopes: new Set(['operator']) },
    suppressionKey: async () => SUPPRESSION_KEY,
  } as unknown as CommandContext;
}

/** Somebody for every reason: 100 readers, half of them asleep, and a few held back for others. */
async function everyReason(inside: 'hold_back' | 'release_after'): Promise<World> {
  const world = new World(START);
  await world.addReaders('early', 3);
  await world.plan({ burst: 'early', at: START + 2 * MINUTE, legs: [{ audience: 'early' }] });
  await world.addReaders('members', 100, (n) => (n % 2 ? 'Asia/Tokyo' : 'Europe/Paris'));
  await world.addContacts('members', [
    { id: 'x1', address: 'withdrawn@example.org', consent: { email: consent } },
    { id: 'x2', address: 'suppressed@example.org' },
    { id: 'x3', address: 'READER-50@example.org' },
    { id: 'x4', address: 'leaver@example.org', zone: 'Europe/Paris' },
  ]);
  await world.suppress('suppressed@example.org', 'bounced');
  const quietHours = { from: '20:00', to: '08:00', inside };
  const frequencyCap = { messages: 1, withinMs: HOUR };
  await world.run(START + 3 * MINUTE);
  await world.plan({ burst: 'one', at: T, legs: [{ quietHours }], frequencyCap });
  await world.run(T - MINUTE);
  await world.suppress('leaver@example.org', 'unsubscribed');
  await world.run(T + 5 * MINUTE);
  return world;
}

async function progress(world: World) {
  const burst = await world.load('one');
  return progressOf(burst, await readLedger(world.table, burst), world.now());
}

const sumOf = (counts: { readonly [reason: string]: number }) =>
  Object.values(counts).reduce((sum, count) => sum + count, 0);

describe('held back', () => {
  test('everybody is counted under a reason, and all counts add up to the audience', async () => {
    const counts = await progress(await everyReason('hold_back'));
    expect(counts.heldBackByReason).toEqual({
      quiet_hours: 49,
      frequency_cap: 3,
      consent_withdrawn: 1,
      same_address: 1,
      suppressed: 1,
      unsubscribed: 1,
    });
    expect(sumOf(counts.heldBackByReason)).toBe(counts.heldBack);
    expect(sumOf(counts.heldBackAtFreeze)).toBe(6);
    expect(counts.recipients).toBe(104);
    expect(counts.accepted).toBe(48);
    expect(counts.accepted + counts.heldBack).toBe(104);
    expect(counts.kept).toBeUndefined();
  });

  test('whoever is kept remains, with the moment of release', async () => {
    const counts = await progress(await everyReason('release_after'));
    const nextAt = Date.parse('2027-03-04T23:00:00Z');
    expect(counts).toMatchObject({ accepted: 48, remaining: 49, kept: { recipients: 49, nextAt } });
    expect(counts.accepted + counts.heldBack + counts.remaining).toBe(104);
  });
});

describe('what became of a person', () => {
  test.each([
    { address: 'Reader-50@Example.org', want: ['accepted', 'held_back same_address'] },
    { address: 'withdrawn@example.org', want: ['held_back consent_withdrawn'] },
    { address: 'suppressed@example.org', want: ['held_back suppressed'] },
    { address: 'leaver@example.org', want: ['held_back unsubscribed'] },
    { address: 'reader-1@example.org', want: ['held_back frequency_cap'] },
    { address: 'reader-51@example.org', want: ['not_called quiet_hours'] },
    { address: 'stranger@example.org', want: [] },
  ])('$address: $want', async ({ address, want }) => {
    const world = await everyReason('release_after');
    const shown = await showPerson(contextOf(world), { burst: 'one', address });
    const texts = shown.entries.map(({ state, reason }) => [state, reason].join(' ').trim());
    expect(texts.toSorted()).toEqual(want);
    expect(JSON.stringify(shown)).not.toContain('@');
  });

  test('it is told which call they get and when, and which order stands against them', async () => {
    const world = await everyReason('release_after');
    const asleep = { burst: 'one', address: 'reader-51@example.org' };
    const shown = await showPerson(contextOf(world), asleep);
    const releaseAt = Date.parse('2027-03-04T23:00:00Z');
    expect(shown.entries).toMatchObject([{ leg: 'email', releaseAt, events: [] }]);
    expect(['trial', 'demo']).toContain(shown.entries[0]?.call);
    await world.run(releaseAt + 5 * MINUTE);
    const called = world.called('one').find((one) => one.address === asleep.address);
    const after = await showPerson(contextOf(world), asleep);
    expect(after.entries).toMatchObject([{ state: 'accepted', call: called?.call }]);
    const bounced = { burst: 'one', address: 'suppressed@example.org' };
    expect(await showPerson(contextOf(world), bounced)).toMatchObject({
      suppressed: { reason: 'bounced' },
    });
  });

  test('before the freeze nothing can be told', async () => {
    const world = new World(START);
    await world.plan({ burst: 'one', at: T });
    const asking = showPerson(contextOf(world), { burst: 'one', address: 'ana@example.org' });
    await expect(asking).rejects.toMatchObject({ code: 'not_frozen' });
  });
});

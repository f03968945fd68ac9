import { describe, expect, test } from 'vitest';
import { limits } from '#domain/limits.ts';
import type { RunnerPorts } from '#runner/ports.ts';
import { RateShare, withShare } from '#runner/rate-share.ts';
import { MemoryTable } from '#store/memory-table.ts';
import { loadRateLease, type RateLease } from '#store/rate-leases.ts';
import { RunnerWorld } from './runner-world.ts';

const QUOTA = 100;

async function portsOf(): Promise<RunnerPorts> {
  const { ports } = await RunnerWorld.open({ recipients: 1, perSecond: QUOTA });
  return { ...ports, table: new MemoryTable() };
}

function shareOf(ports: RunnerPorts, holder: string, recipients = 10_000, epoch = 1): RateShare {
  return new RateShare(ports, { holder, epoch, quotaPerSecond: QUOTA, recipients });
}

/** Renews all of them, in turn, as time goes on. */
async function settle(ports: RunnerPorts, shares: readonly RateShare[]): Promise<void> {
  for (let round = 0; round < 8; round += 1) {
    await ports.clock.sleep(limits.rateShareMs / 6);
    for (const share of shares) await share.keep();
  }
}

describe('shares of one quota', () => {
  test('one burst alone has all of it', async () => {
    const ports = await portsOf();
    const share = shareOf(ports, 'one');
    await share.keep();
    expect(share.perSecond).toBe(QUOTA);
  });

  test('two have half each once the first has made room, and never more than all', async () => {
    const ports = await portsOf();
    const one = shareOf(ports, 'one');
    const two = shareOf(ports, 'two');
    await one.keep();
    await two.keep();
    expect(one.perSecond + two.perSecond).toBeLessThanOrEqual(QUOTA);
    await settle(ports, [one, two]);
    expect([one.perSecond, two.perSecond]).toEqual([QUOTA / 2, QUOTA / 2]);
  });

  test('what a small burst cannot use is left to the others', async () => {
    const ports = await portsOf();
    const small = shareOf(ports, 'small', 10);
    const large = shareOf(ports, 'large');
    await settle(ports, [small, large]);
    expect([small.perSecond, large.perSecond]).toEqual([10, QUOTA - 10]);
  });

  test('a runner whose burst another one holds by now neither renews its share nor gives it up', async () => {
    const ports = await portsOf();
    const asleep = shareOf(ports, 'one');
    const awake = shareOf(ports, 'one', 10_000, 2);
    const other = shareOf(ports, 'two');
    await asleep.keep();
    await awake.keep();
    await other.keep();
    expect([awake.perSecond, other.perSecond]).toEqual([QUOTA, 0]);
    await ports.clock.sleep(limits.rateShareMs / 6);
    await asleep.keep();
    await asleep.giveUp();
    await other.keep();
    // Had the old runner made room in the name of the burst, both would send at once.
    expect([asleep.perSecond, awake.perSecond, other.perSecond]).toEqual([0, QUOTA, 0]);
  });

  test('a share that is not renewed lapses', async () => {
    const ports = await portsOf();
    const share = shareOf(ports, 'one');
    await share.keep();
    await ports.clock.sleep(limits.rateShareMs + 1);
    expect(share.perSecond).toBe(0);
  });

  test('given up, it is free at once', async () => {
    const ports = await portsOf();
    const one = shareOf(ports, 'one');
    await one.keep();
    await one.giveUp();
    expect(one.perSecond).toBe(0);
    const two = shareOf(ports, 'two');
    await two.keep();
    expect(two.perSecond).toBe(QUOTA);
  });

  test('a runner that wakes up late does not give up the share of its successor', async () => {
    const ports = await portsOf();
    const zombie = shareOf(ports, 'burst');
    await zombie.keep();
    await ports.clock.sleep(5_000);
    const successor = shareOf(ports, 'burst', 10_000, 2);
    await successor.keep();
    await zombie.giveUp();
    const other = shareOf(ports, 'other');
    await other.keep();
    expect(successor.perSecond + other.perSecond).toBeLessThanOrEqual(QUOTA);
    const lease = await loadRateLease(ports.table, ports.account);
    expect(lease?.leases.map(({ holder }) => holder)).toContain('burst');
  });
});

test('whatever is asked for in whatever order, shares never add up to more than the quota', () => {
  let lease: RateLease | undefined;
  let state = 7;
  const chance = (): number => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
  for (let step = 0; step < 2_000; step += 1) {
    const now = step * 1_000;
    const request = {
      holder: `burst-${Math.floor(chance() * 6)}`,
      wanted: 1 + chance() * 200,
      perSecond: QUOTA,
      epoch: 1,
      until: now + limits.rateShareMs,
    };
    lease = withShare(lease, 'account', request, now).lease;
    const sum = lease.leases.reduce((all, one) => all + one.perSecond, 0);
    expect(sum).toBeLessThanOrEqual(QUOTA + 1e-9);
  }
});

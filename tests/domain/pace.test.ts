import { describe, expect, test } from 'vitest';
import { callSize } from '#domain/lane.ts';
import { Pace, type Slot } from '#domain/pace.ts';
import { type PaceLike, type RunOptions, runPaced } from './paced-run.ts';

const RATES = [1, 1.5, 2, 3, 5, 7, 10, 14, 20, 50, 140, 150, 200, 285, 300, 1_000, 3_000, 10_000];

/** Long enough that a single throttled recipient weighs less than the share that is allowed. */
function secondsFor(rate: number): number {
  if (rate < 4) return 900;
  return rate < 50 ? 300 : 120;
}

function run(rate: number, limit: number, more: Partial<RunOptions> = {}) {
  return runPaced({
    stated: rate,
    limitAt: () => limit,
    seconds: secondsFor(rate),
    seed: 1,
    makePace: (stated) => new Pace(stated),
    ...more,
  });
}

describe('an account that allows what it states', () => {
  test.each(RATES)('%d a second: at least 98 per cent used, nobody throttled', (rate) => {
    for (const seed of [1, 2, 3]) {
      const { throttled, used } = run(rate, rate, { seed });
      expect(throttled).toBe(0);
      expect(used(0)).toBeGreaterThanOrEqual(0.98);
    }
  });
});

describe('an account that allows 30 % less than it states', () => {
  test.each(RATES)('%d a second: found within 30 s, at most one per cent throttled', (rate) => {
    for (const seed of [1, 2, 3]) {
      const { throttledShare, used } = run(rate, rate * 0.7, { seed });
      expect(throttledShare).toBeLessThanOrEqual(0.01);
      expect(used(30)).toBeGreaterThanOrEqual(0.95);
    }
  });

  test.each([14, 300, 10_000])('%d a second: also where whole calls are refused', (rate) => {
    const { throttledShare, used } = run(rate, rate * 0.7, { wholeShare: 0.3 });
    expect(throttledShare).toBeLessThanOrEqual(0.01);
    expect(used(30)).toBeGreaterThanOrEqual(0.95);
  });

  test('a pace that only knows what is stated has a third of its calls throttled', () => {
    const naive = run(300, 210, { makePace: (stated) => new StatedPace(stated) });
    expect(naive.throttledShare).toBeGreaterThan(0.2);
  });

  test('a pace that halves its rate and creeps up again leaves the limit unused', () => {
    const halving = run(300, 210, { makePace: (stated) => new HalvingPace(stated) });
    expect(halving.used(30)).toBeLessThan(0.95);
  });
});

describe('a limit that changes', () => {
  test('falls to half: at most 1 % throttled, 90 % of it used afterwards', () => {
    const limitAt = (second: number) => (second < 60 ? 300 : 150);
    const { throttledShare, used } = run(300, 300, { limitAt, seconds: 180 });
    expect(throttledShare).toBeLessThanOrEqual(0.01);
    expect(used(90)).toBeGreaterThanOrEqual(0.9);
  });

  test('comes back: all of it is used again within five minutes', () => {
    const limitAt = (second: number) => (second < 60 ? 200 : 300);
    const { throttledShare, used } = run(300, 300, { limitAt, seconds: 480 });
    expect(throttledShare).toBeLessThanOrEqual(0.01);
    expect(used(360)).toBeGreaterThanOrEqual(0.98);
  });
});

describe('slots', () => {
  test('are spaced by what they hold', () => {
    const pace = new Pace(100);
    const first = pace.take(50, 1_000);
    const second = pace.take(50, 1_000);
    expect(first.at).toBe(1_000);
    expect(second.at - first.at).toBeCloseTo(305, 0);
  });

  test('of one a second are never closer than a second, however late one was', () => {
    const pace = new Pace(1);
    const first = pace.take(1, 0);
    pace.started(first, 0);
    const late = pace.take(1, 1_800);
    pace.started(late, 1_800);
    expect(pace.take(1, 2_000).at - 1_800).toBeGreaterThanOrEqual(1_000);
  });

  test('that were given back may be taken again', () => {
    const pace = new Pace(100);
    pace.take(50, 0);
    const given = pace.take(50, 0);
    pace.giveBack(given, 0);
    expect(pace.take(50, 0).at).toBe(given.at);
  });

  test('that wait move on when an earlier call is throttled', () => {
    const pace = new Pace(10);
    const early = startNow(pace, 5, 0);
    const waiting = pace.take(5, 0);
    const before = waiting.at;
    pace.answered(early, { accepted: 1, throttled: 4 }, 450);
    expect(waiting.at).toBeGreaterThan(before);
    expect(pace.perSecond).toBeLessThan(9.9);
  });

  test('come back to half of the stated rate minutes after throttling has passed, however deep it was', () => {
    const pace = new Pace(30);
    let now = 0;
    const call = (throttled: boolean): void => {
      const slot = pace.take(1, now);
      now = Math.max(now, slot.at);
      pace.started(slot, now);
      now += 50;
      pace.answered(slot, { accepted: throttled ? 0 : 1, throttled: throttled ? 1 : 0 }, now);
    };
    while (now < 60_000) call(true);
    expect(pace.perSecond).toBeLessThan(1);
    const passedAt = now;
    while (pace.perSecond < 15) call(false);
    expect(now - passedAt).toBeLessThan(6 * 60_000);
  });

  test('an entry that nobody knows about slows nothing down', () => {
    const pace = new Pace(10);
    pace.answered(startNow(pace, 5, 0), { accepted: 0, throttled: 0 }, 200);
    expect(pace.perSecond).toBeCloseTo(9.9, 5);
  });

  test('wait while the provider is in trouble, at the same rate afterwards', () => {
    const pace = new Pace(10);
    const waiting = pace.take(5, 0);
    pace.pause(3_000, 0);
    expect(waiting.at).toBe(3_000);
    expect(pace.perSecond).toBeCloseTo(9.9, 5);
  });

  test('come as soon as there is a share of the quota at all', () => {
    const pace = new Pace(0);
    pace.share(100);
    pace.take(50, 0);
    expect(pace.take(50, 0).at).toBeCloseTo(305, 0);
  });

  test('met much too late are worth nothing: whoever has one takes another', () => {
    const pace = new Pace(14);
    const slot = pace.take(7, 0);
    expect(pace.isLate(slot, slot.at + 100)).toBe(false);
    expect(pace.isLate(slot, slot.at + 2_000)).toBe(true);
    const other = pace.take(7, 0);
    pace.giveBack(slot, 2_000);
    expect(pace.take(7, 2_000).at).toBe(2_000);
    // The other one's time is over: giving it back makes room for nobody.
    pace.giveBack(other, 2_000);
    expect(pace.take(7, 2_000).at).toBeGreaterThan(2_250);
  });

  test('that were all met too late are taken anew one after another, also by a rate that was cut', () => {
    const pace = new Pace(7);
    const running = startNow(pace, 3, 0);
    const late = [1, 2, 3, 4].map(() => pace.take(3, 0));
    pace.answered(running, { accepted: 1, throttled: 2 }, 700);
    const apart = (3 / pace.perSecond) * 1_000;
    expect(apart).toBeGreaterThan(450);
    // A read that all of them waited for took long; each gives its slot back and takes another.
    const now = (late.at(-1)?.at ?? 0) + 300;
    const anew = late.map((slot) => {
      pace.giveBack(slot, now);
      return pace.take(3, now).at;
    });
    expect(anew[0]).toBe(now);
    for (const [index, at] of anew.entries()) {
      if (index > 1) expect(at - (anew[index - 1] ?? 0)).toBeCloseTo(apart, 5);
    }
    expect((anew[1] ?? 0) - now).toBeGreaterThan(apart - 201);
  });

  test('that are given back in time are used by whoever comes next, and nobody else’s is', () => {
    const pace = new Pace(7);
    const [first, second, third] = [1, 2, 3].map(() => pace.take(3, 0));
    pace.giveBack(first!, 0);
    const again = pace.take(3, 0).at;
    const behind = pace.take(3, 0).at;
    expect(again).toBe(first!.at);
    expect(behind - third!.at).toBeCloseTo(third!.at - second!.at, 5);
  });

  test('a smaller share of the quota spaces them further, a cut rate stays cut', () => {
    const pace = new Pace(100);
    pace.answered(startNow(pace, 50, 0), { accepted: 10, throttled: 40 }, 300);
    const cut = pace.perSecond;
    pace.share(50);
    expect(pace.perSecond).toBeCloseTo(cut / 2, 5);
  });
});

function startNow(pace: PaceLike, recipients: number, now: number): Slot {
  const slot = pace.take(recipients, now);
  pace.started(slot, now);
  return slot;
}

/** Even spacing by the stated rate, whatever the answers say. */
class StatedPace implements PaceLike {
  readonly perSecond: number;
  readonly callSize: number;
  #nextAt = 0;

  constructor(stated: number) {
    this.perSecond = stated;
    this.callSize = callSize(stated);
  }

  take(recipients: number, now: number): Slot {
    const at = Math.max(this.#nextAt, now);
    this.#nextAt = at + (recipients / this.perSecond) * 1_000;
    return { at, endsAt: this.#nextAt, recipients };
  }

  started(): void {}

  answered(): void {}
}

/** Additive increase, multiplicative decrease, as textbooks have it. */
class HalvingPace implements PaceLike {
  perSecond: number;
  readonly callSize: number;
  #nextAt = 0;
  #cutAt = 0;

  constructor(stated: number) {
    this.perSecond = stated;
    this.callSize = callSize(stated);
  }

  take(recipients: number, now: number): Slot {
    const at = Math.max(this.#nextAt, now);
    this.#nextAt = at + (recipients / this.perSecond) * 1_000;
    return { at, endsAt: this.#nextAt, recipients };
  }

  started(): void {}

  answered(_slot: Slot, { throttled }: { throttled: number }, now: number): void {
    if (throttled === 0) this.perSecond = Math.min(300, this.perSecond + 0.5);
    else if (now - this.#cutAt > 1_000) {
      this.perSecond /= 2;
      this.#cutAt = now;
    }
  }
}

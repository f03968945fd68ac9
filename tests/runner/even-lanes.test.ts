import { expect, test } from 'vitest';
import { EvenLanes } from '#runner/even-lanes.ts';

const lanes = [0, 1, 2].map((lane) => ({
  lane,
  leg: 'mail',
  from: lane * 1_000,
  to: (lane + 1) * 1_000,
}));

/** Wait of a lane's window after so many of its recipients, at 300 a second over three lanes. */
function waitOf(even: EvenLanes, lane: number, done: number): number {
  const from = lane * 1_000 + done;
  return even.waitMs({ from, to: from + 100 }, 300);
}

test('at the start nobody waits', () => {
  const even = new EvenLanes(lanes);
  expect([0, 1, 2].map((lane) => waitOf(even, lane, 0))).toEqual([0, 0, 0]);
});

test('whoever is ahead waits a little, whoever is behind never', () => {
  const even = new EvenLanes(lanes);
  for (const lane of [0, 1, 2]) waitOf(even, lane, 0);
  expect(waitOf(even, 0, 100)).toBe(300);
  expect(waitOf(even, 1, 100)).toBe(0);
  expect(waitOf(even, 2, 50)).toBe(0);
});

test('one lane that hangs keeps the others neither waiting nor long', () => {
  const even = new EvenLanes(lanes);
  for (const lane of [0, 1, 2]) waitOf(even, lane, 0);
  for (let done = 100; done < 900; done += 100) {
    expect(waitOf(even, 0, done)).toBeLessThanOrEqual(300);
    expect(waitOf(even, 1, done)).toBe(0);
  }
});

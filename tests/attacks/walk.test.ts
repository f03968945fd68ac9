import { expect, test } from 'vitest';
import { Refusal } from '#domain/faults.ts';
import { handlerOf, probe } from './walk.ts';

test('an entry that nobody answers fails by its name', () => {
  const attack = { id: 'XX-99', surface: 'x', class: 'y', input: {}, expected: 'refused' };
  expect(() => handlerOf(attack, {})).toThrow('XX-99');
  expect(handlerOf(attack, { 'XX-99': () => undefined })).toBeTypeOf('function');
});

test('a refusal and a value are both answers', async () => {
  const refusal = new Refusal('no', 'no');
  expect(await probe.refused(() => Promise.reject(refusal))).toEqual({ refusal });
  expect(await probe.refused(() => 'refused')).toEqual({ value: 'refused' });
});

test('an exception that escapes fails', async () => {
  const attempt = probe.refused(() => {
    throw new TypeError('undefined is not a function');
  });
  await expect(attempt).rejects.toThrow(TypeError);
});

test('a call of a provider fails', async () => {
  let calls = 0;
  const attempt = probe.refused(
    () => {
      calls += 1;
    },
    () => calls,
  );
  await expect(attempt).rejects.toThrow('calls of a provider');
});

test('more than 50 ms of CPU fail', async () => {
  const attempt = probe.refused(() => {
    const started = process.cpuUsage().user;
    while (process.cpuUsage().user - started < 60_000);
  });
  await expect(attempt).rejects.toThrow('milliseconds of CPU');
});

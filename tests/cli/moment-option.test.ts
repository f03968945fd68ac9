import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Parsed } from '../../cli/command.ts';
import { saidMoment } from '../../cli/moment-option.ts';

beforeEach(() => {
  vi.useFakeTimers({ now: Date.parse('2026-11-22T20:00:05Z'), toFake: ['Date'] });
});
afterEach(() => {
  vi.useRealTimers();
});

const at = (text: string) => saidMoment({ values: { at: text } } as unknown as Parsed, 'UTC');

test('a time of day that has just passed is not taken for the one of tomorrow', () => {
  expect(() => at('20:00')).toThrow(
    '--at 20:00 was 5 s ago: say --at now, or --at "2026-11-23 20:00" for tomorrow',
  );
  expect(() => at('20:00 Europe/Paris')).not.toThrow();
  expect(() => at('20:46 Europe/Athens')).not.toThrow();
  expect(() => at('21:59 Europe/Athens')).toThrow('for tomorrow');
});

test('one that is to come, that passed long ago, or that has its day, is', () => {
  expect(at('20:01')?.text).toBe('2026-11-22 20:01 UTC');
  expect(at('19:00')?.text).toBe('2026-11-23 19:00 UTC');
  expect(at('2026-11-23 20:00')?.text).toBe('2026-11-23 20:00 UTC');
});

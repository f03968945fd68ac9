import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { runnerSettings } from '#environment/settings.ts';

beforeEach(() => {
  vi.stubEnv('AWS_REGION', 'eu-west-1');
  vi.stubEnv('VOLLEY_TABLE', 'volley');
  vi.stubEnv('VOLLEY_PARAMETERS', '/volley');
  vi.stubEnv('VOLLEY_ACCOUNT', '123456789012/eu-west-1');
});

afterEach(() => {
  vi.unstubAllEnvs();
});

test('without an override the account says how fast', () => {
  expect(runnerSettings().email).toEqual({});
  vi.stubEnv('VOLLEY_SES_PER_SECOND', ' ');
  expect(runnerSettings().email).toEqual({});
});

test('the operator may state a lower or a higher quota', () => {
  vi.stubEnv('VOLLEY_SES_PER_SECOND', '12.5');
  vi.stubEnv('VOLLEY_SES_PER_DAY', '50000');
  expect(runnerSettings().email).toEqual({ perSecond: 12.5, perDay: 50_000 });
});

test.each(['0', '-1', 'fast', '1e999', '14/s'])('%s is no rate, and nothing starts', (text) => {
  vi.stubEnv('VOLLEY_SES_PER_SECOND', text);
  expect(() => runnerSettings()).toThrow(/VOLLEY_SES_PER_SECOND/);
});

import { expect, test } from 'vitest';
import type { Burst } from '#domain/burst.ts';
import { fateOf, type LedgerOf } from '#domain/fate-of.ts';

const range = { leg: 'email', from: 0, sendableTo: 2, to: 3 };

/** Two people whom nobody has called, and one who was held back. */
function ledger(burst: { readonly state: string; readonly leg?: object }): LedgerOf {
  const legs = [{ name: 'email', state: 'prepared', ...burst.leg }];
  return {
    burst: { ...burst, legs } as unknown as Burst,
    head: { burst: 'b', freeze: 'f', recipients: 3, legs: [range] } as unknown as LedgerOf['head'],
    lanes: [],
    records: [],
  };
}

test('whoever may still be called waits', () => {
  for (const state of ['armed', 'releasing', 'stopped'])
    expect(fateOf(ledger({ state }), 1, 0)).toEqual({ state: 'waiting', leg: 'email' });
});

test.each([
  [{ state: 'cancelled' }, 'cancelled'],
  [{ state: 'measuring', leg: { state: 'sent', reason: 'abandoned' } }, 'abandoned'],
  [{ state: 'measuring', leg: { state: 'dropped', reason: 'other_outcome' } }, 'other_outcome'],
  [{ state: 'measuring', leg: { state: 'missed' } }, 'missed'],
])('whoever is left of %j is never called', (burst, reason) => {
  expect(fateOf(ledger(burst), 1, 0)).toEqual({ state: 'never', leg: 'email', reason });
  expect(fateOf(ledger(burst), 2, 0)).toMatchObject({ state: 'held_back' });
});

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { rowOf, sizes } from './formulas.ts';
import measured from './measured.json' with { type: 'json' };
import { perInvocation, runScale } from './run-scale.ts';

const text = readFileSync(new URL('../../docs/scale.md', import.meta.url), 'utf8');

test('docs/scale.md holds the table as the formulas have it', () => {
  const lines = text.slice(text.indexOf('| Recipients | A second |')).split('\n').slice(2);
  expect(lines.slice(0, lines.indexOf(''))).toEqual(
    sizes.map(([recipients, perSecond]) => rowOf(recipients, perSecond)),
  );
});

test('docs/scale.md holds the counted figures of a million', () => {
  const { units, itemBytesMax } = measured;
  for (const value of [units.ledgerWrite, units.manifestWrite, units.sendingRead]) {
    expect(text).toContain(` ${value.toFixed(5)} |`);
  }
  expect(text).toContain(` ${units.eventWrite.toFixed(5)} |`);
  expect(text).toContain(`${measured.windows.toLocaleString('en')} claims of windows`);
  expect(text).toContain(`${measured.drainSeconds.toLocaleString('en')} s from the first call`);
  for (const bytes of Object.values(itemBytesMax)) {
    expect(text).toContain(` ${bytes.toLocaleString('en')}`);
  }
});

test('what was counted at a million still holds for a small list at the same rate', {
  timeout: 60_000,
}, async () => {
  const small = await runScale({ recipients: 20_000, perSecond: 1_000, eventRounds: 1 });
  const { units } = measured;
  expect(small.lanes).toBe(measured.lanes);
  expect(small.calls).toBe(400);
  // The header's beats weigh more on a small list, the lanes' do not.
  expect(small.units.ledgerWrite).toBeLessThan(units.ledgerWrite * 1.5);
  expect(small.units.ledgerWrite).toBeGreaterThan(units.ledgerWrite * 0.8);
  for (const name of ['manifestWrite', 'eventWrite'] as const) {
    expect(small.units[name] / units[name], name).toBeGreaterThan(0.7);
    expect(small.units[name] / units[name], name).toBeLessThan(1.3);
  }
  for (const [kind, bytes] of Object.entries(measured.itemBytesMax)) {
    const seen = Math.max(
      small.sending.itemBytesMax[kind] ?? 0,
      small.recording.itemBytesMax[kind] ?? 0,
    );
    expect(seen, kind).toBeLessThan(bytes * 1.3);
  }
});

test('a burst that is longer than one invocation is handed over and sent once', {
  timeout: 60_000,
}, async () => {
  const perSecond = 14;
  const recipients = Math.ceil(perInvocation(perSecond) * 1.5);
  const scaled = await runScale({ recipients, perSecond, eventRounds: 0 });
  expect(scaled.invocations).toBe(2);
  expect(scaled.drainSeconds).toBeGreaterThan(870);
  expect(scaled.drainSeconds).toBeLessThan((recipients / perSecond) * 1.2 + 60);
});

import { expect, test } from 'vitest';
import type { EmailLegPlan } from '#domain/plan.ts';
import { type Registration, register } from '#domain/registration.ts';
import { buildExport } from '#feedback/build-report.ts';
import { reportOf } from '#feedback/report-of.ts';
import {
  BURST,
  batchOf,
  click,
  createFeedbackWorld,
  HOUR,
  planOf,
  sesEvent,
  T,
} from './feedback-world.ts';

const CALLS = ['seat', 'demo'];

/** Members click a call of two, one in four; four times as many prospects, one in twenty. */
async function twoLegs(mix: Pick<Registration, 'mix'>) {
  const [email] = planOf().legs as [EmailLegPlan];
  const judged = { channel: 'email', design: 'randomised' as const, weights: email.allocation };
  const legs = ['members', 'prospects'].map((leg) => ({ leg, ...judged }));
  const timing = { offsetMs: 0, deadlineMs: 60_000, ifNotReady: 'hold' as const };
  const one = await createFeedbackWorld({
    recipients: 1_000,
    plan: {
      legs: legs.map(({ leg }) => ({ ...email, name: leg })),
      registration: register({ metric: 'click', windowMs: 48 * HOUR, legs, ...mix }),
    },
    burst: {
      legs: legs.map(({ leg }) => ({ name: leg, channel: 'email', state: 'sent', ...timing })),
    },
  });
  const events = Array.from({ length: 1_000 }, (_, ordinal) => {
    const leg = ordinal < 200 ? 'members' : 'prospects';
    const call = CALLS[ordinal % 2] ?? '';
    const tags = { burst: [BURST], leg: [leg], call: [call], ordinal: [String(ordinal)] };
    const delivery = sesEvent({ eventType: 'Delivery', ordinal, call, tags });
    const clicks = Math.floor(ordinal / 2) % (leg === 'members' ? 4 : 20) === 0;
    return clicks ? [delivery, click({ ordinal, leg, call })] : [delivery];
  });
  await one.record(batchOf(events.flat()));
  const exported = await buildExport(one.world.table, one.world.burst, T + 40 * HOUR);
  const { comparison } = exported.report;
  if ('refused' in comparison) throw new Error('nothing was compared');
  return { exported, standardized: comparison.overall.standardized };
}

test('rates over two legs stand over the mix that was registered, and recompute to the same bytes', async () => {
  const mix = [
    { leg: 'members', weight: 3 },
    { leg: 'prospects', weight: 1 },
  ];
  const { exported, standardized } = await twoLegs({ mix });
  expect(standardized).toEqual({
    by: 'plan',
    weights: { members: 0.75, prospects: 0.25 },
    rates: CALLS.map((id) => ({ id, rate: 0.75 * 0.25 + 0.25 * 0.05 })),
  });
  const again = reportOf(JSON.parse(JSON.stringify(exported.basis)));
  expect(JSON.stringify(again)).toBe(JSON.stringify(exported.report));
});

test('and over that of the people reached where none was', async () => {
  const { standardized } = await twoLegs({});
  expect(standardized).toMatchObject({
    by: 'exposures',
    weights: { members: 0.2, prospects: 0.8 },
  });
});

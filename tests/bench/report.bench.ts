// What it costs to read a report: units, and the same for ten million recipients as for a thousand.

import { buildReport } from '#feedback/build-report.ts';
import { createMeasure } from '#feedback/measure.ts';
import { batchOf, click, createFeedbackWorld, sesEvent } from '../feedback/feedback-world.ts';

const ANSWERS = 500;

export async function bench(): Promise<object> {
  const small = await unitsOf(1_000);
  const large = await unitsOf(10_000_000);
  return { readUnits: large, costRatio10M1k: Math.round((large / small) * 1_000) / 1_000 };
}

/** Read units of one report over a list of that length, answered all over it. */
async function unitsOf(recipients: number): Promise<number> {
  const one = await createFeedbackWorld({ recipients });
  const step = Math.max(1, Math.floor(recipients / ANSWERS));
  const events = Array.from({ length: ANSWERS }, (_, place) => {
    const who = { ordinal: place * step, call: place % 2 === 0 ? 'seat' : 'demo' };
    return [sesEvent({ eventType: 'Delivery', ...who }), click(who)];
  });
  await one.record(batchOf(events.flat()));
  await createMeasure(one.ports)();
  const { table, burst, now } = one.world;
  table.meter.reset();
  // While a short list is sent its ledger is counted: not what a report costs.
  const shown = await buildReport(table, { ...burst, recipients: 10_000_000 }, now);
  const clicks = shown.legs[0]?.calls.reduce((sum, call) => sum + call.uniqueClicks, 0);
  if (clicks !== ANSWERS) throw new Error(`the report shows ${clicks} clicks of ${ANSWERS}`);
  return table.meter.readUnits;
}

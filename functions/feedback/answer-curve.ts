// The account's own answer-delay curve, as it stands when a burst is released.

import type { Burst } from '#domain/burst.ts';
import type { Table } from '#domain/ports.ts';
import { delayEnds } from '#domain/tally.ts';
import { type AnswerDelays, listAnswerDelays } from '#store/answer-delays.ts';
import { frameFor } from './burst-frames.ts';
import type { AnswerCurve } from './report-basis.ts';

const HOUR_MS = 3_600_000;

/** Of bursts whose windows had ended before this one's moment: nothing of itself is in it. */
export async function answerCurveOf(table: Table, burst: Burst): Promise<AnswerCurve> {
  const frame = await frameFor(table, burst, 'made');
  const { metric } = frame.registration;
  return curveOf(await listAnswerDelays(table, metric, burst.momentAt ?? 0));
}

/** The share of all answers that were in by each delay; empty while nobody has answered. */
export function curveOf(all: readonly AnswerDelays[]): AnswerCurve {
  const sums = delayEnds.map((_, place) =>
    all.reduce((sum, { counts }) => sum + (counts[place] ?? 0), 0),
  );
  const beyond = all.reduce((sum, { counts }) => sum + (counts[delayEnds.length] ?? 0), 0);
  const conversions = sums.reduce((sum, count) => sum + count, 0) + beyond;
  let seen = 0;
  const points = sums.map((count, place) => {
    seen += count;
    return { hours: (delayEnds[place] ?? 0) / HOUR_MS, share: seen / conversions };
  });
  return conversions === 0 ? { conversions, points: [] } : { conversions, points };
}

/** The front door: tallies and the registered plan in, the whole report out (section 4). */

import { type AcrossChannels, acrossChannels, type Included } from './across-channels.ts';
import { type ChannelReport, channelReport } from './channel-report.ts';
import { type ChannelTally, type ComparisonInput, checkPlan } from './comparison-input.ts';
import { type HoldoutLift, holdoutLift } from './holdout-lift.ts';
import { type RefusalCode, StatisticsRefusal } from './refusal.ts';

/** Stored with every report; changes whenever the same counts could give other bytes. */
export const version = '1.1.0';

/** A channel whose tallies cannot be used; the report of everything else still comes. */
export type RefusedChannel = { channel: string; refused: { code: RefusalCode; message: string } };

export type MixLine = {
  channel: string;
  /** converting units, conversions by event id, value in minor units */
  converted: number;
  events: number | null;
  value: number | null;
  cost: number | null;
  /** cost per converting unit; null without either */
  costPerConversion: number | null;
};

export type ComparisonReport = {
  version: string;
  /** what it was computed from: these alone give the same bytes again */
  input: ComparisonInput;
  channels: (ChannelReport | RefusedChannel)[];
  overall: AcrossChannels;
  /** what every channel brought, in counts only */
  mix: MixLine[];
  holdout: HoldoutLift | null;
};

/**
 * The report of a burst. Channels are ordered by name and calls by the plan, so the order in which
 * facts arrived cannot show. No clock and no chance: the same input gives the same bytes
 * (`reportJson`). A channel with refused tallies carries the refusal; a plan that cannot be
 * followed throws.
 * Refuses: invalid_plan, arm_count, duplicate_call, invalid_weights, invalid_alpha, invalid_prior.
 * Cost: 1 ms for two calls on one channel, about 30 ms for 20 calls on five.
 */
export function comparison(input: ComparisonInput): ComparisonReport {
  const { plan, holdout } = input;
  checkPlan(plan);
  const tallies = [...input.channels].sort((x, y) => (x.channel < y.channel ? -1 : 1));
  const channels = tallies.map((tally) => reportOrRefusal(() => channelReport(plan, tally), tally));
  const reports = tallies.flatMap((tally, index): Included[] => {
    const report = channels[index];
    return report && !('refused' in report) ? [{ tally, report }] : [];
  });
  const refused = channels.flatMap((report) =>
    'refused' in report ? [{ channel: report.channel, reason: report.refused.code }] : [],
  );
  return {
    version,
    input: { ...input, channels: tallies.map((tally) => ordered(plan.calls, tally)) },
    channels,
    overall: acrossChannels(plan, reports, refused),
    mix: reports.map(({ tally }) => mixLine(tally)),
    holdout: holdout ? holdoutLift(holdout) : null,
  };
}

function reportOrRefusal(
  report: () => ChannelReport,
  { channel }: ChannelTally,
): ChannelReport | RefusedChannel {
  try {
    return report();
  } catch (error) {
    if (!(error instanceof StatisticsRefusal)) throw error;
    return { channel, refused: { code: error.code, message: error.message } };
  }
}

/** The same tally with its calls in the plan's order, unknown ones last. */
function ordered(calls: readonly string[], tally: ChannelTally): ChannelTally {
  const place = (id: string) => (calls.includes(id) ? calls.indexOf(id) : calls.length);
  return { ...tally, calls: [...tally.calls].sort((x, y) => place(x.id) - place(y.id)) };
}

function mixLine({ channel, calls, cost }: ChannelTally): MixLine {
  const converted = calls.reduce((sum, { human }) => sum + human, 0);
  const sumOf = (pick: (call: ChannelTally['calls'][number]) => number | undefined) =>
    calls.every((call) => pick(call) === undefined)
      ? null
      : calls.reduce((sum, call) => sum + (pick(call) ?? 0), 0);
  const paid = cost ?? null;
  return {
    channel,
    converted,
    events: sumOf(({ events }) => events),
    value: sumOf(({ money, value }) => money ?? value?.sum),
    cost: paid,
    costPerConversion: paid === null || converted === 0 ? null : paid / converted,
  };
}

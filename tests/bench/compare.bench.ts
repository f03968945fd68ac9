// What a whole report costs to compute: 20 calls on 5 channels, and 2 calls on one.

import { type ComparisonReport, comparison } from '#statistics/comparison.ts';
import type { ChannelTally, ComparisonInput } from '#statistics/comparison-input.ts';
import { reportJson } from '#statistics/report-json.ts';
import { percentile } from './release-world.ts';

const ROUNDS = 300;
const WARM_UP = 50;

export async function bench(): Promise<object> {
  return { p95Ms20x5: measure(20, 5), p95Ms2x1: measure(2, 1), rounds: ROUNDS };
}

/**
 * Milliseconds of one core at the 95th percentile, JSON included: this thread's own time, so that
 * busy neighbours do not count. Every round has other counts, every second one is a final read.
 */
function measure(calls: number, channels: number): number {
  const times: number[] = [];
  for (let round = 0; round < ROUNDS + WARM_UP; round += 1) {
    const given = inputOf(calls, channels, round);
    const before = process.threadCpuUsage();
    const report: ComparisonReport = comparison(given);
    const text = reportJson(report);
    const { user, system } = process.threadCpuUsage(before);
    if (text.length < 100 || report.channels.length !== channels) throw new Error('no report');
    if (round >= WARM_UP) times.push((user + system) / 1_000);
  }
  return Math.round(percentile(times, 0.95) * 100) / 100;
}

function inputOf(calls: number, channels: number, round: number): ComparisonInput {
  const ids = Array.from({ length: calls }, (_, place) => `call-${place}`);
  return {
    plan: {
      metric: 'conversion',
      calls: ids,
      alphaLive: 0.01,
      alphaFinal: 0.04,
      windowHours: 168,
      waitHours: 72,
      prior: { a: 1, b: 1 },
      weights: ids.map(() => 1),
      smallestLift: 0.1,
    },
    channels: Array.from({ length: channels }, (_, place) => tallyOf(ids, place, round)),
  };
}

function tallyOf(ids: readonly string[], channel: number, round: number): ChannelTally {
  return {
    channel: `channel-${channel}`,
    metric: 'conversion',
    design: 'randomized',
    ageHours: 100,
    finalRead: round % 2 === 0,
    ...partsOf(ids, round),
    calls: ids.map((id, place) => {
      const exposures = 10_000 + ((round * 37 + place * 11) % 90);
      const human = 200 + ((round * 131 + place * 29 + channel * 17) % 120);
      return {
        id,
        exposures,
        human,
        all: human + 30,
        late: 4,
        events: human + 9,
        money: human * 2_500,
        value: { n: exposures, sum: human * 2_500, sumSq: human * 9_000_000, buyers: human },
        harm: { unsubscribe: 12, complaint: 1, bounce: { n: exposures + 40, s: 40 } },
      };
    }),
  };
}

const PROVIDERS = 9;
const SEGMENTS = 8;

/** As many as a report can have: nine providers and eight segments on every channel. */
function partsOf(
  ids: readonly string[],
  round: number,
): Pick<ChannelTally, 'providers' | 'segments'> {
  const countOf = (part: number, place: number) => 1_000 + ((round * 7 + place * 5 + part) % 40);
  return {
    providers: Array.from({ length: PROVIDERS }, (_, part) => ({
      name: `provider-${part}`,
      exposures: ids.map((_id, place) => countOf(part, place)),
    })),
    segments: Array.from({ length: SEGMENTS }, (_, part) => ({
      name: `segment-${part}`,
      calls: ids.map((id, place) => {
        const exposures = countOf(part, place);
        const bounce = { n: exposures + 4, s: 4 };
        return { id, exposures, harm: { unsubscribe: (place + round) % 9, complaint: 1, bounce } };
      }),
    })),
  };
}

// What the terminal shows of a burst at one moment. Pure: the same snapshot, the same lines.

import { channelStateOf, stateOf } from '#domain/state-words.ts';
import type { CrowdCounts } from '../crowd/crowd.ts';
import type { Results, ShownBurst } from './api.ts';
import { bar, count, table } from './draw.ts';

export interface Snapshot {
  readonly now: number;
  readonly burst: ShownBurst;
  readonly results?: Results;
  readonly crowd: CrowdCounts;
}

export interface Screen {
  /** What changes seldom: each line is worth a line of a log when it changes. */
  readonly facts: readonly string[];
  /** What changes all the time. */
  readonly figures: readonly string[];
  /** All figures in one line. */
  readonly summary: string;
}

const BAR_COLUMNS = 28;

export function screen(snapshot: Snapshot): Screen {
  const { burst, results, crowd, now } = snapshot;
  const isReleased = latenessOf(burst).length > 0;
  const waits = leaseText(snapshot);
  return {
    facts: [
      `${burst.burst}  ${stateOf(burst.state)}${burst.reason === undefined ? '' : `: ${burst.reason}`}`,
      `  go/no-go    ${goNoGo(burst)}`,
      ...(isReleased ? [`  release     ${releaseText(burst)}`] : []),
    ],
    figures: [
      `  moment      ${momentText(snapshot)}`,
      ...(burst.sent.recipients > 0 ? [`  email       ${emailText(burst)}`] : []),
      ...(waits === undefined ? [] : [`  waits       ${waits}`]),
      ...(results && now > (burst.moment?.at ?? now) ? incoming(results, crowd) : []),
    ],
    summary: summaryOf(snapshot),
  };
}

function summaryOf({ burst, results, now }: Snapshot): string {
  const { moment, sent } = burst;
  const since = moment === undefined ? 0 : now - moment.at;
  if (since < 0) return `  moment in ${clock(-since)}`;
  const calls = results?.legs.flatMap((leg) => leg.calls) ?? [];
  const sum = (pick: (call: (typeof calls)[number]) => number) =>
    count(calls.reduce((total, call) => total + pick(call), 0));
  const came = `clicks ${sum((call) => call.uniqueClicks)} (robots ${sum((call) => call.machineClicks)}), goal ${sum((call) => call.converting)}`;
  const pace = sent.perSecond === undefined ? '' : ` at ${Math.round(sent.perSecond)}/s`;
  const doubt = sent.inDoubt > 0 ? `, in doubt ${count(sent.inDoubt)}` : '';
  return `  +${clock(since)}  sent ${count(sent.accepted)} of ${count(sent.recipients - sent.heldBack)}${pace}${doubt} · ${came}`;
}

/** A runner that was killed keeps its lease until it ends; only then another may go on. */
function leaseText({ burst, now }: Snapshot): string | undefined {
  const { leaseUntil, sent } = burst;
  if (burst.state !== 'releasing' || leaseUntil === undefined || leaseUntil < now) return undefined;
  const lastAt = sent.lastAnswerAt ?? burst.moment?.at ?? now;
  if (now - lastAt < STALLED_MS) return undefined;
  return `until the lease of an earlier runner ends, in ${clock(leaseUntil - now)}`;
}

const STALLED_MS = 3_000;

function momentText({ burst, now }: Snapshot): string {
  const { moment } = burst;
  if (!moment) return 'none yet';
  const left = moment.at - now;
  return left > 0 ? `in ${clock(left)}  (${moment.text})` : `${clock(-left)} ago  (${moment.text})`;
}

export function goNoGo(burst: ShownBurst): string {
  return burst.legs
    .map(
      ({ name, state, reason }) =>
        `${name} ${channelStateOf(state)}${reason ? ` (${reason})` : ''}`,
    )
    .join(' · ');
}

export function releaseText(burst: ShownBurst): string {
  const late = latenessOf(burst);
  if (late.length === 0) return 'not yet';
  const each = late.map(([channel, ms]) => `${channel} ${ms.toFixed(1)} ms after the moment`);
  const spread = spreadOf(burst);
  return `${each.join(' · ')}${late.length > 1 ? ` · spread ${spread.toFixed(1)} ms` : ''}`;
}

/** Milliseconds after the moment at which each channel's first call started. */
export function latenessOf(burst: ShownBurst): [channel: string, ms: number][] {
  return burst.legs.flatMap(({ name, channel }): [string, number][] => {
    const ms = burst.posts.find(({ leg }) => leg === name)?.latenessMs;
    return ms === undefined ? [] : [[channel, ms]];
  });
}

export function spreadOf(burst: ShownBurst): number {
  const late = latenessOf(burst).map(([, ms]) => ms);
  return late.length < 2 ? 0 : Math.max(...late) - Math.min(...late);
}

function emailText({ sent }: ShownBurst): string {
  const sendable = sent.recipients - sent.heldBack;
  const done = sent.accepted + sent.refused + sent.inDoubt + sent.unproven;
  const isOpen = sent.remaining + sent.inFlight > 0;
  const parts = [
    `${bar(sendable === 0 ? 0 : done / sendable, BAR_COLUMNS)} ${count(sent.accepted)} of ${count(sendable)} sent`,
    ...(sent.perSecond === undefined ? [] : [`${Math.round(sent.perSecond)}/s`]),
    ...(sent.drainMs === undefined || !isOpen ? [] : [`${clock(sent.drainMs)} to go`]),
    ...(sent.refused > 0 ? [`${count(sent.refused)} refused`] : []),
    ...(sent.inDoubt > 0 ? [`${count(sent.inDoubt)} in doubt`] : []),
    ...(sent.unproven > 0 ? [`${count(sent.unproven)} unproven`] : []),
    `${count(sent.heldBack)} held back`,
  ];
  return parts.join(' · ');
}

function incoming(results: Results, crowd: CrowdCounts): string[] {
  const rows = results.legs.flatMap(({ channel, calls }) =>
    calls.map((call) => [
      `${channel}: ${call.say}`,
      count(call.uniqueClicks),
      count(call.machineClicks),
      count(call.converting),
    ]),
  );
  return [
    '',
    ...table([['coming in', 'people', 'robots', 'goal'], ...rows]).map((line) => `  ${line}`),
    `  simulated readers: ${count(crowd.emailsRead)} emails read, ${count(crowd.clicks)} clicks, ${count(crowd.conversions)} at the goal, ${count(crowd.unsubscribes)} unsubscribed, ${count(crowd.machineRequests)} requests by robots`,
  ];
}

export function clock(ms: number): string {
  const seconds = Math.round(ms / 1_000);
  return `${String(Math.floor(seconds / 60)).padStart(2, '0')}:${String(seconds % 60).padStart(2, '0')}`;
}

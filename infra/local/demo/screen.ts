// What the terminal shows of a burst at one moment. Pure: the same snapshot, the same lines.

import type { CrowdCounts } from '../crowd/crowd.ts';
import type { Results, ShownBurst } from './api.ts';
import { bar, count, table } from './draw.ts';

export interface Snapshot {
  readonly now: number;
  readonly burst: ShownBurst;
  readonly results?: Results;
  readonly crowd: CrowdCounts;
}

const BAR_COLUMNS = 28;

export function screen(snapshot: Snapshot): string[] {
  const { burst, results, crowd } = snapshot;
  return [
    `${burst.burst}  ${burst.state}${burst.reason === undefined ? '' : `: ${burst.reason}`}`,
    `  moment      ${momentText(snapshot)}`,
    `  go/no-go    ${goNoGo(burst)}`,
    ...(burst.sent.recipients > 0
      ? [`  release     ${releaseText(burst)}`, ...emailLines(burst)]
      : []),
    ...(results && crowd.emailsRead + crowd.machineRequests > 0 ? incoming(results, crowd) : []),
  ];
}

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
        `${name} ${LEG_WORDS[state] ?? state}${reason ? ` (${reason})` : ''}`,
    )
    .join(' · ');
}

const LEG_WORDS: { readonly [state: string]: string } = {
  planned: 'not ready yet',
  prepared: 'ready',
  claimed: 'going out',
  in_doubt: 'in doubt',
  not_called: 'not called',
};

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

function emailLines({ sent }: ShownBurst): string[] {
  const sendable = sent.recipients - sent.heldBack;
  const done = sent.accepted + sent.refused + sent.inDoubt + sent.unproven;
  const rate = sent.perSecond === undefined ? '' : ` · ${Math.round(sent.perSecond)}/s`;
  const left =
    sent.drainMs === undefined || sent.remaining + sent.inFlight === 0
      ? ''
      : ` · ${clock(sent.drainMs)} to go`;
  const doubt = sent.inDoubt > 0 ? ` · ${count(sent.inDoubt)} in doubt` : '';
  const refused = sent.refused > 0 ? ` · ${count(sent.refused)} refused` : '';
  const share = sendable === 0 ? 0 : done / sendable;
  return [
    `  email       ${bar(share, BAR_COLUMNS)} ${count(sent.accepted)} of ${count(sendable)} sent${rate}${left}${refused}${doubt} · ${count(sent.heldBack)} held back`,
  ];
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

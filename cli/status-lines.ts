// Where a burst stands, in lines. Pure: the same burst, the same lines.

import type { ShownBurst } from '#commands/show-burst.ts';
import { renderDuration } from '#domain/duration.ts';
import { channelStateOf, stateOf } from '#domain/state-words.ts';
import { whoFollows } from '#domain/who-follows.ts';
import { sayTime } from '#feedback/say-time.ts';
import { heldBackFor } from './held-back-words.ts';
import { shortMoment } from './moment-option.ts';
import { style } from './screen.ts';
import { bar, clock, count, labelled, many, timeOfDay } from './words.ts';

const BAR_COLUMNS = 24;

export interface StatusView {
  /** What changes seldom: each is worth a line of a log. */
  readonly facts: readonly string[];
  /** What changes all the time. */
  readonly figures: readonly string[];
  /** All figures in one line. */
  readonly summary: string;
}

export function statusView(shown: ShownBurst): StatusView {
  const { sent } = shown;
  const state = stateNow(shown);
  const reason = shown.reason === undefined ? '' : `: ${shown.reason}`;
  const isKnown = sent.recipients > 0;
  const isOut = shown.releasedAt !== undefined;
  const channels = channelRows(shown);
  const width = Math.max(...channels.map(([label]) => label.length));
  return {
    facts: [`${style.bold(shown.burst)} is ${coloured(state)}${reason}`, ...labelled(channels)],
    figures: labelled(
      [
        ...momentRows(shown),
        ...(!isKnown ? nobodyRows(shown) : isOut ? sentRows(shown) : listRows(shown)),
        ...followRows(shown),
        ...nextRows(shown),
      ],
      width,
    ),
    summary: summaryOf(shown),
  };
}

/** It is committed two seconds before the moment; nothing goes out before it. */
function stateNow({ state, moment, now }: ShownBurst): string {
  return state === 'releasing' && moment !== undefined && now < moment.at ? 'armed' : state;
}

function coloured(state: string): string {
  const text = stateOf(state);
  if (state === 'stopped' || state === 'missed') return style.red(text);
  return state === 'releasing' ? style.green(text) : text;
}

function channelRows({ state: stands, zone, legs, posts }: ShownBurst): [string, string][] {
  return legs.map(({ name, channel, state, reason, outcome }) => {
    const post = posts.find(({ leg }) => leg === name);
    const late = post?.latenessMs;
    const goneAt = post?.retractedAt;
    const isStopped = stands === 'stopped' && state === 'sending';
    const sent = [
      isStopped ? stateOf(stands) : channelStateOf(state),
      ...(late === undefined ? [] : [`${late.toFixed(1)} ms after the moment`]),
      ...(post?.url === undefined ? [] : [post.url]),
    ];
    // Its address leads nowhere any more.
    const parts = goneAt === undefined ? sent : [`taken back ${sayTime(goneAt, zone)}`];
    const on = channel === name ? '' : `${channel}, `;
    const only = outcome === undefined ? '' : `if ${outcome}, `;
    return [
      name,
      `${only}${on}${parts.join(', ')}${reason ? ` (${reason.replaceAll('_', ' ')})` : ''}`,
    ];
  });
}

/** The burst it follows, and those that follow it. */
function followRows({ follows, followUps }: ShownBurst): [string, string][] {
  return [
    ...(follows === undefined ? [] : [['follows', follows] as [string, string]]),
    ...followUps.map(({ burst, who, afterMs, state, moment }): [string, string] => {
      const when =
        state === undefined
          ? `${renderDuration(afterMs)} after the moment`
          : `${stateOf(state)}${moment === undefined ? '' : `, ${shortMoment(moment.text)}`}`;
      return ['then', `${burst}: ${when}, to ${whoFollows[who]}`];
    }),
  ];
}

/** What a person may do, where the burst waits for one. */
function nextRows({ state, burst, outcomes }: ShownBurst): [string, string][] {
  const which = outcomes === undefined ? '' : ` --outcome ${outcomes.join('|')}`;
  const next: { readonly [state: string]: string } = {
    draft: `volley schedule ${burst} --at WHEN`,
    approved: `volley schedule ${burst} --at WHEN`,
    standby: `volley fire ${burst}${which}`,
    stopped: `volley resume ${burst}, volley correct ${burst}, or volley abandon ${burst}`,
    missed: `volley schedule ${burst} --at WHEN, or volley cancel ${burst}`,
  };
  const step = next[state];
  return step === undefined ? [] : [['next', style.dim(step)]];
}

function momentRows(shown: ShownBurst): [string, string][] {
  const { moment, standbyFrom, standbyUntil, now } = shown;
  if (shown.state === 'standby' && standbyFrom && standbyUntil) {
    const left = standbyUntil.at - now;
    const until = left > 0 ? `, ${clock(left)} left` : '';
    return [['stand-by', `${standbyFrom.text} to ${standbyUntil.text}${until}`]];
  }
  if (!moment) return [];
  const left = moment.at - now;
  return [['moment', `${moment.text}, ${left > 0 ? `in ${clock(left)}` : `${clock(left)} ago`}`]];
}

/** An email that had nobody to go to: thanks, where nobody had converted by then. */
function nobodyRows({ legs }: ShownBurst): [string, string][] {
  const isEmpty = legs.some(({ channel, state }) => channel === 'email' && state === 'sent');
  return isEmpty ? [['sent', 'to nobody: the list was empty by then']] : [];
}

/** Before anything is out: whom it is ready for, by outcome where there are several. */
function listRows({ legs, sent }: ShownBurst): [string, string][] {
  return sent.legs.map(({ leg, recipients, heldBack }) => {
    const outcome = legs.find(({ name }) => name === leg)?.outcome;
    const label = sent.legs.length === 1 ? 'list' : leg;
    const held = heldBack === 0 ? '' : `, ${count(heldBack)} held back`;
    const only = outcome === undefined ? '' : ` if ${outcome}`;
    return [label, `ready for ${many(recipients - heldBack, 'person', 'people')}${only}${held}`];
  });
}

function sentRows(shown: ShownBurst): [string, string][] {
  const { sent, zone, now, state } = shown;
  const sendable = sent.recipients - sent.heldBack;
  const share = sendable === 0 ? 1 : (sendable - sent.remaining - sent.inFlight) / sendable;
  const left = sent.remaining + sent.inFlight;
  const isGoing = state === 'releasing' && left > 0;
  const pace = [
    ...(sent.perSecond === undefined || !isGoing
      ? []
      : [`${count(Math.round(sent.perSecond))} a second`]),
    ...(sent.drainMs === undefined || !isGoing
      ? []
      : [`last by ${timeOfDay(now + sent.drainMs, zone, sent.drainMs < 600_000)}`]),
  ];
  const open = [
    ...(sent.refused > 0 ? [`${count(sent.refused)} refused`] : []),
    ...(sent.inDoubt > 0 ? [`${count(sent.inDoubt)} in doubt`] : []),
    ...(sent.unproven > 0 ? [`${count(sent.unproven)} unproven`] : []),
    ...(left > 0 && !isGoing ? [`${count(left)} not sent`] : []),
  ];
  const rows: [string, string][] = [
    [
      'sent',
      `${bar(share, BAR_COLUMNS)} ${count(sent.accepted)} of ${count(sendable)}${pace.map((one) => ` · ${one}`).join('')}`,
    ],
  ];
  if (open.length > 0) rows.push(['', open.join(' · ')]);
  if (sent.heldBack > 0) rows.push(['held back', heldBack(sent)]);
  if (sent.kept) {
    const at = timeOfDay(sent.kept.nextAt, zone);
    rows.push([
      'kept',
      `${many(sent.kept.recipients, 'person', 'people')} until ${at} at the earliest`,
    ]);
  }
  return rows;
}

function heldBack({ heldBack: total, heldBackByReason }: ShownBurst['sent']): string {
  const reasons = Object.entries(heldBackByReason);
  const why = reasons.map(([reason, people]) =>
    reasons.length === 1 ? heldBackFor(reason) : `${count(people)} ${heldBackFor(reason)}`,
  );
  return `${count(total)}${why.length === 0 ? '' : `: ${why.join(', ')}`}`;
}

function summaryOf(shown: ShownBurst): string {
  const { moment, now, sent, burst } = shown;
  const state = stateNow(shown);
  const since = moment === undefined ? undefined : now - moment.at;
  const at =
    since === undefined ? '' : since < 0 ? `  moment in ${clock(since)}` : `  +${clock(since)}`;
  if (sent.recipients === 0 || since === undefined || since < 0)
    return `${burst} ${stateOf(state)}${at}`;
  const sendable = sent.recipients - sent.heldBack;
  const pace = sent.perSecond === undefined ? '' : ` at ${Math.round(sent.perSecond)} a second`;
  const doubt = sent.inDoubt > 0 ? `, ${count(sent.inDoubt)} in doubt` : '';
  return `${at.trim()}  sent ${count(sent.accepted)} of ${count(sendable)}${pace}${doubt}`;
}

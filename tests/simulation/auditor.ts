// The judge: compares what the system's books say with what the providers and the people know.
// It shares no code with the system and imports nothing of it (a test proves that).

import { noCallUnderDoubt } from './auditor-attempts.ts';
import { callJudges } from './auditor-calls.ts';
import { machineJudges } from './auditor-machines.ts';
import { peopleJudges } from './auditor-people.ts';
import type { Ledger, LedgerBurst } from './ledger.ts';
import type { BurstTruth, CallTruth, Truth } from './truth.ts';

export interface Violation {
  /** The id of the invariant, as docs/guarantees.md names it. */
  readonly invariant: string;
  readonly sentence: string;
}

type Judge = (truth: Truth, ledger: Ledger) => string[];

/** Windows hold at most this many people. */
const WINDOW_MAX = 100;
/** An acknowledged stop, cancel or suppression is final for new calls after this. */
const FINAL_MS = 1_000;
/** After faults end, every burst is over within the grace time plus this. */
const REST_MS = 15 * 60_000;
const GRACE_MS = 30 * 60_000;
/** States in which nothing more happens, or only a person or the calendar makes it happen. */
const OVER: ReadonlySet<string> = new Set([
  'measuring',
  'decided',
  'closed',
  'cancelled',
  'missed',
]);
const LEG_OVER: ReadonlySet<string> = new Set([
  'dropped',
  'published',
  'rejected',
  'sent',
  'missed',
  'not_called',
]);

/** Every invariant that is broken, each with a sentence that says where. */
export function audit(truth: Truth, ledger: Ledger): Violation[] {
  return Object.entries(judges).flatMap(([invariant, judge]) =>
    judge(truth, ledger).map((sentence) => ({ invariant, sentence })),
  );
}

export const judges: { readonly [invariant: string]: Judge } = {
  V1: (truth) => [...nobodyTwice(truth), ...noCallUnderDoubt(truth)],
  V2: everybodyAccountedFor,
  V3: doubtIsBounded,
  V4: eventsAreBelieved,
  V5: suppressionHolds,
  V6: stopHolds,
  V7: neverBeforeTheMoment,
  V8: onlyApprovedContent,
  V9: fairWeather,
  V10: nothingTooLate,
  V11: withinTheQuota,
  V16: comesToRest,
  V17: noRetryStorm,
  V18: fewWrites,
  ...machineJudges,
  ...peopleJudges,
  ...callJudges,
};

// ---- V1: no person is accepted twice for one burst, no network shows two posts of one leg ------

function nobodyTwice(truth: Truth): string[] {
  const broken: string[] = [];
  const times = new Map<string, number>();
  for (const { burst, address } of truth.accepted) {
    const key = `${burst} ${address}`;
    times.set(key, (times.get(key) ?? 0) + 1);
  }
  const resends = new Map(truth.bursts.map((one) => [one.burst, one.policy !== 'at-most-once']));
  for (const [key, count] of times) {
    if (count === 1) continue;
    const [burst = '', address = ''] = key.split(' ');
    // With the resend policy one more attempt, marked as such, is what the operator asked for.
    const attempts = new Set(
      truth.accepted
        .filter((one) => one.burst === burst && one.address === address)
        .map((one) => one.attempt),
    );
    const isAllowed = resends.get(burst) === true && count <= 2 && attempts.size === count;
    if (!isAllowed) broken.push(`${address} got ${count} emails of ${burst}`);
  }
  const posts = new Map<string, number>();
  for (const { burst, leg } of truth.posts) {
    posts.set(`${burst} ${leg}`, (posts.get(`${burst} ${leg}`) ?? 0) + 1);
  }
  for (const [key, count] of posts) {
    if (count > 1) broken.push(`${count} posts stand for leg ${key.replace(' ', '/')}`);
  }
  return broken;
}

// ---- V2: everybody of the audience is in exactly one set, and each set is true -----------------

type Standing =
  | 'accepted'
  | 'refused'
  | 'held_back'
  | 'in_doubt'
  | 'unproven'
  | 'not_called'
  | 'open';

/** What the books say about each ordinal of one burst. */
export function standings(burst: LedgerBurst): Map<number, Standing> {
  const found = new Map<number, Standing>();
  for (const range of burst.ranges) {
    for (let ordinal = range.from; ordinal < range.to; ordinal += 1) {
      found.set(ordinal, ordinal < range.sendableTo ? 'not_called' : 'held_back');
    }
  }
  for (const lane of burst.lanes) {
    for (let ordinal = lane.from; ordinal < lane.next; ordinal += 1) {
      const isOpen =
        lane.window !== undefined && ordinal >= lane.window.from && ordinal < lane.window.to;
      found.set(ordinal, isOpen ? 'open' : 'accepted');
    }
  }
  for (const record of burst.records) {
    for (const { ordinal, state } of record.outcomes) {
      // A record of a window that is still open is a step ahead of its lane.
      if (found.get(ordinal) !== 'not_called') found.set(ordinal, state as Standing);
    }
  }
  return found;
}

function everybodyAccountedFor(truth: Truth, ledger: Ledger): string[] {
  return truth.bursts.flatMap((known) => {
    const books = ledger.bursts.find((one) => one.burst === known.burst);
    if (!books) {
      const was = truth.accepted.some((one) => one.burst === known.burst);
      return was ? [`${known.burst} is in no book, yet it was sent`] : [];
    }
    return [
      ...wholeAudience(truth, known, books),
      ...booksAreTrue(truth, books),
      ...postsAreTrue(truth, books),
    ];
  });
}

/** The manifest holds the whole audience, each ordinal once, each in a set of the report. */
function wholeAudience(truth: Truth, known: BurstTruth, books: LedgerBurst): string[] {
  const broken: string[] = [];
  const { burst } = books;
  if (books.ranges.length === 0) return broken;
  const byOrdinal = new Map(books.members.map((one) => [one.ordinal, one.address]));
  if (byOrdinal.size !== books.members.length) broken.push(`${burst}: an ordinal was given twice`);
  for (const leg of known.legs.filter((one) => one.kind === 'email')) {
    const range = books.ranges.find((one) => one.leg === leg.leg);
    if (!range) continue;
    const listed: string[] = [];
    for (let ordinal = range.from; ordinal < range.to; ordinal += 1) {
      const address = byOrdinal.get(ordinal);
      if (address === undefined) broken.push(`${burst}: ordinal ${ordinal} has no member`);
      else listed.push(address);
    }
    // Whoever was erased left her ordinal, or was never listed; whoever was imported may be listed.
    const mayLack = new Set([...truth.erasing, ...truth.imported]);
    // A follow-up is for some of them.
    const missing = known.follows
      ? []
      : difference(leg.audience, listed).filter((one) => !mayLack.has(one));
    const extra = difference(listed, leg.audience).filter(
      (one) => !one.startsWith('#') && !truth.imported.has(one),
    );
    if (missing.length > 0) broken.push(`${burst}/${leg.leg}: ${missing[0]} is in no manifest`);
    if (extra.length > 0) broken.push(`${burst}/${leg.leg}: ${extra[0]} is not in the audience`);
  }
  return broken;
}

/** Elements of one list that the other lacks, with multiplicity. */
function difference(one: readonly string[], other: readonly string[]): string[] {
  const left = new Map<string, number>();
  for (const item of other) left.set(item, (left.get(item) ?? 0) + 1);
  return one.filter((item) => {
    const count = left.get(item) ?? 0;
    if (count > 0) left.set(item, count - 1);
    return count === 0;
  });
}

function booksAreTrue(truth: Truth, books: LedgerBurst): string[] {
  const broken: string[] = [];
  const { burst } = books;
  const accepted = new Set(
    truth.accepted.filter((one) => one.burst === burst).map((one) => one.ordinal),
  );
  const addressOf = new Map(books.members.map((one) => [one.ordinal, one.address]));
  for (const one of truth.accepted) {
    const listed = addressOf.get(one.ordinal);
    if (one.burst === burst && listed !== one.address && !listed?.startsWith('#')) {
      broken.push(`${burst}: ${one.address} was sent as ordinal ${one.ordinal}, which is another`);
    }
  }
  const said = standings(books);
  for (const [ordinal, standing] of said) {
    const was = accepted.has(ordinal);
    if (standing === 'accepted' && !was) {
      broken.push(`${burst}: ordinal ${ordinal} is booked as accepted, the provider never took it`);
    }
    if (was && ['refused', 'held_back', 'not_called'].includes(standing)) {
      broken.push(`${burst}: ordinal ${ordinal} is booked as ${standing}, the provider took it`);
    }
    if (broken.length > 5) break;
  }
  for (const ordinal of accepted) {
    if (!said.has(ordinal)) broken.push(`${burst}: ordinal ${ordinal} was sent and is in no set`);
  }
  if (truth.healedAt !== undefined) broken.push(...nobodyForgotten(books, said));
  return broken;
}

/** A leg that counts as sent has called everybody it could, unless it was abandoned. */
function nobodyForgotten(books: LedgerBurst, said: ReadonlyMap<number, Standing>): string[] {
  const broken: string[] = [];
  for (const leg of books.legs) {
    const range = books.ranges.find((one) => one.leg === leg.name);
    if (leg.state !== 'sent' || leg.reason === 'abandoned' || !range) continue;
    for (let ordinal = range.from; ordinal < range.to; ordinal += 1) {
      const standing = said.get(ordinal);
      if (standing === 'not_called' || standing === 'open' || standing === undefined) {
        broken.push(`${books.burst}/${leg.name} counts as sent, ordinal ${ordinal} is ${standing}`);
        break;
      }
    }
  }
  return broken;
}

/** A post stands where the books say so, and nowhere else. */
function postsAreTrue(truth: Truth, books: LedgerBurst): string[] {
  const known = truth.bursts.find((one) => one.burst === books.burst);
  const broken: string[] = [];
  for (const leg of known?.legs.filter((one) => one.kind === 'post') ?? []) {
    const state = books.legs.find((one) => one.name === leg.leg)?.state ?? 'unknown';
    const stands = truth.posts.some((one) => one.burst === books.burst && one.leg === leg.leg);
    const name = `${books.burst}/${leg.leg}`;
    if (state === 'published' && !stands) broken.push(`${name} is booked as published, no post is`);
    if (stands && LEG_OVER.has(state) && state !== 'published') {
      broken.push(`${name} is booked as ${state}, yet its post stands`);
    }
  }
  return broken;
}

// ---- V3: doubt is bounded by what was lost ------------------------------------------------------

/** A call without an answer leaves its people in doubt, a lost lease at most a window on each lane. */
function doubtIsBounded(truth: Truth, ledger: Ledger): string[] {
  const broken: string[] = [];
  for (const burst of ledger.bursts) {
    let doubt = 0;
    for (const standing of standings(burst).values()) {
      if (standing === 'in_doubt' || standing === 'unproven') doubt += 1;
    }
    const unanswered = truth.calls
      .filter((call) => call.burst === burst.burst && !call.arrived)
      .reduce((sum, call) => sum + call.addresses.length, 0);
    const most = burst.epoch * burst.lanes.length * WINDOW_MAX + unanswered;
    if (doubt > most)
      broken.push(`${burst.burst}: ${doubt} people are in doubt, ${most} are explained`);
  }
  return broken;
}

// ---- V4: what an event has proven is neither doubted nor called again ---------------------------

/** What was recorded this long before must be known to whoever decides. */
const HEARD_MS = 5 * 60_000;

function eventsAreBelieved(truth: Truth, ledger: Ledger): string[] {
  const broken: string[] = [];
  const proven = new Map<string, number>();
  for (const { kind, burst, ordinal, recordedAt } of truth.events) {
    if (kind !== 'Send' || recordedAt === undefined) continue;
    const key = `${burst} ${ordinal}`;
    proven.set(key, Math.min(recordedAt, proven.get(key) ?? recordedAt));
  }
  for (const burst of ledger.bursts) {
    for (const [ordinal, standing] of standings(burst)) {
      if (standing !== 'in_doubt' && standing !== 'unproven') continue;
      const at = proven.get(`${burst.burst} ${ordinal}`);
      if (at !== undefined && at < truth.endedAt - HEARD_MS) {
        broken.push(
          `${burst.burst}: ordinal ${ordinal} is ${standing}, its Send event was recorded`,
        );
      }
    }
  }
  for (const { burst, ordinal, attempt, startedAt } of truth.accepted) {
    const at = proven.get(`${burst} ${ordinal}`);
    if (attempt > 1 && at !== undefined && at < startedAt - FINAL_MS) {
      broken.push(
        `${burst}: ordinal ${ordinal} was called again though its Send event was recorded`,
      );
    }
  }
  for (const known of truth.bursts) broken.push(...calledTooSoon(truth, known.burst));
  return broken;
}

/** Silence has a meaning only after the grace time, by any clock that may have measured it. */
function calledTooSoon(truth: Truth, burst: string): string[] {
  const calls = truth.calls.filter((call) => call.provider === 'ses' && call.burst === burst);
  const lastAt = new Map<string, number>();
  for (const { startedAt, addresses, attempt = 1 } of calls) {
    if (attempt > 1) continue;
    for (const address of addresses) {
      lastAt.set(address, Math.max(startedAt, lastAt.get(address) ?? startedAt));
    }
  }
  const least = GRACE_MS - 2 * truth.skewMaxMs;
  for (const { startedAt, addresses, attempt = 1 } of calls) {
    if (attempt === 1) continue;
    const soon = addresses.find((one) => startedAt - (lastAt.get(one) ?? -Infinity) < least);
    if (soon !== undefined) return [`${burst}: ${soon} was called again within the grace time`];
  }
  return [];
}

// ---- V5: nobody is called 1 s after their suppression was acknowledged --------------------------

function suppressionHolds(truth: Truth): string[] {
  const since = new Map<string, number>();
  for (const address of truth.suppressedBefore) since.set(address, Number.NEGATIVE_INFINITY);
  for (const one of truth.acknowledgements) {
    if (one.kind === 'suppressed') {
      since.set(one.address, Math.min(one.at, since.get(one.address) ?? Number.POSITIVE_INFINITY));
    }
  }
  const broken: string[] = [];
  for (const call of truth.calls) {
    for (const address of call.addresses) {
      const at = since.get(address);
      if (at !== undefined && call.startedAt > at + FINAL_MS) {
        const late = Math.round(call.startedAt - at);
        broken.push(`${call.burst} called ${address} ${late} ms after its suppression`);
      }
    }
  }
  return broken;
}

// ---- V6: no call starts 1 s after a stop or cancel was acknowledged -----------------------------

function stopHolds(truth: Truth): string[] {
  const broken: string[] = [];
  for (const ack of truth.acknowledgements) {
    if (ack.kind !== 'stopped' && ack.kind !== 'cancelled') continue;
    // A resume may be in force from its asking, and an unanswered one at any time after.
    const resumed = truth.resumes.filter(
      (one) =>
        one.burst === ack.burst && (one.answeredAt === undefined || one.answeredAt >= ack.askedAt),
    );
    const end =
      ack.kind === 'cancelled'
        ? Number.POSITIVE_INFINITY
        : Math.min(Number.POSITIVE_INFINITY, ...resumed.map((one) => one.askedAt));
    for (const call of truth.calls) {
      if (call.burst !== ack.burst) continue;
      if (call.startedAt > ack.at + FINAL_MS && call.startedAt < end) {
        const late = Math.round(call.startedAt - ack.at);
        broken.push(`${call.burst} called ${call.provider} ${late} ms after it was ${ack.kind}`);
      }
    }
  }
  return broken;
}

// ---- V7: no call before the moment --------------------------------------------------------------

/**
 * "Before" is judged by the clock of the node that calls: it is the only clock it has. In true
 * time a call may therefore be early by that clock's error, which the world keeps within
 * `skewMaxMs`; a call that is earlier than that broke the rule by any clock.
 */
function neverBeforeTheMoment(truth: Truth, ledger: Ledger): string[] {
  const broken: string[] = [];
  for (const call of truth.calls) {
    const books = ledger.bursts.find((one) => one.burst === call.burst);
    const known = truth.bursts.find((one) => one.burst === call.burst);
    if (!known) {
      broken.push(
        `${call.provider} was called for ${call.burst || 'nothing'}, which nobody planned`,
      );
      continue;
    }
    const offset = known.legs.find((one) => one.leg === call.leg)?.offsetMs ?? 0;
    const moments = momentsOf(truth, ledger, known).filter((one) => one.at <= call.startedAt);
    if (books?.momentAt === undefined || moments.length === 0) {
      broken.push(`${call.burst} called ${call.provider} though nobody had given it a moment`);
      continue;
    }
    const early = books.momentAt + offset - call.nodeClockAt;
    if (early > 0) {
      broken.push(`${call.burst}/${call.leg} was called ${early.toFixed(3)} ms before its moment`);
    }
    if (!moments.some((one) => isMoment(one, books.momentAt ?? 0, truth.skewMaxMs))) {
      broken.push(`${call.burst} was released at a moment that nobody ordered`);
    }
  }
  return broken;
}

/** A follow-up has its moment from the burst it follows: so long after that one's, or later. */
function momentsOf(truth: Truth, ledger: Ledger, { burst, follows }: BurstTruth) {
  const ordered = truth.moments.filter((one) => one.burst === burst);
  if (!follows) return ordered;
  const parent = ledger.bursts.find((one) => one.burst === follows.burst);
  const own = ledger.bursts.find((one) => one.burst === burst);
  const momentAt = own?.momentAt ?? 0;
  const { momentAt: after } = parent ?? {};
  // In whole milliseconds.
  if (after === undefined || momentAt <= after + follows.afterMs - 1) return ordered;
  return [...ordered, { burst, kind: 'scheduled', at: after, momentAt } as const];
}

/** A fired burst's moment is the write of the fire, by the clock of whoever wrote it. */
function isMoment(ordered: Truth['moments'][number], momentAt: number, skewMaxMs: number): boolean {
  if (ordered.kind === 'scheduled') return ordered.momentAt === momentAt;
  return momentAt >= ordered.at - skewMaxMs;
}

// ---- V8: what leaves was approved, in these very words, by another person -----------------------

function onlyApprovedContent(truth: Truth): string[] {
  const broken: string[] = [];
  for (const call of truth.calls) {
    const known = truth.bursts.find((one) => one.burst === call.burst);
    if (!known?.needsSecond) continue;
    const hash = known.contents.find((one) => one.content === call.content)?.contentHash;
    const isApproved = truth.acknowledgements.some(
      (one) =>
        one.kind === 'approved' &&
        one.burst === (known.follows?.burst ?? call.burst) &&
        one.contentHash === hash &&
        one.by !== known.plannedBy &&
        one.at <= call.startedAt,
    );
    if (!isApproved) {
      broken.push(
        `${call.burst} sent ${call.content || 'unmarked content'}, which nobody approved`,
      );
    }
  }
  return broken;
}

// ---- V9: where nothing fails, everything goes well ----------------------------------------------

/** First calls start within this after their moment, by the clock of the node that makes them. */
const LATENESS_MS = 50;

/** Every burst with a moment is released on time, and everybody gets it who is not held back. */
function fairWeather(truth: Truth, ledger: Ledger): string[] {
  if (!truth.isFair) return [];
  const broken: string[] = [];
  for (const known of truth.bursts) {
    const books = ledger.bursts.find((one) => one.burst === known.burst);
    if (books?.momentAt === undefined || books.state === 'cancelled') continue;
    const said = standings(books);
    for (const leg of known.legs) {
      const state = books.legs.find((one) => one.name === leg.leg)?.state;
      if (state === 'dropped') continue;
      const name = `${known.burst}/${leg.leg}`;
      const wanted = leg.kind === 'email' ? 'sent' : 'published';
      if (state !== wanted) broken.push(`${name} is ${state} though nothing failed`);
      // Legs of one channel that start together share the quota: the first of them counts.
      const together = known.legs
        .filter((one) => one.kind === leg.kind && one.offsetMs === leg.offsetMs)
        .map((one) => one.leg);
      const first = truth.calls.find(
        (call) => call.burst === known.burst && together.includes(call.leg),
      );
      const late = (first?.nodeClockAt ?? 0) - books.momentAt - leg.offsetMs;
      const isFired = truth.moments.some(
        (one) => one.kind === 'fired' && one.burst === known.burst,
      );
      // What should have started before a fire starts with it.
      if (isFired && leg.offsetMs < 0) continue;
      // An account that is sending already gives its next slot, not this very instant.
      if (first && leg.kind === 'email' && isBusyBefore(truth, first)) continue;
      if (first && late > (isFired ? FINAL_MS : LATENESS_MS)) {
        broken.push(`${name} started ${late.toFixed(1)} ms late though nothing failed`);
      }
    }
    for (const [ordinal, standing] of said) {
      const range = books.ranges.find((one) => ordinal >= one.from && ordinal < one.to);
      const leg = books.legs.find((one) => one.name === range?.leg);
      if (leg?.state !== 'sent' || standing === 'accepted' || standing === 'held_back') continue;
      broken.push(`${known.burst}: ordinal ${ordinal} is ${standing} though nothing failed`);
      break;
    }
  }
  return broken;
}

/** Another leg or burst had a call within the second before. */
function isBusyBefore(truth: Truth, first: CallTruth): boolean {
  return truth.calls.some(
    (call) =>
      call.provider === 'ses' &&
      (call.burst !== first.burst || call.leg !== first.leg) &&
      call.startedAt < first.startedAt &&
      call.startedAt > first.startedAt - 1_000,
  );
}

// ---- V10: nothing is posted after its deadline without asking -----------------------------------

/** A resume is somebody's word that it may still go; it counts from then. */
function nothingTooLate(truth: Truth, ledger: Ledger): string[] {
  const broken: string[] = [];
  for (const call of truth.calls) {
    const momentAt = ledger.bursts.find((one) => one.burst === call.burst)?.momentAt;
    const known = truth.bursts.find((one) => one.burst === call.burst);
    const leg = known?.legs.find((one) => one.leg === call.leg);
    if (call.provider !== 'network' || momentAt === undefined || !leg) continue;
    const resumes = truth.resumes
      .filter((one) => one.burst === call.burst && one.askedAt < call.startedAt)
      .map((one) => (one.answeredAt ?? Number.POSITIVE_INFINITY) + truth.skewMaxMs);
    const late = call.nodeClockAt - Math.max(momentAt + leg.offsetMs, ...resumes) - leg.deadlineMs;
    if (late > 0) {
      broken.push(`${call.burst}/${call.leg} was posted ${Math.round(late)} ms past its deadline`);
    }
  }
  return broken;
}

// ---- V11: the rate stays within the quota in every sliding second -------------------------------

/**
 * Judged as the provider does it: a bucket that holds one second's worth and refills at the stated
 * rate, drained by the calls of all nodes in the order in which they start. No second of any history
 * may draw more than the bucket has.
 */
function withinTheQuota(truth: Truth): string[] {
  const calls = truth.calls
    .filter((call) => call.provider === 'ses')
    .sort((one, other) => one.startedAt - other.startedAt);
  const { statedPerSecond } = truth.quota;
  let tokens = statedPerSecond;
  let filledAt = truth.startAt;
  for (const call of calls) {
    const grown = ((call.startedAt - filledAt) / 1_000) * statedPerSecond;
    tokens = Math.min(statedPerSecond, tokens + grown) - call.addresses.length;
    filledAt = call.startedAt;
    const slack = 1 + statedPerSecond / 4;
    if (tokens < -slack && tokens < -slack - begunBeside(calls, call) * (statedPerSecond / 2)) {
      const at = ((call.startedAt - truth.startAt) / 1_000).toFixed(3);
      return [`${at} s: ${(-tokens).toFixed(1)} people above the quota of ${statedPerSecond}/s`];
    }
  }
  return [];
}

/**
 * Bursts that made their first call within the last second while another one was calling: a moment
 * is kept even where the account's bucket is not full, at half a second's worth for each.
 */
function begunBeside(calls: readonly CallTruth[], now: CallTruth): number {
  const recent = calls.filter(
    (call) => call.startedAt <= now.startedAt && call.startedAt > now.startedAt - 1_000,
  );
  const begun = new Set(recent.map((call) => call.burst));
  for (const call of calls) {
    if (call.startedAt <= now.startedAt - 1_000) begun.delete(call.burst);
  }
  const together = new Set(recent.map((call) => call.burst)).size;
  return together > 1 ? begun.size : 0;
}

// ---- V16: after faults end, everything comes to rest --------------------------------------------

function comesToRest(truth: Truth, ledger: Ledger): string[] {
  if (truth.healedAt === undefined) return [];
  const broken: string[] = [];
  const waited = truth.endedAt - truth.healedAt;
  if (waited > GRACE_MS + REST_MS + 60_000 + truth.patienceMs) {
    broken.push(`it took ${Math.round(waited / 60_000)} minutes to come to rest`);
  }
  for (const burst of ledger.bursts) {
    const name = burst.burst;
    if (!OVER.has(burst.state)) broken.push(`${name} is still ${burst.state}`);
    if (burst.isHeld) broken.push(`somebody still holds ${name}`);
    for (const leg of burst.legs) {
      if (burst.committed && !LEG_OVER.has(leg.state)) {
        broken.push(`leg ${leg.name} of ${name} is still ${leg.state}`);
      }
    }
    for (const lane of burst.lanes) {
      if (burst.committed && lane.window) {
        broken.push(`lane ${lane.lane} of ${name} still has an open window`);
      }
    }
  }
  if (ledger.heldShares > 0) broken.push(`${ledger.heldShares} shares of the rate are still held`);
  return broken;
}

// ---- V17: no retry storm ------------------------------------------------------------------------

/**
 * Entries that go out again are those that were turned away. So the entries called, once by
 * everybody's first attempt and once more by the second of a policy that resends, are each at most
 * the audience plus what was throttled or refused whole.
 */
function noRetryStorm(truth: Truth): string[] {
  const broken: string[] = [];
  for (const known of truth.bursts) {
    const calls = truth.calls.filter((call) => call.burst === known.burst);
    const listed = known.legs.reduce((sum, leg) => sum + leg.audience.length, 0);
    const audience = listed + truth.imported.size * known.legs.length;
    for (const attempt of [1, 2]) {
      const emails = calls.filter(
        (call) => call.provider === 'ses' && (call.attempt ?? 1) === attempt,
      );
      const called = emails.reduce((sum, call) => sum + call.addresses.length, 0);
      const turnedAway = emails.reduce(
        (sum, call) =>
          sum + (call.arrived ? call.addresses.length - call.accepted : call.addresses.length),
        0,
      );
      const most = attempt === 1 || known.policy !== 'at-most-once' ? audience + turnedAway : 0;
      if (called > most) {
        broken.push(
          `${known.burst} called ${called} entries for ${audience} people, ${turnedAway} turned away`,
        );
      }
    }
    const posts = calls.filter((call) => call.provider === 'network');
    const legs = known.legs.filter((leg) => leg.kind === 'post').length;
    if (posts.length > legs * 30) broken.push(`${known.burst} tried to post ${posts.length} times`);
  }
  return broken;
}

// ---- V18: the ledger costs next to nothing ------------------------------------------------------

/**
 * Lanes: one write for each window, and a fixed number for each lane, crash and lost answer.
 * A window may hold fewer than a hundred at low rates: five seconds' worth.
 */
function fewWrites(truth: Truth, ledger: Ledger): string[] {
  const lanes = ledger.bursts.reduce((sum, burst) => sum + burst.lanes.length, 0);
  const people = truth.bursts.reduce(
    (sum, burst) => sum + burst.legs.reduce((all, leg) => all + leg.audience.length, 0),
    0,
  );
  const perSecond = truth.quota.realPerSecond / truth.bursts.length;
  const windowSize = Math.min(WINDOW_MAX, Math.max(1, Math.floor(perSecond * 2.5)));
  // A rate that was cut by refusals makes windows smaller: each refusal may cost a few writes.
  const turnedAway = truth.calls.filter((call) => call.provider === 'ses' && call.throttled > 0);
  const faults =
    truth.crashes + truth.unanswered + truth.acknowledgements.length + turnedAway.length;
  const most = 0.02 * people + people / windowSize + 4 * lanes + 8 * (lanes + 1) * faults;
  const written = ledger.writeUnits.lane ?? 0;
  if (written <= most) return [];
  return [`lanes cost ${written} write units for ${people} people and ${faults} faults`];
}

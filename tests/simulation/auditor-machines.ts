// What the judge holds against the system about its machines: breakers, networks without names,
// the audit log, what came back through the queue. It imports nothing of the system.

import type { Ledger, LedgerAudit } from './ledger.ts';
import type { Truth } from './truth.ts';

type Judge = (truth: Truth, ledger: Ledger) => string[];

export const machineJudges: { readonly [invariant: string]: Judge } = {
  V12: breakerOpens,
  V13: resultsAreTrue,
  V14: poisonIsFinite,
  V15: auditIsWhole,
  V25: neverTwiceWithoutAName,
  V27: plansStand,
};

// ---- V12: a list that proves bad is stopped -------------------------------------------------------

/** So many bounces and nothing delivered: no list that is any good does that. */
const BOUNCES = 20;
/** After a resume the burst counts anew, from its first look on. */
const BOUNCES_AGAIN = 60;
/** One look every 0.8 s, a read that may lag by two, and a second for what was under way. */
const OPENS_MS = 4_000;

/** Judged where nothing fails and no clock is off: then every look sees what there is. */
function breakerOpens(truth: Truth): string[] {
  if (!truth.isCalm) return [];
  const broken: string[] = [];
  for (const { burst } of truth.bursts) {
    const resumes = truth.resumes.filter((one) => one.burst === burst).map((one) => one.askedAt);
    const edges = [Number.NEGATIVE_INFINITY, ...resumes.sort((a, b) => a - b)];
    for (const [index, from] of edges.entries()) {
      const to = edges[index + 1] ?? Number.POSITIVE_INFINITY;
      const bounces = truth.events
        .filter((event) => event.burst === burst && event.kind === 'Bounce')
        .flatMap(({ recordedAt }) => (recordedAt === undefined ? [] : [recordedAt]))
        .filter((at) => at >= from && at < to)
        .sort((a, b) => a - b);
      const crossedAt = bounces[(index === 0 ? BOUNCES : BOUNCES_AGAIN) - 1];
      if (crossedAt === undefined) continue;
      const late = truth.calls.find(
        (call) =>
          call.provider === 'ses' &&
          call.burst === burst &&
          call.startedAt > crossedAt + OPENS_MS &&
          call.startedAt < to,
      );
      if (late) broken.push(`${burst} went on after ${BOUNCES} bounces and nothing delivered`);
    }
  }
  return broken;
}

// ---- V13: results are what the distinct events say ------------------------------------------------

/** Counted once each, however often they came, were replayed or redriven. */
function resultsAreTrue(truth: Truth, ledger: Ledger): string[] {
  if (truth.healedAt === undefined) return [];
  const broken: string[] = [];
  for (const { burst, converting } of ledger.bursts) {
    const recorded = truth.conversions.filter(
      (one) => one.burst === burst && one.recordedAt !== undefined,
    );
    const people = new Set(recorded.map((one) => one.ordinal)).size;
    const told = new Set(
      truth.conversions.filter((one) => one.burst === burst).map((one) => one.ordinal),
    ).size;
    if (converting < people || converting > told) {
      broken.push(`${burst} counts ${converting} who converted, ${people} to ${told} did`);
    }
  }
  return broken;
}

// ---- V14: no message is tried for ever ------------------------------------------------------------

function poisonIsFinite(truth: Truth, ledger: Ledger): string[] {
  const { receivesMost, receivesMax } = truth.queue;
  if (receivesMost > receivesMax) {
    return [`a message was received ${receivesMost} times, at most ${receivesMax} are allowed`];
  }
  const lost = ledger.deadLetters.filter(({ hasReason }) => !hasReason);
  // Without a reason only where whoever had it for the last time died or could not write.
  return truth.isCalm && truth.crashes === 0 && lost.length > 0
    ? [`${lost.length} dead letters have no reason`]
    : [];
}

// ---- V15: the audit log is whole ------------------------------------------------------------------

function auditIsWhole(truth: Truth, ledger: Ledger): string[] {
  const broken = logIsWhole(truth, undefined, ledger.audit);
  for (const { burst, audit, committed, state } of ledger.bursts) {
    broken.push(...logIsWhole(truth, burst, audit));
    // The release before this one wrote no entries about what its runners did.
    if (truth.isMixed) continue;
    const said = (what: string) => audit.said.some((one) => one === what);
    if (committed && !said('released')) broken.push(`${burst} was released, no entry says so`);
    if (state === 'missed' && !said('missed')) broken.push(`${burst} was missed, no entry says so`);
    if (state === 'closed' && !said('decided')) broken.push(`${burst} is over, no entry says so`);
  }
  return broken;
}

/** An unbroken chain, no deed twice, and an entry for every order that somebody carried out. */
function logIsWhole(truth: Truth, burst: string | undefined, log: LedgerAudit): string[] {
  const broken: string[] = [];
  const name = burst ?? 'the deployment';
  if (log.brokenAt !== undefined) broken.push(`${name}: entry ${log.brokenAt} breaks the chain`);
  if (new Set(log.ids).size < log.ids.length) broken.push(`${name}: a deed stands twice`);
  const open = new Map<string, number>();
  for (const { by, what } of log.entries) {
    open.set(`${what} by ${by}`, (open.get(`${what} by ${by}`) ?? 0) + 1);
  }
  for (const { by, what } of truth.orders.filter((one) => one.burst === burst)) {
    const left = (open.get(`${what} by ${by}`) ?? 0) - 1;
    open.set(`${what} by ${by}`, left);
    if (left === -1) broken.push(`${name}: a ${what} by ${by} has no entry`);
  }
  return broken;
}

// ---- V27: the words that were planned last are the burst's ------------------------------------------

/** Unless a try to plan others has no answer yet, or had one after these were asked for. */
function plansStand(truth: Truth, ledger: Ledger): string[] {
  const broken: string[] = [];
  for (const { burst } of truth.bursts) {
    const planned = truth.acknowledgements.flatMap((ack) =>
      ack.kind === 'planned' && ack.burst === burst ? [ack] : [],
    );
    if (planned.length === 0) continue;
    const books = ledger.bursts.find((one) => one.burst === burst);
    if (!books) {
      broken.push(`${burst} was planned and is in no book`);
      continue;
    }
    const mayBe = truth.plannings.some(
      (one) =>
        one.burst === burst &&
        one.contentHash === books.contentHash &&
        !one.isRefused &&
        !planned.some(
          (ack) =>
            ack.contentHash !== one.contentHash &&
            ack.askedAt > (one.answeredAt ?? Number.POSITIVE_INFINITY),
        ),
    );
    if (!mayBe) broken.push(`${burst} does not hold the words that were planned last`);
  }
  return broken;
}

// ---- V25: without a name, a key or a stage nothing is asked for twice -----------------------------

/** A call that was turned away for certain had no effect; any other one may have had it. */
function neverTwiceWithoutAName(truth: Truth): string[] {
  const broken: string[] = [];
  for (const { burst, legs } of truth.bursts) {
    for (const { leg } of legs.filter((one) => one.isBare)) {
      const calls = truth.calls.filter(
        (call) =>
          call.provider === 'network' &&
          call.burst === burst &&
          call.leg === leg &&
          (call.accepted > 0 || !call.arrived),
      );
      if (calls.length > 1) broken.push(`${burst}/${leg} was asked for ${calls.length} times`);
    }
  }
  return broken;
}

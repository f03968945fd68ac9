// What the judge holds against the system about single people: hours, waves, conversions, caps,
// erasure. Like auditor.ts it imports nothing of the system.

import type { Ledger } from './ledger.ts';
import type { CallTruth, Truth } from './truth.ts';

type Judge = (truth: Truth, ledger: Ledger) => string[];

const FINAL_MS = 1_000;
const MINUTE_MS = 60_000;
const DAY_MINUTES = 1_440;
/** Minutes ahead of UTC of the zones a burst of these worlds may be in; no clock changes there. */
const ZONES: { readonly [zone: string]: number } = { UTC: 0, 'Europe/Paris': 60 };
/** Nobody is released later than this after her leg or wave was to start. */
const LATEST_MS = 24 * 3_600_000;

export const peopleJudges: { readonly [invariant: string]: Judge } = {
  V19: quietHoursHold,
  V26: nobodyTooLate,
  V21: oneAllocationPerWave,
  V22: convertedAreSkipped,
  V23: capHolds,
  V24: erasedAreNowhere,
  V30: followUpsReachTheirOwn,
};

function emails(truth: Truth): CallTruth[] {
  return truth.calls.filter((call) => call.provider === 'ses');
}

function legOf(truth: Truth, { burst, leg }: { readonly burst: string; readonly leg: string }) {
  const known = truth.bursts.find((one) => one.burst === burst);
  return known?.legs.find((one) => one.leg === leg);
}

// ---- V19: nobody is called inside her quiet hours ------------------------------------------------

/** By the clock of the node that calls; what was decided within the last second counts as decided. */
function quietHoursHold(truth: Truth, ledger: Ledger): string[] {
  const broken: string[] = [];
  for (const call of emails(truth)) {
    const leg = legOf(truth, call);
    if (!leg?.quiet) continue;
    const zone = ledger.bursts.find((one) => one.burst === call.burst)?.zone ?? 'UTC';
    for (const address of call.addresses) {
      // Imported without a zone beside a contact that has one: either may be the one who is called.
      if (truth.imported.has(address)) continue;
      const offset = leg.offsets?.get(address) ?? ZONES[zone] ?? 0;
      const isQuiet = (at: number) => isInside(leg.quiet, at, offset);
      if (isQuiet(call.nodeClockAt) && isQuiet(call.nodeClockAt - FINAL_MS)) {
        broken.push(`${call.burst}/${call.leg} called ${address} inside quiet hours`);
        break;
      }
    }
  }
  return broken;
}

function isInside(
  quiet: { readonly from: number; readonly to: number } | undefined,
  at: number,
  offsetMinutes: number,
): boolean {
  if (!quiet) return false;
  const { from, to } = quiet;
  const minute = (at / MINUTE_MS + offsetMinutes) % DAY_MINUTES;
  return from < to ? minute >= from && minute < to : minute >= from || minute < to;
}

// ---- V26: nobody is called later than she may be held --------------------------------------------

function nobodyTooLate(truth: Truth, ledger: Ledger): string[] {
  const broken: string[] = [];
  for (const call of emails(truth)) {
    const books = ledger.bursts.find((one) => one.burst === call.burst);
    const leg = legOf(truth, call);
    if (books?.momentAt === undefined || !leg) continue;
    const waves = books.ranges.find((one) => one.leg === call.leg)?.waves ?? [];
    const startAt = Math.max(
      books.momentAt + leg.offsetMs,
      ...waves.map((wave) => wave.startAt ?? 0),
    );
    const resumes = truth.resumes.filter((one) => one.burst === call.burst);
    const resumedAt = Math.max(startAt, ...resumes.map((one) => one.answeredAt ?? Infinity));
    const late = call.nodeClockAt - resumedAt - LATEST_MS - leg.deadlineMs - truth.skewMaxMs;
    if (late > 0) broken.push(`${call.burst}/${call.leg} called ${Math.round(late)} ms too late`);
  }
  return broken;
}

// ---- V21: one allocation a wave, stored before its first claim ------------------------------------

function oneAllocationPerWave(truth: Truth, ledger: Ledger): string[] {
  const broken: string[] = [];
  for (const ack of truth.acknowledgements) {
    if (ack.kind !== 'allocated') continue;
    const books = ledger.bursts.find((one) => one.burst === ack.burst);
    const wave = books?.ranges.find((one) => one.leg === ack.leg)?.waves?.[ack.wave - 1];
    if (wave?.calls?.join() !== ack.calls.join()) {
      broken.push(`${ack.burst}/${ack.leg}: wave ${ack.wave} was allocated twice`);
    }
  }
  for (const one of truth.accepted) {
    const books = ledger.bursts.find(({ burst }) => burst === one.burst);
    const waves = books?.ranges.find((range) => range.leg === one.leg)?.waves;
    const wave = waves?.find(({ from, to }) => one.ordinal >= from && one.ordinal < to);
    if (!wave) continue;
    const name = `${one.burst}/${one.leg}: ordinal ${one.ordinal}`;
    if (!wave.calls) broken.push(`${name} was called, its wave has no allocation`);
    else if (!wave.calls.includes(one.call)) {
      broken.push(`${name} was asked for ${one.call}, its wave says ${wave.calls.join(', ')}`);
    } else if (wave.startAt !== undefined && one.startedAt < wave.startAt - 2 * truth.skewMaxMs) {
      broken.push(`${name} was called before its wave was allocated`);
    }
    if (broken.length > 5) break;
  }
  return broken;
}

// ---- V22: whoever has converted is not called 1 s after the log says so ---------------------------

function convertedAreSkipped(truth: Truth): string[] {
  const since = new Map<string, number>();
  for (const { address, recordedAt } of truth.conversions) {
    if (recordedAt === undefined) continue;
    since.set(address, Math.min(recordedAt, since.get(address) ?? recordedAt));
  }
  if (since.size === 0) return [];
  const broken: string[] = [];
  for (const call of emails(truth)) {
    if (!legOf(truth, call)?.skipsConverted) continue;
    for (const address of call.addresses) {
      const late = call.startedAt - (since.get(address) ?? Infinity);
      if (late <= FINAL_MS) continue;
      broken.push(
        `${call.burst}/${call.leg} called ${address} ${Math.round(late)} ms after she converted`,
      );
    }
  }
  return broken;
}

// ---- V23: nobody gets more than the cap allows, over all bursts -----------------------------------

/**
 * Judged by what had been accepted when the list was frozen: the freeze decides. A burst fired just
 * before may not stand in the index yet by which the freeze finds the others.
 */
function capHolds(truth: Truth, ledger: Ledger): string[] {
  const broken: string[] = [];
  for (const { burst, cap } of truth.bursts) {
    const books = ledger.bursts.find((one) => one.burst === burst);
    if (!cap || books?.frozenAt === undefined) continue;
    const until = books.frozenAt - 2 * truth.skewMaxMs;
    const since = (books.momentAt ?? books.frozenAt) - cap.withinMs + MINUTE_MS;
    const unseen = new Set(
      ledger.bursts.flatMap((one) =>
        (one.momentAt ?? 0) > until - truth.indexLagMs ? [one.burst] : [],
      ),
    );
    const before = new Map<string, number>();
    for (const one of truth.accepted) {
      if (one.burst === burst || one.at > until || one.at < since) continue;
      if (truth.indexLagMs > 0 && unseen.has(one.burst)) continue;
      before.set(one.address, (before.get(one.address) ?? 0) + 1);
    }
    const over = truth.accepted.find(
      (one) => one.burst === burst && (before.get(one.address) ?? 0) >= cap.messages,
    );
    if (over) broken.push(`${burst} went to ${over.address}, who had got her share by then`);
  }
  return broken;
}

// ---- V24: whoever was erased stands nowhere by name -----------------------------------------------

/** An import that was over before somebody asked for the erasure brings nobody back. */
function erasedAreNowhere(truth: Truth, ledger: Ledger): string[] {
  const erased = new Set(
    truth.acknowledgements.flatMap((ack) =>
      ack.kind === 'erased' && !mayBeBack(truth, ack.address, ack.askedAt) ? [ack.address] : [],
    ),
  );
  const broken: string[] = [];
  for (const { burst, members } of ledger.bursts) {
    const found = members.find((member) => erased.has(member.address));
    if (found) broken.push(`${burst} still lists ${found.address} as ordinal ${found.ordinal}`);
  }
  const contact = ledger.contacts.find((address) => erased.has(address));
  if (contact !== undefined) broken.push(`${contact} was erased and is still a contact`);
  const before = ledger.journals.find((address) => erased.has(address));
  if (before !== undefined) broken.push(`${before} was erased, undoing an import brings her back`);
  return broken;
}

function mayBeBack(truth: Truth, address: string, erasedFrom: number): boolean {
  return truth.imports.some(
    (one) => one.addresses.includes(address) && (one.answeredAt ?? Infinity) > erasedFrom,
  );
}

// ---- V30: a follow-up goes to those it is meant for, of those whom the other burst reached ---------

function followUpsReachTheirOwn(truth: Truth): string[] {
  const broken: string[] = [];
  for (const { burst, follows } of truth.bursts) {
    if (!follows) continue;
    const reached = truth.accepted.filter((one) => one.burst === follows.burst);
    const answers = follows.who === 'converted' ? truth.conversions : truth.clicks;
    const own = new Set(answers.filter(isOf(follows.burst)).map(({ ordinal }) => ordinal));
    const isMeant = follows.who === 'converted' || follows.who === 'clicked';
    const may = new Set(
      reached.filter(({ ordinal }) => !isMeant || own.has(ordinal)).map(({ address }) => address),
    );
    const wrong = truth.accepted.find((one) => one.burst === burst && !may.has(one.address));
    if (wrong) broken.push(`${burst} went to ${wrong.address}, who is not ${follows.who}`);
  }
  return broken;
}

function isOf(burst: string): (one: { readonly burst: string }) => boolean {
  return (one) => one.burst === burst;
}

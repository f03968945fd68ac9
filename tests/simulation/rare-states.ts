// States that hardly ever come about, and that a run must have met: a generator that never gets
// there proves nothing.

import type { Ledger, LedgerBurst, LedgerWave } from './ledger.ts';
import type { Doing } from './script.ts';
import type { BurstTruth, CallTruth, Truth } from './truth.ts';

export interface Facts {
  readonly truth: Truth;
  readonly ledger: Ledger;
  readonly doings: readonly Doing[];
  /** What the world noted while it ran: `lost_effect at ses send`, `log: lease_lost`, ... */
  readonly notes: ReadonlySet<string>;
}

type Met = (facts: Facts) => boolean;

const noted =
  (...notes: readonly string[]): Met =>
  (facts) =>
    notes.some((note) => facts.notes.has(note));

const states: readonly (readonly [string, Met])[] = [
  // People
  ['stopped before the first call', ({ truth }) => stops(truth, (calls) => calls.length === 0)],
  ['stopped in the middle of the sending', ({ truth }) => stops(truth, isAround)],
  ['stopped while a call was under way', ({ truth }) => stops(truth, isUnderWay)],
  ['stopped twice', ({ truth }) => hasTwice(truth, 'stopped')],
  ['stop refused: nothing had been released', noted('stop refused: wrong_state')],
  ['stop tried again', noted('stop tried again')],
  ['resumed after a stop', noted('resume acknowledged')],
  ['resumed within two seconds of the stop', ({ truth }) => isResumedSoon(truth)],
  ['sent on after a resume', ({ truth }) => isSentOn(truth)],
  ['abandoned', noted('abandon acknowledged')],
  ['cancelled in the last five seconds', ({ truth }) => isCancelledLate(truth)],
  ['cancel came too late', noted('cancel refused: wrong_state')],
  ['cancel tried again', noted('cancel tried again')],
  ['fired', noted('fire acknowledged')],
  ['fired too early', noted('fire refused: too_early')],
  ['fired twice', noted('fire refused: wrong_state')],
  ['fire tried again', noted('fire tried again')],
  ['one of two outcomes came true', ({ ledger }) => hasReason(ledger, 'other_outcome')],
  ['planned from a file', noted('plan acknowledged')],
  ['plan tried again', noted('plan tried again')],
  ['ordered before it was planned', ({ notes }) => isUnknown(notes)],
  ['edited and planned anew', noted('edit acknowledged')],
  ['edit tried again', noted('edit tried again')],
  ['edited under an approval that was seen', noted('edited under an approval that was seen')],
  ['an edit lost its race', noted('edit refused: precondition_failed')],
  ['approved words that had been changed meanwhile', noted('approve refused: content_changed')],
  ['edited once it was armed', noted('edit refused: wrong_state')],
  ['scheduled without its approval', noted('schedule refused: not_approved')],
  ['approval tried again', noted('approve tried again')],
  ['suppressed before the freeze', ({ truth }) => truth.suppressedBefore.length > 0],
  ['suppressed between freeze and call', ({ ledger }) => hasState(ledger, 'held_back')],
  ['suppressed within a second of the call', ({ truth }) => isSuppressedClose(truth)],
  ['two contacts with one address', ({ ledger }) => hasHeld(ledger, 'same_address')],
  // Runners
  ['two runners at once', noted('two runners at once')],
  ['a lease was lost', noted('log: lease_lost')],
  ['taken over on stand-by', noted('taken over: standby')],
  ['taken over while armed', noted('taken over: armed')],
  ['taken over while releasing', noted('taken over: releasing')],
  ['taken over three times', ({ ledger }) => ledger.bursts.some((one) => one.epoch > 6)],
  ['a zombie woke up', noted('woke after a zombie stall')],
  ['a container was thawed with work left over', noted('thawed with work left over')],
  ['killed at the time limit', noted('crash: at its time limit')],
  ['the whole fleet died', noted('crash: with the whole fleet')],
  ['a clock stepped', noted('a clock stepped')],
  ['a preparation failed and was tried again', noted('log: not_prepared')],
  ['the header could not be read on the hold', noted('log: header_unreadable')],
  ['the guard could not read', noted('log: guard_unreadable')],
  ['a lease could not be renewed', noted('log: lease_not_renewed')],
  ['the rate could not be read', noted('log: rate_unreadable')],
  ['a burst was missed', ({ ledger }) => ledger.bursts.some((one) => one.wasMissed)],
  ['a leg was missed', ({ ledger }) => hasLeg(ledger, 'missed')],
  ['a leg was dropped before the release', ({ ledger }) => isDropped(ledger)],
  ['a leg was never called', ({ ledger }) => hasLeg(ledger, 'not_called')],
  // Doubt
  ['somebody is unproven', ({ ledger }) => hasState(ledger, 'unproven')],
  ['an event settled a doubt', ({ ledger }) => hasOutcome(ledger, 'accepted', 'event')],
  ['somebody was called once more by policy', ({ truth }) => truth.accepted.some(isResend)],
  ['somebody was refused', ({ ledger }) => hasState(ledger, 'refused')],
  ['a window was in doubt on two lanes', ({ ledger }) => ledger.bursts.some(isDoubtOnTwoLanes)],
  ['crashed with a call under way', noted('crash_after at ses send', 'crash_answered at ses send')],
  ['crashed right before a call', noted('crash_before at ses send')],
  ['a commit took effect and its writer died', noted('crash_after at table put')],
  // Providers
  ['an entry was throttled inside a 200', ({ truth }) => truth.calls.some(isThrottledInPart)],
  ['a whole call was throttled', noted('refused at ses send')],
  ['SES took it and the answer was lost', noted('lost_effect at ses send')],
  ['SES took it and answered 500', noted('error_effect at ses send')],
  ['SES never got it and nobody knew', noted('lost_no_effect at ses send')],
  ['SES took it after the caller gave up', noted('late at ses send')],
  ['SES answered garbage', noted('garbage at ses send')],
  ['the account was paused', noted('P3 begins')],
  ['the real rate was lower than the stated one', ({ truth }) => isSlower(truth)],
  ['the post stands and its answer was lost', noted('lost_effect at http publish')],
  ['the network answered 500 to a post it took', noted('error_effect at http publish')],
  ['the network never got the post', noted('lost_no_effect at http publish')],
  ['the network took the post after the caller gave up', noted('late at http publish')],
  ['the network answered garbage', noted('garbage at http publish')],
  ['a post was asked for twice', ({ truth }) => isPostRepeated(truth)],
  ['the token was refused or the network throttled', noted('P4 begins')],
  ['no key could be read', noted('K1 begins')],
  // Feedback and table
  ['an event came twice', noted('an event came twice')],
  ['an event was recorded before its own call was answered', ({ truth }) => isEventFirst(truth)],
  ['an event suppressed an address', noted('an event suppressed an address')],
  ['a recorder died', noted('a recorder died')],
  ['the table throttled for seconds', noted('D3 begins')],
  ['an old read', noted('an old read')],
  ['the index lagged', noted('the index lagged')],
  ['a write took effect after its writer gave up', noted('late at table put')],
  ['a write was answered with an error and stands', noted('error_effect at table put')],
  ['a write was lost and repeated', noted('lost_no_effect at table put')],
  // Readers and what comes back of them
  ['somebody left by the link', noted('somebody left by the link')],
  ['a conversion was heard', noted('a conversion was heard')],
  ['held back because she had converted', ({ ledger }) => isHeldFor(ledger, 'converted')],
  ['somebody clicked', noted('reader: click')],
  ['somebody complained', noted('reader: complain')],
  ['everything came again', noted('reader: replay')],
  ['poison came', noted('log: message_poison')],
  [
    'a dead letter keeps its reason',
    ({ ledger }) => ledger.deadLetters.some((one) => one.hasReason),
  ],
  ['redriven', noted('redrive acknowledged')],
  ['a redrive replayed what was set aside', noted('a dead letter was replayed')],
  ['a breaker stopped a burst', noted('log: breaker_open')],
  ['a runner switched the sending on again', noted('log: sending_switched_on')],
  // Lists
  ['erased', noted('erase acknowledged')],
  ['erased from a frozen list', ({ ledger }) => isErasedFromList(ledger)],
  ['erased within seconds of a freeze', ({ truth, ledger }) => isErasedAround(truth, ledger)],
  ['erase tried again', noted('erase tried again')],
  ['erased after an import had changed her', ({ truth }) => isErasedAfterImport(truth)],
  ['imported people were written to', ({ truth }) => truth.accepted.some(isImported)],
  ['the frequency cap held somebody back', ({ ledger }) => hasHeld(ledger, 'frequency_cap')],
  ['held back in quiet hours', ({ ledger }) => isHeldFor(ledger, 'quiet_hours')],
  ['kept until quiet hours ended, then called', ({ truth }) => truth.calls.some(isReleased(truth))],
  ['a wave was allocated by somebody', ({ truth }) => hasAllocated(truth)],
  ['a wave left by itself', ({ truth, ledger }) => hasWaveByItself(truth, ledger)],
  ['a wave had its allocation already', noted('allocate refused: wave_allocated')],
  ['a bet was made by itself', ({ truth, ledger }) => hasBet(truth, ledger, false)],
  [
    'a bet was made when somebody let its wave go',
    ({ truth, ledger }) => hasBet(truth, ledger, true),
  ],
  ['a bet went all to one call', ({ ledger }) => hasWave(ledger, isAllToOne)],
  ['a bet had nothing to go by', ({ ledger }) => hasWave(ledger, isBlind)],
  ['all posts of a series stand', ({ truth }) => truth.bursts.some(isSeriesWhole(truth))],
  ['only some posts of a series stand', ({ truth }) => truth.bursts.some(isSeriesPart(truth))],
  ['a first wave waited for its feedback', noted('log: first_wave_sent')],
  ['a runner stopped its burst', ({ ledger }) => ledger.bursts.some(isStoppedByRunner)],
  ['a follow-up was made', noted('log: follow_up_made')],
  ['a follow-up reached somebody', ({ truth }) => hasFollowed(truth, () => true)],
  [
    'a follow-up reached those who had answered',
    ({ truth }) => hasFollowed(truth, (who) => who === 'converted' || who === 'clicked'),
  ],
  // Networks of other kinds
  ['a post under our own name was asked for twice', ({ truth }) => isAskedTwice(truth, 'named')],
  ['a staged post was asked for twice', ({ truth }) => isAskedTwice(truth, 'staged')],
  ['a bare post stands and its answer was lost', ({ truth }) => isBareInDoubt(truth)],
  ['a bare post stands', ({ truth }) => truth.posts.some(({ id }) => id.startsWith('bare'))],
  // Releases
  ['old code met what only new code writes', noted('old code met new items')],
  ['a taking over stands in the audit log', ({ ledger }) => saysTakenOver(ledger)],
  ['the audit log could not be written', noted('log: audit_unwritten')],
];

/** Every rare state has a name; a run counts how often each was met. */
export const RARE_STATES: readonly string[] = states.map(([name]) => name);

export function rareStatesOf(facts: Facts): string[] {
  return states.filter(([, met]) => met(facts)).map(([name]) => name);
}

// ---- People -------------------------------------------------------------------------------------

/** Some acknowledged stop of which this holds, given the burst's email calls and when it was. */
function stops(truth: Truth, holds: (calls: readonly CallTruth[], at: number) => boolean): boolean {
  return truth.acknowledgements.some((ack) => {
    if (ack.kind !== 'stopped') return false;
    const calls = truth.calls.filter((call) => call.burst === ack.burst);
    return holds(
      ack.at === ack.askedAt
        ? []
        : calls.filter((call) => call.startedAt < ack.at || call.provider === 'ses'),
      ack.at,
    );
  });
}

function isAround(calls: readonly CallTruth[], at: number): boolean {
  return calls.some((call) => call.startedAt < at) && calls.some((call) => call.startedAt > at);
}

function isUnderWay(calls: readonly CallTruth[], at: number): boolean {
  return calls.some((call) => call.startedAt < at && at < (call.endedAt ?? call.startedAt));
}

function hasTwice(truth: Truth, kind: 'stopped'): boolean {
  const bursts = truth.acknowledgements.flatMap((ack) => (ack.kind === kind ? [ack.burst] : []));
  return new Set(bursts).size < bursts.length;
}

function isResumedSoon(truth: Truth): boolean {
  return truth.resumes.some((resume) =>
    truth.acknowledgements.some(
      (ack) =>
        ack.kind === 'stopped' &&
        ack.burst === resume.burst &&
        Math.abs(resume.askedAt - ack.at) < 2_000,
    ),
  );
}

function isSentOn(truth: Truth): boolean {
  return truth.resumes.some((resume) =>
    truth.calls.some((call) => call.burst === resume.burst && call.startedAt > resume.askedAt),
  );
}

function isCancelledLate(truth: Truth): boolean {
  return truth.acknowledgements.some(
    (ack) =>
      ack.kind === 'cancelled' &&
      truth.moments.some(
        (one) =>
          one.kind === 'scheduled' &&
          one.burst === ack.burst &&
          ack.at < one.momentAt &&
          ack.at > one.momentAt - 5_000,
      ),
  );
}

function isSuppressedClose(truth: Truth): boolean {
  return truth.acknowledgements.some(
    (ack) =>
      ack.kind === 'suppressed' &&
      truth.calls.some(
        (call) => Math.abs(call.startedAt - ack.at) < 1_000 && call.addresses.includes(ack.address),
      ),
  );
}

// ---- Books --------------------------------------------------------------------------------------

function hasState(ledger: Ledger, state: string): boolean {
  return hasOutcome(ledger, state, undefined);
}

function hasOutcome(ledger: Ledger, state: string, reason: string | undefined): boolean {
  return ledger.bursts.some((burst) =>
    burst.records.some((record) =>
      record.outcomes.some(
        (one) => one.state === state && (reason === undefined || one.reason === reason),
      ),
    ),
  );
}

function hasHeld(ledger: Ledger, reason: string): boolean {
  return ledger.bursts.some((burst) => (burst.heldBackAtFreeze[reason] ?? 0) > 0);
}

function hasLeg(ledger: Ledger, state: string): boolean {
  return ledger.bursts.some((burst) => burst.legs.some((leg) => leg.state === state));
}

function hasReason(ledger: Ledger, reason: string): boolean {
  return ledger.bursts.some((burst) => burst.legs.some((leg) => leg.reason === reason));
}

function isDropped(ledger: Ledger): boolean {
  return ledger.bursts.some((burst) =>
    burst.legs.some((leg) => leg.state === 'dropped' && leg.reason !== 'other_outcome'),
  );
}

function isDoubtOnTwoLanes(burst: LedgerBurst): boolean {
  const lanes = burst.records
    .filter((record) => record.outcomes.some((one) => one.reason === 'holder_lost'))
    .map((record) => record.lane);
  return new Set(lanes).size > 1;
}

// ---- Readers, lists, networks -------------------------------------------------------------------

function isHeldFor(ledger: Ledger, reason: string): boolean {
  return hasOutcome(ledger, 'held_back', reason) || hasHeld(ledger, reason);
}

function isErasedFromList(ledger: Ledger): boolean {
  return ledger.bursts.some(({ members }) =>
    members.some(({ address }) => address.startsWith('#')),
  );
}

function isErasedAround(truth: Truth, ledger: Ledger): boolean {
  return truth.acknowledgements.some(
    (ack) =>
      ack.kind === 'erased' &&
      ledger.bursts.some(({ frozenAt }) => Math.abs((frozenAt ?? 0) - ack.at) < 10_000),
  );
}

function isErasedAfterImport(truth: Truth): boolean {
  return truth.acknowledgements.some((ack) => {
    if (ack.kind !== 'erased') return false;
    const over = truth.imports.filter(
      ({ addresses, answeredAt = Infinity }) =>
        addresses.includes(ack.address) && answeredAt < ack.askedAt,
    );
    return over.length > 1;
  });
}

function isUnknown(notes: ReadonlySet<string>): boolean {
  return [...notes].some((note) => note.endsWith('refused: burst_unknown'));
}

function isImported({ address }: Truth['accepted'][number]): boolean {
  return address.startsWith('new');
}

/** A call after the end of quiet hours that held back everybody of the leg at its moment. */
function isReleased(truth: Truth): (call: CallTruth) => boolean {
  const minuteOf = (at: number) => (at / 60_000) % 1_440;
  return (call) => {
    const leg = truth.bursts
      .find((one) => one.burst === call.burst)
      ?.legs.find((one) => one.leg === call.leg);
    if (!leg?.quiet) return false;
    const since = minuteOf(call.startedAt) - leg.quiet.to;
    const momentAt = truth.moments.find((one) => one.burst === call.burst)?.momentAt ?? 0;
    return since >= 0 && since < 1 && minuteOf(momentAt) < leg.quiet.to;
  };
}

function hasAllocated(truth: Truth): boolean {
  return truth.acknowledgements.some(({ kind }) => kind === 'allocated');
}

function hasWaveByItself(truth: Truth, ledger: Ledger): boolean {
  return ledger.bursts.some(({ burst, ranges }) =>
    ranges.some(({ leg, waves }) =>
      waves?.some(
        ({ calls }, index) =>
          index > 0 &&
          calls !== undefined &&
          !truth.acknowledgements.some(
            (ack) =>
              ack.kind === 'allocated' &&
              ack.burst === burst &&
              ack.leg === leg &&
              ack.wave === index + 1,
          ),
      ),
    ),
  );
}

function hasWave(ledger: Ledger, holds: (wave: LedgerWave) => boolean): boolean {
  return ledger.bursts.some(({ ranges }) => ranges.some(({ waves }) => waves?.some(holds)));
}

function isAllToOne({ bet, calls = [] }: LedgerWave): boolean {
  return bet !== undefined && calls.length === 1;
}

function isBlind({ bet }: LedgerWave): boolean {
  return bet?.seen.every(({ s }) => s === 0) === true;
}

function hasBet(truth: Truth, ledger: Ledger, isBySomebody: boolean): boolean {
  return ledger.bursts.some(({ burst, ranges }) =>
    ranges.some(({ leg, waves }) =>
      waves?.some(
        ({ bet }, index) =>
          bet !== undefined &&
          isBySomebody ===
            truth.acknowledgements.some(
              (ack) =>
                ack.kind === 'allocated' &&
                ack.burst === burst &&
                ack.leg === leg &&
                ack.wave === index + 1,
            ),
      ),
    ),
  );
}

/** How many of how many posts of its series stand. */
function seriesOf(truth: Truth, { burst, legs }: BurstTruth): readonly [number, number] {
  const own = legs.filter(({ series }) => series !== undefined);
  const stand = own.filter(({ leg }) =>
    truth.posts.some((post) => post.burst === burst && post.leg === leg),
  );
  return [stand.length, own.length];
}

function isSeriesWhole(truth: Truth): (burst: BurstTruth) => boolean {
  return (burst) => {
    const [stand, all] = seriesOf(truth, burst);
    return all > 0 && stand === all;
  };
}

function isSeriesPart(truth: Truth): (burst: BurstTruth) => boolean {
  return (burst) => {
    const [stand, all] = seriesOf(truth, burst);
    return stand > 0 && stand < all;
  };
}

function hasFollowed({ bursts, accepted }: Truth, isMeant: (who: string) => boolean): boolean {
  return bursts.some(
    ({ burst, follows }) =>
      follows && isMeant(follows.who) && accepted.some((one) => one.burst === burst),
  );
}

function isAskedTwice(truth: Truth, kind: string): boolean {
  return truth.bursts.some(({ burst, legs }) =>
    legs.some((leg) => {
      if (leg.channel !== kind) return false;
      const calls = truth.calls.filter((call) => call.burst === burst && call.leg === leg.leg);
      return calls.filter((call) => call.accepted > 0 || !call.arrived).length > 1;
    }),
  );
}

function isBareInDoubt(truth: Truth): boolean {
  return truth.bursts.some(({ burst, legs }) =>
    legs.some(
      ({ leg, isBare }) =>
        isBare &&
        truth.calls.some(
          (call) => call.burst === burst && call.leg === leg && call.accepted > 0 && !call.arrived,
        ),
    ),
  );
}

function isStoppedByRunner({ audit }: LedgerBurst): boolean {
  return audit.said.includes('stopped');
}

function saysTakenOver(ledger: Ledger): boolean {
  return ledger.bursts.some(({ audit }) =>
    audit.said.some((what) => what.startsWith('taken over')),
  );
}

// ---- Providers ----------------------------------------------------------------------------------

function isThrottledInPart(call: CallTruth): boolean {
  return call.provider === 'ses' && call.throttled > 0 && call.accepted > 0;
}

function isResend({ attempt }: Truth['accepted'][number]): boolean {
  return attempt > 1;
}

function isSlower({ quota, calls }: Truth): boolean {
  return quota.realPerSecond < quota.statedPerSecond && calls.some((call) => call.throttled > 0);
}

function isPostRepeated(truth: Truth): boolean {
  const posts = truth.calls.filter((call) => call.provider === 'network');
  return posts.some((one) =>
    posts.some((other) => other !== one && other.burst === one.burst && other.leg === one.leg),
  );
}

function isEventFirst(truth: Truth): boolean {
  return truth.events.some(
    (event) =>
      event.kind === 'Send' &&
      event.recordedAt !== undefined &&
      truth.calls.some(
        (call) =>
          call.burst === event.burst &&
          call.addresses.includes(event.address) &&
          (call.endedAt === undefined || call.endedAt > (event.recordedAt ?? 0)),
      ),
  );
}

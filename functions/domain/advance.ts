// The life of a burst as one pure function: which event leads where, and which are refused.

import { type Approval, type Burst, isLeased, releaseSpan } from './burst.ts';
import { isActive, isFinal, type LegState, type LegSummary } from './leg.ts';
import { limits } from './limits.ts';
import { needsPerson, withUntold } from './untold.ts';

export type BurstEvent =
  | { kind: 'edit'; contentHash: string; legs: Burst['legs'] }
  | { kind: 'approve'; approval: Approval; now: number }
  | { kind: 'schedule'; momentAt: number; zone: string; now: number }
  | { kind: 'standby'; from: number; until: number; zone: string; now: number }
  | { kind: 'lease'; holder: string; now: number; leaseUntil: number }
  | { kind: 'renew'; holder: string; epoch: number; leaseUntil: number }
  | { kind: 'hand_over'; epoch: number; nextAt?: number }
  | { kind: 'prepared'; epoch: number; now: number; recipients: number; lanes: number }
  | { kind: 'leg'; epoch: number; name: string; state: LegState; reason?: string }
  | { kind: 'hold'; epoch: number; reason: string }
  | { kind: 'fire'; now: number; outcome?: string }
  | { kind: 'commit'; epoch: number; now: number; legs: readonly string[] }
  | { kind: 'wake'; now: number }
  | { kind: 'stop'; now: number; reason: string }
  | { kind: 'resume'; now: number }
  | { kind: 'abandon'; now: number; measureUntil: number }
  | { kind: 'cancel'; now: number }
  | { kind: 'miss'; now: number }
  | { kind: 'sent'; epoch: number; now: number; measureUntil: number }
  | { kind: 'decide'; now: number }
  /**
   * What stood in the header for others to hear of was passed on, up to this revision; and what
   * runners did stands in the audit log, up to another.
   */
  | { kind: 'told'; upTo: number; deedsUpTo?: number }
  | { kind: 'close'; now: number };

/** What must be carried out once the new header is durably written. */
export type BurstCommand =
  | { kind: 'start_runner' }
  | { kind: 'switch_sending'; enabled: boolean }
  | {
      /** Kept in the header until somebody has passed it on (`untold`). */
      kind: 'notify';
      about: 'missed' | 'held' | 'released' | 'stopped' | 'finished' | 'decided' | 'leg';
      leg?: string;
    };

export type Advanced =
  | { kind: 'advanced'; burst: Burst; commands: BurstCommand[] }
  | { kind: 'refused'; code: string; message: string };

type Handler<K extends BurstEvent['kind']> = (
  burst: Burst,
  event: Extract<BurstEvent, { kind: K }>,
) => Advanced;

/**
 * The next burst, or why not. Pure: neither clock nor chance; `revision` and `nonce` are the
 * store's business and stay as they were.
 */
export function advance(burst: Burst, event: BurstEvent): Advanced {
  const handler = handlers[event.kind] as Handler<typeof event.kind>;
  const answer = handler(burst, event as never);
  return answer.kind === 'refused' ? answer : withUntold(burst, answer);
}

const handlers: { [K in BurstEvent['kind']]: Handler<K> } = {
  edit: (burst, event) => {
    if (!isIn(burst, 'draft', 'approved', 'scheduled', 'standby', 'missed'))
      return wrongState(burst, 'edit');
    const { approval: _a, momentAt: _m, standbyFrom: _f, standbyUntil: _u, ...rest } = burst;
    const { reason: _r, ...kept } = unfired(unleased(rest));
    return advanced({ ...kept, state: 'draft', contentHash: event.contentHash, legs: event.legs });
  },

  approve: (burst, event) => {
    if (!isIn(burst, 'draft', 'approved', 'missed')) return wrongState(burst, 'approve');
    if (event.approval.contentHash !== burst.contentHash) {
      return refused('content_changed', 'the approval is of another version of the content');
    }
    if (burst.approvalPolicy === 'second' && event.approval.by === burst.plannedBy) {
      return refused('own_approval', 'the person who planned a burst cannot be its second person');
    }
    const state = burst.state === 'missed' ? 'missed' : 'approved';
    return advanced({ ...burst, state, approval: event.approval });
  },

  schedule: (burst, event) => {
    if (!isIn(burst, 'draft', 'approved', 'scheduled', 'standby', 'missed')) {
      return wrongState(burst, 'schedule');
    }
    if (event.momentAt <= event.now) return refused('moment_past', 'the moment is in the past');
    // By its moment alone nobody has said which of them came true, and all of them would leave.
    if (burst.outcomes?.length) {
      return refused('outcome_missing', 'a burst with outcomes is put on stand-by and fired');
    }
    const approval = approvalProblem(burst, event.momentAt);
    if (approval) return approval;
    const { standbyFrom: _f, standbyUntil: _u, reason: _r, ...rest } = unfired(unleased(burst));
    return advanced(
      {
        ...rest,
        state: 'scheduled',
        momentAt: event.momentAt,
        zone: event.zone,
        legs: burst.legs.map(asPlanned),
      },
      event.momentAt - event.now <= limits.horizonMs ? [{ kind: 'start_runner' }] : [],
    );
  },

  standby: (burst, event) => {
    if (!isIn(burst, 'draft', 'approved', 'scheduled', 'standby', 'missed')) {
      return wrongState(burst, 'stand by');
    }
    if (event.until <= event.from || event.until <= event.now) {
      return refused('moment_past', 'stand-by must end after it begins and after now');
    }
    const approval = approvalProblem(burst, event.until);
    if (approval) return approval;
    const { momentAt: _m, reason: _r, ...rest } = unfired(unleased(burst));
    return advanced(
      {
        ...rest,
        state: 'standby',
        zone: event.zone,
        standbyFrom: event.from,
        standbyUntil: event.until,
        legs: burst.legs.map(asPlanned),
      },
      event.from - event.now <= limits.horizonMs ? [{ kind: 'start_runner' }] : [],
    );
  },

  lease: (burst, event) => {
    if (!isIn(burst, 'scheduled', 'standby', 'armed', 'releasing', 'measuring', 'decided')) {
      return wrongState(burst, 'lease');
    }
    if (isLeased(burst, event.now)) return refused('leased', 'another runner holds the lease');
    const epoch = burst.epoch + 1;
    // From here on an instant stands for a wake during the hold: the hand-over keeps it.
    const { nextAt: _n, ...rest } = burst;
    return advanced({
      ...rest,
      epoch,
      holder: event.holder,
      leaseUntil: event.leaseUntil,
      // From `scheduled` the lease arms the burst; a burst already releasing may be sent on at
      // once, so the new epoch counts as committed from this very write.
      state: burst.state === 'scheduled' ? 'armed' : burst.state,
      ...(burst.state === 'releasing' ? { committedEpoch: epoch } : {}),
    });
  },

  renew: (burst, event) => {
    const fence = fenced(burst, event.epoch);
    if (fence) return fence;
    return advanced({ ...burst, leaseUntil: event.leaseUntil });
  },

  hand_over: (burst, event) => {
    const fence = fenced(burst, event.epoch);
    if (fence) return fence;
    const { holder: _h, leaseUntil: _l, ...rest } = burst;
    // Who was woken meanwhile may have looked before there was anything to see.
    const nextAt = Math.min(
      event.nextAt ?? Number.POSITIVE_INFINITY,
      burst.nextAt ?? Number.POSITIVE_INFINITY,
    );
    return advanced(Number.isFinite(nextAt) ? { ...rest, nextAt } : rest);
  },

  prepared: (burst, event) => {
    const fence = fenced(burst, event.epoch);
    if (fence) return fence;
    if (!isIn(burst, 'armed', 'standby')) return wrongState(burst, 'prepare');
    const { recipients, lanes, now } = event;
    return advanced({ ...burst, preparedAt: now, recipients, lanes });
  },

  leg: (burst, event) => {
    const fence = fenced(burst, event.epoch);
    if (fence) return fence;
    const legs = burst.legs.map((leg) =>
      leg.name === event.name ? withState(leg, event.state, event.reason) : leg,
    );
    const before = burst.legs.find((leg) => leg.name === event.name)?.state;
    const isNew = before !== event.state && needsPerson(event.state);
    return advanced(
      { ...burst, legs },
      isNew ? [{ kind: 'notify', about: 'leg', leg: event.name }] : [],
    );
  },

  hold: (burst, event) => {
    const fence = fenced(burst, event.epoch);
    if (fence) return fence;
    if (burst.state !== 'armed') return wrongState(burst, 'hold');
    const span = releaseSpan(burst);
    return advanced(
      {
        ...burst,
        state: 'standby',
        reason: event.reason,
        standbyFrom: burst.standbyFrom ?? burst.momentAt ?? 0,
        standbyUntil: burst.standbyUntil ?? span?.lastDeadlineAt ?? 0,
      },
      [{ kind: 'notify', about: 'held' }],
    );
  },

  fire: (burst, event) => {
    if (burst.state !== 'standby') return wrongState(burst, 'fire');
    if (burst.standbyFrom !== undefined && event.now < burst.standbyFrom) {
      return refused('too_early', 'stand-by has not begun');
    }
    if (burst.standbyUntil !== undefined && event.now > burst.standbyUntil) {
      return refused('too_late', 'stand-by has ended');
    }
    const problem = approvalProblem(burst, event.now) ?? outcomeProblem(burst, event.outcome);
    if (problem) return problem;
    const { reason: _r, ...rest } = burst;
    const legs = burst.legs.map((leg) => forOutcome(leg, event.outcome));
    return advanced(
      {
        ...rest,
        state: 'armed',
        momentAt: event.now - earliestOffset(legs),
        firedAt: event.now,
        ...(event.outcome === undefined ? {} : { outcome: event.outcome }),
        legs,
      },
      [{ kind: 'start_runner' }],
    );
  },

  commit: (burst, event) => {
    const fence = fenced(burst, event.epoch);
    if (fence) return fence;
    if (burst.state !== 'armed') return wrongState(burst, 'release');
    if (burst.preparedAt === undefined) return refused('not_prepared', 'nothing is prepared yet');
    const problem = approvalProblem(burst, event.now);
    if (problem) return problem;
    const { reason: _r, ...rest } = burst;
    return advanced(
      {
        ...rest,
        state: 'releasing',
        committedEpoch: burst.epoch,
        releasedAt: event.now,
        legs: burst.legs.map((leg) =>
          isActive(leg) && event.legs.includes(leg.name) ? withState(leg, 'claimed') : leg,
        ),
      },
      [{ kind: 'notify', about: 'released' }],
    );
  },

  wake: (burst, event) => {
    if (burst.state !== 'releasing') return wrongState(burst, 'wake');
    // Whatever waits for a moment of its own is looked at now, or as soon as its holder hands over.
    const { nextAt, holder } = burst;
    if (nextAt === undefined ? holder === undefined : nextAt <= event.now) return advanced(burst);
    return advanced({ ...burst, nextAt: Math.floor(event.now) }, [{ kind: 'start_runner' }]);
  },

  stop: (burst, event) => {
    if (burst.state === 'stopped') return advanced(burst);
    if (mayCallAgain(burst)) {
      if (burst.stoppedAt !== undefined) return advanced(burst);
      return advanced({ ...burst, stoppedAt: event.now, reason: event.reason }, [
        { kind: 'notify', about: 'stopped' },
      ]);
    }
    if (burst.state !== 'releasing') return wrongState(burst, 'stop');
    return advanced({ ...burst, state: 'stopped', stoppedAt: event.now, reason: event.reason }, [
      { kind: 'switch_sending', enabled: false },
      { kind: 'notify', about: 'stopped' },
    ]);
  },

  resume: (burst, event) => {
    if (burst.state !== 'stopped') return wrongState(burst, 'resume');
    // Whoever held the lease before the stop is fenced out: a resumed burst starts a new epoch.
    const { preparedAt } = burst;
    const { reason: _r, stoppedAt: _s, nextAt: _n, ...rest } = unleased(burst);
    const kept = preparedAt === undefined ? rest : { ...rest, preparedAt };
    return advanced(
      { ...kept, state: 'releasing', committedEpoch: rest.epoch, resumedAt: event.now },
      [{ kind: 'switch_sending', enabled: true }, { kind: 'start_runner' }],
    );
  },

  abandon: (burst, event) => {
    if (burst.state !== 'stopped') return wrongState(burst, 'abandon');
    const { holder: _h, leaseUntil: _l, nextAt: _n, ...rest } = burst;
    return advanced(
      {
        ...rest,
        epoch: burst.epoch + 1,
        state: 'measuring',
        sentAt: event.now,
        // Whoever was reached may still answer: counted as long as if all had been sent.
        measureUntil: Math.max(event.now, event.measureUntil),
        reason: burst.reason === undefined ? 'abandoned' : `abandoned: ${burst.reason}`,
      },
      [{ kind: 'start_runner' }],
    );
  },

  cancel: (burst) => {
    if (burst.state === 'cancelled') return advanced(burst);
    if (!isIn(burst, 'draft', 'approved', 'scheduled', 'standby', 'armed', 'missed')) {
      return wrongState(burst, 'cancel');
    }
    return advanced({ ...unleased(burst), state: 'cancelled' });
  },

  miss: (burst, event) => {
    if (!isIn(burst, 'scheduled', 'standby', 'armed')) return wrongState(burst, 'miss');
    if (!isPastDeadline(burst, event.now))
      return refused('not_missed', 'its deadline has not passed');
    const { approval: _a, ...rest } = unleased(burst);
    return advanced({ ...rest, state: 'missed', reason: 'deadline_passed' }, [
      { kind: 'notify', about: 'missed' },
    ]);
  },

  sent: (burst, event) => {
    const fence = fenced(burst, event.epoch);
    if (fence) return fence;
    if (burst.state !== 'releasing') return wrongState(burst, 'finish');
    const open = burst.legs.find((leg) => !isFinal(leg.state) && leg.state !== 'in_doubt');
    if (open) return refused('legs_open', `leg ${open.name} is still ${open.state}`);
    const { nextAt: _n, ...rest } = burst;
    return advanced(
      { ...rest, state: 'measuring', sentAt: event.now, measureUntil: event.measureUntil },
      [{ kind: 'notify', about: 'finished' }],
    );
  },

  decide: (burst) => {
    if (burst.state !== 'measuring') return wrongState(burst, 'decide');
    return advanced({ ...burst, state: 'decided' }, [{ kind: 'notify', about: 'decided' }]);
  },

  told: (burst, event) => {
    const { untold = [], deeds = [], ...rest } = burst;
    const left = untold.filter(({ revision }) => revision > event.upTo);
    const { deedsUpTo = -1 } = event;
    const open = deeds.filter(({ revision }) => revision > deedsUpTo);
    if (left.length === untold.length && open.length === deeds.length) return advanced(burst);
    return advanced({
      ...rest,
      ...(left.length > 0 ? { untold: left } : {}),
      ...(open.length > 0 ? { deeds: open } : {}),
    });
  },

  close: (burst) => {
    if (burst.state !== 'decided') return wrongState(burst, 'close');
    const { holder: _h, leaseUntil: _l, ...rest } = burst;
    return advanced({ ...rest, state: 'closed' });
  },
};

/** Past its deadline before release: every leg's deadline, or the end of stand-by. */
export function isPastDeadline(burst: Burst, now: number): boolean {
  if (burst.state === 'standby')
    return burst.standbyUntil !== undefined && now > burst.standbyUntil;
  const span = releaseSpan(burst);
  return span !== undefined && now > span.lastDeadlineAt;
}

function advanced(burst: Burst, commands: BurstCommand[] = []): Advanced {
  return { kind: 'advanced', burst, commands };
}

function refused(code: string, message: string): Advanced {
  return { kind: 'refused', code, message };
}

function wrongState(burst: Burst, verb: string): Advanced {
  const instead = insteadOf(verb, burst.state) ?? '';
  return refused('wrong_state', `cannot ${verb} a burst that is ${burst.state}${instead}`);
}

const NOT_BEGUN = new Set(['draft', 'approved', 'scheduled', 'armed', 'standby', 'missed']);

/** All of it is out, but its policy may call whoever is in doubt once more. */
function mayCallAgain({ state, policy }: Burst): boolean {
  return state === 'measuring' && policy === 'resend-when-unproven';
}

/** What whoever gave the order may do in its place. */
function insteadOf(verb: string, state: Burst['state']): string | undefined {
  if (verb === 'stop' && NOT_BEGUN.has(state)) {
    return ': nothing of it has left yet; cancel it instead';
  }
  if (verb === 'stop' && state === 'measuring')
    return ': all of it is out, nothing is called any more';
  if (verb === 'cancel' && state === 'releasing') return ': it is going out; stop it instead';
  if (verb === 'cancel' && state === 'stopped') return ': some of it is out; abandon it instead';
  if (verb === 'abandon' && state === 'releasing') return ': stop it first';
  return undefined;
}

function isIn(burst: Burst, ...states: Burst['state'][]): boolean {
  return states.includes(burst.state);
}

function fenced(burst: Burst, epoch: number): Advanced | undefined {
  if (burst.epoch === epoch) return undefined;
  return refused('fenced', `epoch ${epoch} was fenced out by epoch ${burst.epoch}`);
}

/** An approval must be of this very content, by whom the policy demands, and still valid then. */
function approvalProblem(burst: Burst, at: number): Advanced | undefined {
  const { approval } = burst;
  if (!approval) {
    return burst.approvalPolicy === 'none'
      ? undefined
      : refused('not_approved', 'a second person has to approve this burst first');
  }
  if (approval.contentHash !== burst.contentHash) {
    return refused('content_changed', 'the content was changed after its approval');
  }
  if (burst.approvalPolicy === 'second' && approval.by === burst.plannedBy) {
    return refused('own_approval', 'the person who planned a burst cannot be its second person');
  }
  if (approval.expiresAt !== undefined && approval.expiresAt < at) {
    return refused('approval_expired', 'the approval has expired by then');
  }
  return undefined;
}

function outcomeProblem(burst: Burst, outcome: string | undefined): Advanced | undefined {
  const outcomes = burst.outcomes ?? [];
  if (outcome === undefined) {
    return outcomes.length === 0
      ? undefined
      : refused('outcome_missing', `say which outcome: ${outcomes.join(', ')}`);
  }
  if (outcomes.includes(outcome)) return undefined;
  return refused('outcome_unknown', `there is no outcome ${outcome}`);
}

function forOutcome(leg: LegSummary, outcome: string | undefined): LegSummary {
  if (leg.outcome === undefined) return leg;
  if (leg.outcome !== outcome) return withState(leg, 'dropped', 'other_outcome');
  // Fired for another outcome before, then held: this one counts now.
  return leg.reason === 'other_outcome' ? asPlanned(leg) : leg;
}

/** Takes the burst from whoever holds it: what was prepared is prepared anew under a new epoch. */
function unleased(burst: Burst): Burst {
  const { holder: _h, leaseUntil: _l, preparedAt: _p, ...rest } = burst;
  return { ...rest, epoch: burst.epoch + 1 };
}

/** Given another moment, or none: a fire that was held or came to nothing counts no longer. */
function unfired(burst: Burst): Burst {
  const { firedAt: _f, outcome: _o, ...rest } = burst;
  return rest;
}

/** A fire starts the first leg at once; a leg that leads T therefore moves T behind the fire. */
function earliestOffset(legs: Burst['legs']): number {
  return Math.min(0, ...legs.filter(isActive).map((leg) => leg.offsetMs));
}

function asPlanned(leg: LegSummary): LegSummary {
  return withState(leg, 'planned');
}

function withState(leg: LegSummary, state: LegState, reason?: string): LegSummary {
  const { reason: _r, ...rest } = leg;
  return reason === undefined ? { ...rest, state } : { ...rest, state, reason };
}

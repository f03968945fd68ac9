// One thing the doctor looked at, and what to do about it.

export interface Finding {
  readonly check: string;
  /** `look`: works, but whoever is responsible should know. `unseen`: could not be looked at. */
  readonly verdict: 'right' | 'wrong' | 'look' | 'unseen';
  readonly says: string;
  /** Exactly what to do next. */
  readonly next?: string;
  /** How long that usually takes to show. */
  readonly wait?: string;
}

type Rest = Pick<Finding, 'next' | 'wait'>;

export function right(check: string, says: string): Finding {
  return { check, verdict: 'right', says };
}

export function wrong(check: string, says: string, rest: Rest): Finding {
  return { check, verdict: 'wrong', says, ...rest };
}

export function look(check: string, says: string, rest: Rest = {}): Finding {
  return { check, verdict: 'look', says, ...rest };
}

/** @param action the permission that may be missing */
export function unseen(check: string, why: string, action: string): Finding {
  const next = `allow these credentials ${action}, or ask somebody who may`;
  return { check, verdict: 'unseen', says: `could not be looked at: ${why}`, next };
}

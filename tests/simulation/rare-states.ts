// States that hardly ever come about, and that a run must have met: a generator that never gets
// there proves nothing.

export const RARE_STATES: readonly string[] = ['two runners at once', 'log: lease_lost'];

// Where a burst stands, as a page says it.

const STATES: { readonly [state: string]: string } = {
  draft: 'planned, not approved',
  approved: 'approved',
  scheduled: 'scheduled',
  standby: 'on stand-by',
  armed: 'about to leave',
  releasing: 'leaving',
  stopped: 'stopped',
  measuring: 'sent, answers are counted',
  decided: 'answered',
  closed: 'closed',
  cancelled: 'cancelled',
  missed: 'missed its moment',
};

export function stateOf(state: string): string {
  return STATES[state] ?? state;
}

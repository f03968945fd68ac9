// What the states of a burst and of its channels are called outside: on every surface the same.

const BURST: { readonly [state: string]: string } = {
  draft: 'a draft',
  approved: 'approved',
  scheduled: 'scheduled',
  standby: 'on stand-by',
  armed: 'ready, about to go',
  releasing: 'going out',
  stopped: 'stopped',
  measuring: 'sent, answers coming in',
  decided: 'sent, answer given',
  closed: 'over',
  cancelled: 'cancelled',
  missed: 'missed',
};

const CHANNEL: { readonly [state: string]: string } = {
  planned: 'not ready yet',
  prepared: 'ready',
  dropped: 'left out',
  claimed: 'going out',
  published: 'sent',
  rejected: 'refused',
  in_doubt: 'in doubt',
  sending: 'going out',
  sent: 'sent',
  missed: 'missed',
  not_called: 'not sent',
};

export function stateOf(state: string): string {
  return BURST[state] ?? state;
}

export function channelStateOf(state: string): string {
  return CHANNEL[state] ?? state.replaceAll('_', ' ');
}

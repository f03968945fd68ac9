// What the states of a burst and of its channels are called outside.

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

export const HELD_BACK: { readonly [reason: string]: string } = {
  suppressed: 'asked not to be written to',
  consent_withdrawn: 'took their consent back',
  converted: 'did it already',
  frequency_cap: 'got enough messages of late',
  same_address: 'the same address twice',
  quiet_hours: 'in their quiet hours',
  other_list: 'are on a list that is left out',
  no_consent: 'gave no recorded consent',
  holdout: 'are held out to compare with',
  unsubscribed: 'unsubscribed',
};

export function stateOf(state: string): string {
  return BURST[state] ?? state;
}

export function channelStateOf(state: string): string {
  return CHANNEL[state] ?? state.replaceAll('_', ' ');
}

export function heldBackFor(reason: string): string {
  return HELD_BACK[reason] ?? reason.replaceAll('_', ' ');
}

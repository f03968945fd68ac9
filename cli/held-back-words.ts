// Why somebody was held back, as a person reads it.

const HELD_BACK: { readonly [reason: string]: string } = {
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

export function heldBackFor(reason: string): string {
  return HELD_BACK[reason] ?? reason.replaceAll('_', ' ');
}

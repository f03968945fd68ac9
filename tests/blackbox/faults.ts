// How providers misbehave, and how often: weights out of a hundred or so.

export type SesMode =
  | 'answered'
  | 'slow'
  /** Single entries are throttled or rejected. */
  | 'entries'
  | 'applied_cut'
  | 'applied_half_answer'
  | 'applied_hang'
  | 'applied_500'
  | 'applied_garbage'
  | 'applied_too_few'
  /** The effect comes after the caller has given up. */
  | 'applied_late'
  | 'refused_429'
  | 'refused_503'
  | 'refused_cut'
  | 'refused_hang';
export type SesWeights = { readonly [mode in SesMode]: number };

export const SES_FAULTS: SesWeights = {
  answered: 64,
  slow: 6,
  entries: 5,
  applied_cut: 4,
  applied_half_answer: 2,
  applied_hang: 2,
  applied_500: 3,
  applied_garbage: 2,
  applied_too_few: 1,
  applied_late: 2,
  refused_429: 4,
  refused_503: 2,
  refused_cut: 2,
  refused_hang: 1,
};

export const SES_CALM = onlySes('answered');

/** Every call goes this one way. */
export function onlySes(mode: SesMode): SesWeights {
  const none = Object.keys(SES_FAULTS).map((name) => [name, 0]);
  return { ...(Object.fromEntries(none) as SesWeights), [mode]: 1 };
}

export type SocialMode =
  | 'answered'
  | 'applied_cut'
  | 'applied_hang'
  | 'applied_500'
  | 'applied_garbage'
  | 'applied_late'
  | 'refused_429'
  | 'refused_500'
  | 'refused_cut';
export type SocialWeights = { readonly [mode in SocialMode]: number };

export const SOCIAL_FAULTS: SocialWeights = {
  answered: 40,
  applied_cut: 12,
  applied_hang: 6,
  applied_500: 8,
  applied_garbage: 6,
  applied_late: 6,
  refused_429: 8,
  refused_500: 8,
  refused_cut: 6,
};

export const SOCIAL_CALM: SocialWeights = {
  ...(Object.fromEntries(Object.keys(SOCIAL_FAULTS).map((name) => [name, 0])) as SocialWeights),
  answered: 1,
};

/** The answer to an input the statistics cannot work with; nothing else is thrown on purpose. */

export type RefusalCode =
  | 'successes_exceed_trials'
  | 'invalid_count'
  | 'arm_count'
  | 'duplicate_call'
  | 'unknown_call'
  | 'invalid_prior'
  | 'invalid_alpha'
  | 'invalid_level'
  | 'invalid_maturity'
  | 'invalid_weights'
  | 'invalid_moments'
  | 'invalid_rate'
  | 'invalid_probability'
  | 'invalid_waves'
  | 'invalid_posts'
  | 'invalid_plan'
  | 'metric_changed'
  | 'too_few_values'
  | 'too_few_posts'
  | 'too_many_posts'
  | 'zero_variance'
  | 'zero_baseline';

/**
 * Refused input. `code` is stable and meant for programs; the message names the thing and the
 * limit and is meant for people.
 */
export class StatisticsRefusal extends Error {
  override readonly name = 'StatisticsRefusal';
  readonly code: RefusalCode;

  constructor(code: RefusalCode, message: string) {
    super(message);
    this.code = code;
  }
}

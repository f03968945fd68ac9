// Whether few leave first where a list was never mailed: by default they do; off needs a reason.

import type { Path } from '#domain/file-problem.ts';
import type { EmailLegFile } from '#domain/leg-file.ts';
import { limits } from '#domain/limits.ts';
import type { EmailLegPlan } from '#domain/plan.ts';
import type { Compilation } from './compile-plan.ts';

type FirstWave = Pick<EmailLegPlan, 'firstWave' | 'firstWaveReason'>;

/** `auto`, a number of recipients, or `off: why`. */
export function firstWaveOf(
  compilation: Compilation,
  { path, leg }: { readonly path: Path; readonly leg: EmailLegFile },
): FirstWave {
  const given = leg['first-wave'];
  if (typeof given === 'number') return { firstWave: { recipients: given } };
  if (typeof given === 'object') return { firstWave: 'off', firstWaveReason: given.off };
  // The schema knows no other word.
  const word = given === undefined ? undefined : ('auto' as const);
  const shown = `auto (a list of ${limits.firstWaveListMin} and more that was never mailed starts with few)`;
  return { firstWave: compilation.orDefault([...path, 'first-wave'], word, 'auto', shown) };
}

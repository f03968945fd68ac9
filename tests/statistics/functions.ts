/** The functions under test by the name of their file, as vectors and tables refer to them. */

import { adjust } from '../../functions/statistics/adjust.ts';
import { allocateRemaining } from '../../functions/statistics/allocate-remaining.ts';
import { bestArm } from '../../functions/statistics/best-arm.ts';
import { betaPosterior } from '../../functions/statistics/beta-posterior.ts';
import { clusterCompare } from '../../functions/statistics/cluster-compare.ts';
import { decide } from '../../functions/statistics/decide.ts';
import { decideOverall } from '../../functions/statistics/decide-overall.ts';
import { decidePosts } from '../../functions/statistics/decide-posts.ts';
import { globalSequential } from '../../functions/statistics/global-sequential.ts';
import { holdoutLift } from '../../functions/statistics/holdout-lift.ts';
import { homogeneity } from '../../functions/statistics/homogeneity.ts';
import { mantelHaenszel } from '../../functions/statistics/mantel-haenszel.ts';
import { mde } from '../../functions/statistics/mde.ts';
import { meanSequence } from '../../functions/statistics/mean-sequence.ts';
import { newcombeDiff } from '../../functions/statistics/newcombe-diff.ts';
import { nextAllocation } from '../../functions/statistics/next-allocation.ts';
import { pairSequential } from '../../functions/statistics/pair-sequential.ts';
import { permutationTest } from '../../functions/statistics/permutation-test.ts';
import { power } from '../../functions/statistics/power.ts';
import { rateSequence } from '../../functions/statistics/rate-sequence.ts';
import { relativeUplift } from '../../functions/statistics/relative-uplift.ts';
import { sampleSize } from '../../functions/statistics/sample-size.ts';
import { shrinkAcrossChannels } from '../../functions/statistics/shrink-across-channels.ts';
import { srm } from '../../functions/statistics/srm.ts';
import { standardize } from '../../functions/statistics/standardize.ts';
import { stratifiedSequential } from '../../functions/statistics/stratified-sequential.ts';
import { testAndRoll } from '../../functions/statistics/test-and-roll.ts';
import { twoArmTests } from '../../functions/statistics/two-arm-tests.ts';
import { twoWayRates } from '../../functions/statistics/two-way-rates.ts';
import { valueRemaining } from '../../functions/statistics/value-remaining.ts';
import { welch } from '../../functions/statistics/welch.ts';
import { wilson } from '../../functions/statistics/wilson.ts';

const all = {
  adjust,
  allocateRemaining,
  bestArm,
  betaPosterior,
  clusterCompare,
  decide,
  decideOverall,
  decidePosts,
  globalSequential,
  holdoutLift,
  homogeneity,
  mantelHaenszel,
  mde,
  meanSequence,
  newcombeDiff,
  nextAllocation,
  pairSequential,
  permutationTest,
  power,
  rateSequence,
  relativeUplift,
  sampleSize,
  shrinkAcrossChannels,
  srm,
  standardize,
  stratifiedSequential,
  testAndRoll,
  twoArmTests,
  twoWayRates,
  valueRemaining,
  welch,
  wilson,
};

export type FunctionName = keyof typeof all;

/** @param name `pairSequential` or `pair-sequential` */
export function functionNamed(name: string): (input: unknown) => unknown {
  const camel = name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
  return all[camel as FunctionName] as (input: unknown) => unknown;
}

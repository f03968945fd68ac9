/** What a test costs: the answers it gives up by not sending everybody the best call at once. For bets. */

import { checkArms } from './arm.ts';
import { checkPositive } from './check-between.ts';
import { gaussLegendre } from './gauss-legendre.ts';
import { normalTail } from './normal-tail.ts';

export type TestCostInput = {
  /** recipients tested, over all calls */
  n: number;
  /** calls tested, 2 to 20 */
  arms: number;
  /** sd between calls' rates */
  spread: number;
};

const reach = 9;
const panels = 36;

/**
 * Expected answers forgone: every call is sent to the same share, so on average each tested
 * recipient gets a rate that lies below the best by `spread` times the expected largest of so
 * many standard normal draws (0.5642 for two calls, 0.8463 for three).
 * Refuses: invalid_count, invalid_rate, arm_count. Cost: O(1).
 */
export function testCost({ n, arms, spread }: TestCostInput): { forgone: number } {
  checkPositive(n, 'invalid_count', 'n');
  checkPositive(spread, 'invalid_rate', 'spread');
  checkArms(Array.from({ length: arms }, () => ({ n: 0, s: 0 })));
  const width = (2 * reach) / panels;
  let largest = 0;
  for (let panel = 0; panel < panels; panel += 1) {
    for (const { x, w } of nodes(panel * width - reach, width)) {
      const density = Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
      largest += w * x * arms * density * normalTail(-x) ** (arms - 1);
    }
  }
  return { forgone: n * spread * largest };
}

function nodes(from: number, width: number): { x: number; w: number }[] {
  return gaussLegendre.nodes.map((node, index) => ({
    x: from + (width * (node + 1)) / 2,
    w: ((gaussLegendre.weights[index] ?? 0) * width) / 2,
  }));
}

// Waits for everything that was begun, then speaks of the first failure.

import { LeaseLost } from './holding.ts';

/**
 * Like Promise.all, but returns only when nothing is under way any more: a runner that ends must
 * leave nothing running behind it. A lost lease outranks every other failure.
 */
export async function settleAll<T>(promises: readonly Promise<T>[]): Promise<T[]> {
  const settled = await Promise.allSettled(promises);
  const failures = settled.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));
  const lost = failures.find((error) => error instanceof LeaseLost);
  if (lost) throw lost;
  if (failures.length > 0) throw failures[0];
  return settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
}

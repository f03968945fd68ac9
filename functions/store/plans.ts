// What a burst says and to whom, stored under the hash of its content: a plan never changes.

import { contentHash } from '#domain/content-hash.ts';
import { Fault, Refusal } from '#domain/faults.ts';
import { Plan } from '#domain/plan.ts';
import type { Table } from '#domain/ports.ts';
import { dataOf, partBytesMax } from './blob.ts';
import { packJson, unpackJson } from './compression.ts';
import { parsed } from './item.ts';
import { keys } from './keys.ts';
import { putSame } from './save.ts';

/**
 * Stores the plan and answers with its content hash, which the header keeps.
 * Throws Refusal `plan_too_large` beyond 380 KiB compressed (about two megabytes of markup).
 */
export async function savePlan(table: Table, plan: Plan): Promise<string> {
  const hash = contentHash(plan);
  const key = keys.plan(plan.burst, hash);
  const data = packJson(parsed(Plan, plan, key));
  if (data.length > partBytesMax) {
    throw new Refusal('plan_too_large', `the plan of burst ${plan.burst} is too large`, {
      limit: `at most ${partBytesMax} bytes compressed`,
    });
  }
  await putSame(table, { ...key, data });
  return hash;
}

/** The plan of a burst's content. Throws Fault `plan_missing` when nobody stored it. */
export async function loadPlan(table: Table, burst: string, hash: string): Promise<Plan> {
  const key = keys.plan(burst, hash);
  const item = await table.get(key, { consistent: true });
  if (!item) {
    throw new Fault('plan_missing', `burst ${burst} has no plan ${hash}`, { retryable: false });
  }
  return parsed(Plan, unpackJson(dataOf(item), key), key);
}

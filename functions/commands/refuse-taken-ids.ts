// A follow-up becomes a burst of its own: the id it will have must be free.

import { refuseFile } from '#domain/file-problem.ts';
import type { Plan } from '#domain/plan.ts';
import type { CampaignSource } from '#domain/read-campaign-file.ts';
import { loadBurst } from '#store/bursts.ts';
import type { CommandContext } from './context.ts';

/** Throws Refusal `campaign_file_invalid` for every follow-up whose burst is there already. */
export async function refuseTakenIds(
  { table }: Pick<CommandContext, 'table'>,
  source: CampaignSource,
  { followUps = [] }: Plan,
): Promise<void> {
  const problems = [];
  for (const { name, burst } of followUps) {
    if (!(await loadBurst(table, burst))) continue;
    const message = `there is a burst "${burst}" already: call this follow-up something else`;
    problems.push(source.problem({ path: ['burst', 'then', name], message }));
  }
  if (problems.length > 0) throw refuseFile(problems);
}

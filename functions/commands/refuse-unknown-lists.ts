// A list whose members are to be left out has to be there: left out of nothing is a slip.

import { refuseFile } from '#domain/file-problem.ts';
import type { Plan } from '#domain/plan.ts';
import type { CampaignSource } from '#domain/read-campaign-file.ts';
import { listContacts } from '#store/audiences.ts';
import type { CommandContext } from './context.ts';

/** Throws Refusal `campaign_file_invalid` for every list of `except` in which there is nobody. */
export async function refuseUnknownLists(
  { table }: Pick<CommandContext, 'table'>,
  source: CampaignSource,
  plan: Plan,
): Promise<void> {
  const problems = [];
  for (const leg of plan.legs) {
    for (const list of leg.kind === 'email' ? (leg.exceptLists ?? []) : []) {
      const first = await listContacts(table, list).next();
      if (!first.done && first.value.length > 0) continue;
      const message = `there is nobody in the list "${list}", so it leaves out nobody: import it first`;
      problems.push(source.problem({ path: ['burst', 'legs', leg.name, 'to', 'except'], message }));
    }
  }
  if (problems.length > 0) throw refuseFile(problems);
}

// Whoever an email comes from has to be a verified identity of the account: known when it is saved.

import { Fault } from '#domain/faults.ts';
import { type FileProblem, type Path, refuseFile } from '#domain/file-problem.ts';
import type { Plan } from '#domain/plan.ts';
import type { CampaignSource } from '#domain/read-campaign-file.ts';
import type { CommandContext } from './context.ts';

/**
 * Throws Refusal `campaign_file_invalid` for every leg and follow-up whose sender is none. Returns
 * a note for those the account said nothing of: the runner asks again, and sends nothing until it
 * knows.
 */
export async function refuseUnverifiedSenders(
  { channels }: Pick<CommandContext, 'channels'>,
  source: CampaignSource,
  plan: Plan,
): Promise<string[]> {
  const problems: FileProblem[] = [];
  const notes: string[] = [];
  for (const [from, path] of sendersOf(plan)) {
    try {
      const problem = await channels.checkSender(from);
      if (problem) problems.push(source.problem({ path, message: problem.message }));
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      notes.push(`${error.message}: it is asked again, and nothing leaves until it does`);
    }
  }
  if (problems.length > 0) throw refuseFile(problems);
  return notes;
}

/** Each once, with the first place that names it. */
function sendersOf({ legs, followUps = [] }: Plan): Map<string, Path> {
  const senders = new Map<string, Path>();
  const add = (from: string, path: Path) => void (senders.has(from) || senders.set(from, path));
  for (const leg of legs) {
    if (leg.kind === 'email') add(leg.from, ['burst', 'legs', leg.name, 'from']);
  }
  for (const { name, legs: own } of followUps) {
    for (const { from } of own) add(from, ['burst', 'then', name, 'from']);
  }
  return senders;
}

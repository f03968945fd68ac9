// Ends an import: the client says how many chunks there were, so that none is missing.

import * as z from 'zod/mini';
import { Fault, Refusal } from '#domain/faults.ts';
import { Id } from '#domain/ids.ts';
import { noteImported } from '#store/contact-counts.ts';
import { type Import, saveImport } from '#store/imports.ts';
import { auditDeployment } from './audit-deployment.ts';
import { type CommandContext, requireScope } from './context.ts';
import { findImport, type ImportView, viewOf } from './import-view.ts';
import { parseInput } from './parse-input.ts';

export const FinishImportInput = z.strictObject({
  audience: Id,
  import: Id,
  chunks: z.int().check(z.gte(0)),
});

/** Repeatable. Throws Refusal `import_incomplete`, `import_unknown` or `import_closed`. */
export async function finishImport(
  context: CommandContext,
  input: z.output<typeof FinishImportInput>,
): Promise<ImportView> {
  requireScope(context, 'operator');
  const { audience, import: id, chunks } = parseInput(FinishImportInput, input);
  const one = await findImport(context, audience, id);
  if (one.next !== chunks) {
    throw new Refusal('import_incomplete', `${one.next} chunks were taken, not ${chunks}`, {
      field: 'chunks',
      limit: `exactly ${one.next}`,
    });
  }
  return viewOf(await closeImport(context, one));
}

export async function closeImport(context: CommandContext, one: Import): Promise<Import> {
  if (one.state === 'finished') {
    await settleCount(context, one);
    return one;
  }
  if (one.state !== 'open') {
    throw new Refusal('import_closed', `import ${one.import} is ${one.state}`, { field: 'import' });
  }
  const { table, clock, entropy } = context;
  const next: Import = { ...one, state: 'finished', finishedAt: clock.now() };
  const saved = await saveImport(table, one, next, entropy.id());
  const finished = saved.kind === 'saved' ? saved.item : saved.current;
  if (finished?.state !== 'finished') {
    const message = `import ${one.import} went on elsewhere`;
    throw new Fault('import_contended', message, { retryable: true });
  }
  await settleCount(context, finished);
  const { audience, counts, attested } = finished;
  if (saved.kind === 'saved' && !one.isDry) {
    const vouched = attested ? { attested } : {};
    await auditDeployment(context, 'import', {
      audience,
      import: one.import,
      ...counts,
      ...vouched,
    });
  }
  return finished;
}

/** Where this dies, whoever asks how many there are does it. */
async function settleCount({ table, clock, entropy }: CommandContext, one: Import): Promise<void> {
  const writer = { now: clock.now(), nonce: () => entropy.id() };
  if (!one.isDry) await noteImported(table, one, writer);
}

// Takes an import back: whoever it added goes, whoever it changed is as before.

import * as z from 'zod/mini';
import { Fault, Refusal } from '#domain/faults.ts';
import { Id } from '#domain/ids.ts';
import { type Contact, contactPage, loadContact, restoreContact } from '#store/audiences.ts';
import { beginChange, endChange } from '#store/contact-counts.ts';
import { type Import, KEPT_MS, loadBefore, saveImport } from '#store/imports.ts';
import { auditDeployment } from './audit-deployment.ts';
import { type CommandContext, requireScope } from './context.ts';
import { findImport, type ImportView, viewOf } from './import-view.ts';
import { inParallel } from './in-parallel.ts';
import { parseInput } from './parse-input.ts';

export const UndoImportInput = z.strictObject({ audience: Id, import: Id });

/** One call works for so long and says how far it came; the next one goes on. */
const WORKS_MS = 10_000;
const PAGE = 500;
const AT_ONCE = 32;

/**
 * Works for ten seconds at most and answers with state `undoing` until it is done: then call it
 * again. Contacts that something else has changed since are left as they are, and counted. For 30
 * days; may be interrupted anywhere. Throws Refusal `import_unknown`, `import_closed` or
 * `undo_too_late`.
 */
export async function undoImport(
  context: CommandContext,
  input: z.output<typeof UndoImportInput>,
): Promise<ImportView> {
  requireScope(context, 'operator');
  const { audience, import: id } = parseInput(UndoImportInput, input);
  let one = await findImport(context, audience, id);
  if (one.state === 'undone') return viewOf(one);
  const now = context.clock.now();
  if (one.isDry) {
    throw new Refusal('import_closed', 'a dry run changed nothing', { field: 'import' });
  }
  if ((one.finishedAt ?? one.startedAt) + KEPT_MS < now) {
    throw new Refusal('undo_too_late', 'what was before is not kept any longer', {
      limit: 'within 30 days',
    });
  }
  const { removed = 0, restored = 0, left = 0, chunk = 0, after } = one.undo ?? {};
  const undo = { chunk, removed, restored, left, ...(after === undefined ? {} : { after }) };
  one = await save(context, one, { ...one, state: 'undoing', undo });
  const nonce = () => context.entropy.id();
  const counted = await beginChange(context.table, audience, { now, nonce }, id);
  do one = await step(context, one);
  while (one.state === 'undoing' && context.clock.now() < now + WORKS_MS);
  await endChange(context.table, counted, removed - (one.undo?.removed ?? 0), nonce);
  if (one.state === 'undone') {
    const what = { audience, import: id, ...one.undo };
    await auditDeployment(context, 'undo_import', what);
  }
  return viewOf(one);
}

/** Those that were changed first, chunk by chunk; then page by page those that were new. */
async function step(context: CommandContext, one: Import): Promise<Import> {
  const undo = one.undo ?? { chunk: 0, removed: 0, restored: 0, left: 0 };
  if (undo.chunk <= one.next) {
    const before = await loadBefore(context.table, one, undo.chunk);
    const back = await inParallel(before, AT_ONCE, (contact) => bringBack(context, one, contact));
    const restored = back.filter(Boolean).length;
    return save(context, one, {
      ...one,
      undo: {
        ...undo,
        chunk: undo.chunk + 1,
        restored: undo.restored + restored,
        left: undo.left + before.length - restored,
      },
    });
  }
  const page = await contactPage(context.table, one.audience, PAGE, undo.after);
  const gone = await inParallel(page?.contacts ?? [], AT_ONCE, (contact) =>
    takeAway(context, one, contact),
  );
  const removed = undo.removed + gone.filter(Boolean).length;
  const { after: _done, ...rest } = undo;
  if (page?.next === undefined) {
    const undoneBy = context.principal.name;
    return save(context, one, { ...one, state: 'undone', undoneBy, undo: { ...rest, removed } });
  }
  return save(context, one, { ...one, undo: { ...rest, removed, after: page.next } });
}

async function bringBack(
  { table }: CommandContext,
  one: Import,
  before: Contact,
): Promise<boolean> {
  const current = await loadContact(table, one.audience, before.id);
  if (!current?.mark?.startsWith(`${one.import}#`)) return false;
  return restoreContact(table, current.mark, current, before);
}

async function takeAway(
  { table }: CommandContext,
  one: Import,
  contact: Contact,
): Promise<boolean> {
  const { mark = '' } = contact;
  if (!mark.startsWith(`${one.import}#`) || !mark.endsWith('#n')) return false;
  return restoreContact(table, mark, contact, undefined);
}

async function save(context: CommandContext, one: Import, next: Import): Promise<Import> {
  const saved = await saveImport(context.table, one, next, context.entropy.id());
  if (saved.kind === 'saved') return saved.item;
  const message = `import ${one.import} is being undone elsewhere`;
  throw new Fault('import_contended', message, { retryable: true });
}

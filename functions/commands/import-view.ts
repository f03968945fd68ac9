// An import as it is shown: how far it came and what it did.

import { Refusal } from '#domain/faults.ts';
import { type Import, loadImport, type RowCounts } from '#store/imports.ts';
import type { CommandContext } from './context.ts';

export interface ImportView {
  readonly audience: string;
  readonly import: string;
  readonly state: Import['state'];
  readonly dryRun: boolean;
  readonly source: Import['source'];
  readonly startedAt: number;
  readonly startedBy: string;
  readonly finishedAt?: number;
  /** The chunk that is wanted next. */
  readonly next: number;
  readonly counts: RowCounts;
  /** What was vouched for the whole file. */
  readonly consent?: Import['attested'];
  readonly columns: readonly { readonly header: string; readonly means: string }[];
  readonly undo?: { readonly removed: number; readonly restored: number; readonly left: number };
}

export function viewOf(one: Import): ImportView {
  const { audience, import: id, state, source, startedAt, startedBy, next, counts } = one;
  const { removed = 0, restored = 0, left = 0 } = one.undo ?? {};
  return {
    ...{ audience, import: id, state, source, startedAt, startedBy, next, counts },
    dryRun: one.isDry === true,
    ...(one.finishedAt === undefined ? {} : { finishedAt: one.finishedAt }),
    ...(one.attested ? { consent: one.attested } : {}),
    columns: one.columns.map((column, index) => ({
      header: one.header[index] ?? '',
      means: meaningOf(column),
    })),
    ...(one.undo ? { undo: { removed, restored, left } } : {}),
  };
}

function meaningOf(column: Import['columns'][number]): string {
  if (column.kind === 'field') return column.name;
  if (column.kind === 'ignored') return '-';
  return column.kind === 'address' ? 'email' : column.kind;
}

/** Throws Refusal `import_unknown`. */
export async function findImport(
  { table }: Pick<CommandContext, 'table'>,
  audience: string,
  id: string,
): Promise<Import> {
  const one = await loadImport(table, audience, id);
  if (one) return one;
  throw new Refusal('import_unknown', `there is no import ${id} into ${audience}`, {
    field: 'import',
  });
}

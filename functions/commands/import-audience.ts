// Takes people into an audience from one text: the same import as in chunks, begun and ended at once.

import * as z from 'zod/mini';
import { Refusal } from '#domain/faults.ts';
import { Id, Name } from '#domain/ids.ts';
import { delimiterOf, readCsv } from '#domain/read-csv.ts';
import type { Import, Reject, RowCounts } from '#store/imports.ts';
import { createImport } from './begin-import.ts';
import { type CommandContext, requireScope } from './context.ts';
import { closeImport } from './finish-import.ts';
import { takeChunk } from './import-chunk.ts';
import { viewOf } from './import-view.ts';
import { parseInput } from './parse-input.ts';
import { digestOf } from './secret-digest.ts';

export const ImportAudienceInput = z.strictObject({
  audience: Id,
  /** Header to `email`, `zone` or a field name, where the header itself does not say it. */
  columns: z.optional(z.record(z.string().check(z.maxLength(200)), Name)),
  /** Reads and judges every row and writes nothing. */
  dryRun: z.optional(z.boolean()),
});

export interface ImportedAudience extends Omit<RowCounts, 'new'> {
  readonly audience: string;
  readonly import: string;
  /** New, changed and unchanged: everybody whom the file names and who was taken. */
  readonly imported: number;
  readonly new: number;
  /** The first rejects, duplicates included. */
  readonly rejects: readonly Reject[];
  readonly columns: { readonly [header: string]: string };
  readonly ignoredColumns: readonly string[];
}

/** Rejects that an answer lists; the rest is only counted. */
export const REJECTS_MAX = 2_000;
const ROWS_AT_ONCE = 5_000;

/**
 * The text is judged whole before the first write, so that a malformed one changes nothing.
 * Importing the same again changes nothing either.
 */
export async function importAudience(
  context: CommandContext,
  input: z.output<typeof ImportAudienceInput>,
  csv: string,
): Promise<ImportedAudience> {
  requireScope(context, 'operator');
  const { audience, columns, dryRun } = parseInput(ImportAudienceInput, input);
  const { header, headerLines, delimiter, pieces } = cut(csv.replace(/^\ufeff/, ''));
  const names = columns === undefined ? {} : { columns };
  const source = { name: 'the body of a request' };
  const begun = { audience, header, headerLines, delimiter, source, ...names };
  let one: Import = await createImport(context, { ...begun, ...(dryRun ? { dryRun } : {}) });
  const rejects: Reject[] = [];
  for (const [number, text] of pieces.entries()) {
    const taken = await takeChunk(context, one, { number, text, digest: digestOf(text) });
    for (const reject of taken.rejects) if (rejects.length < REJECTS_MAX) rejects.push(reject);
    one = taken.after;
  }
  return imported(await closeImport(context, one), rejects);
}

/** The header, and the rest in pieces of whole rows. Throws Refusal `csv_malformed`. */
function cut(csv: string) {
  const text = csv.replace(/\r\n?/g, '\n');
  const delimiter = delimiterOf(text.slice(0, text.indexOf('\n') >>> 0));
  const pieces: string[] = [];
  let header: readonly string[] | undefined;
  let headerLines = 1;
  let from = 0;
  let rows = 0;
  for (const { cells, line, end } of readCsv(text, delimiter)) {
    if (header === undefined) {
      header = cells;
      headerLines = line;
      from = end;
      continue;
    }
    rows += 1;
    if (rows < ROWS_AT_ONCE) continue;
    pieces.push(text.slice(from, end));
    from = end;
    rows = 0;
  }
  if (header === undefined) {
    throw new Refusal('csv_malformed', 'the file is empty', { field: 'csv', line: 1 });
  }
  if (rows > 0) pieces.push(text.slice(from));
  return { header: [...header], headerLines, delimiter, pieces };
}

function imported(one: Import, rejects: readonly Reject[]): ImportedAudience {
  const { audience, import: id, counts } = one;
  const { columns } = viewOf(one);
  const kept = columns.filter(({ means }) => means !== '-');
  return {
    audience,
    import: id,
    imported: counts.new + counts.changed + counts.unchanged,
    ...counts,
    rejects,
    columns: Object.fromEntries(kept.map(({ header, means }) => [header, means])),
    ignoredColumns: columns.filter(({ means }) => means === '-').map(({ header }) => header),
  };
}

// Begins an import into an audience: what its columns mean and what is vouched for, once for all chunks.

import * as z from 'zod/mini';
import { mapColumns } from '#domain/audience-columns.ts';
import { Fault, Refusal } from '#domain/faults.ts';
import { Id, Name } from '#domain/ids.ts';
import { noteAudience } from '#store/audience-names.ts';
import { isAudienceEmpty } from '#store/audiences.ts';
import { noteImporting } from '#store/contact-counts.ts';
import { type Attested, type Import, saveImport } from '#store/imports.ts';
import { type CommandContext, requireScope } from './context.ts';
import { type ImportView, viewOf } from './import-view.ts';
import { parseInput } from './parse-input.ts';

const line = (max: number) =>
  z
    .string()
    .check(
      z.minLength(1),
      z.maxLength(max),
      z.regex(/^[^\p{Cc}\u2028\u2029]*$/u, 'a line break or control character cannot stand here'),
    );

/** Header to `email`, `zone`, `consent`, `consent_at`, `consent_source`, a field name or `-`. */
const ColumnNames = z.record(z.string().check(z.maxLength(200)), z.union([Name, z.literal('-')]));

/** Why these people may be written to, vouched for by whoever gives the command. */
const AttestedConsent = z.strictObject({
  source: line(200),
  /** A day or an instant with its zone; absent: now. */
  at: z.optional(z.union([z.iso.date(), z.iso.datetime({ offset: true })])),
  basis: z.enum(['consent', 'contract', 'legitimate-interest']),
});

export const BeginImportInput = z.strictObject({
  audience: Id,
  /** The cells of the file's first row. */
  header: z.array(z.string().check(z.maxLength(1_000))).check(z.minLength(1), z.maxLength(10_000)),
  /** Lines of the file up to and with the header; 1 unless blank lines stand before it. */
  headerLines: z.optional(z.int().check(z.gte(1), z.lte(1_000_000))),
  delimiter: z.optional(z.enum([',', ';', '\t'])),
  columns: z.optional(ColumnNames),
  consent: z.optional(AttestedConsent),
  /** What the client knows of its file, to recognise it when it goes on. */
  source: z.optional(
    z.strictObject({
      name: line(200),
      sha256: z.optional(z.string().check(z.regex(/^[0-9a-f]{64}$/))),
      bytes: z.optional(z.int().check(z.gte(0))),
      chunkBytes: z.optional(z.int().check(z.gte(1))),
    }),
  ),
  /** Judges every row and leaves the contacts alone. */
  dryRun: z.optional(z.boolean()),
});

/** Throws Refusal `columns_invalid` before anything is written. */
export async function beginImport(
  context: CommandContext,
  input: z.output<typeof BeginImportInput>,
): Promise<ImportView> {
  return viewOf(await createImport(context, input));
}

/** The same, for whoever goes on with it at once. */
export async function createImport(
  context: CommandContext,
  input: z.output<typeof BeginImportInput>,
): Promise<Import> {
  requireScope(context, 'operator');
  const given = parseInput(BeginImportInput, input);
  const { audience, header, headerLines = 1, delimiter = ',', dryRun } = given;
  const { columns } = mapColumns(header, given.columns);
  const { table, clock, entropy } = context;
  const startedAt = clock.now();
  const attested = given.consent && attestedOf(context, given.consent, startedAt);
  const id = entropy.id().toLowerCase();
  const isFirst = await isAudienceEmpty(table, audience);
  if (!dryRun) await noteAudience(table, audience);
  const one: Import = {
    audience,
    import: id,
    revision: 0,
    nonce: '',
    state: 'open',
    ...(dryRun ? { isDry: true as const } : {}),
    startedAt,
    startedBy: context.principal.name,
    source: given.source ?? { name: 'a file' },
    delimiter,
    header,
    columns: [...columns],
    ...(attested ? { attested } : {}),
    isFirst,
    next: 0,
    rows: 0,
    lines: headerLines,
    counts: NONE,
  };
  const saved = await saveImport(table, undefined, one, entropy.id());
  if (saved.kind === 'saved') {
    const nonce = () => entropy.id();
    if (!dryRun) await noteImporting(table, one, isFirst, nonce);
    return saved.item;
  }
  throw new Fault('id_taken', `import ${id} exists already`, { retryable: true });
}

const NONE = {
  ...{ rows: 0, new: 0, changed: 0, unchanged: 0, duplicates: 0, rejected: 0 },
  ...{ suppressed: 0, withoutConsent: 0 },
};

function attestedOf(
  { principal }: CommandContext,
  { source, at, basis }: z.output<typeof AttestedConsent>,
  now: number,
): Attested {
  const instant = at === undefined ? now : Date.parse(at);
  if (instant > now) {
    throw new Refusal('input_invalid', 'consent.at: consent lies in the future', {
      field: 'consent.at',
      limit: 'not after now',
    });
  }
  return { source, at: instant, basis, by: principal.name };
}

// Takes people into an audience from a CSV file; what cannot be taken is listed with its reason.

import * as z from 'zod/mini';
import { Id, Name } from '#domain/ids.ts';
import { addressDigest } from '#domain/suppression.ts';
import { saveContact } from '#store/audiences.ts';
import { listSuppressed } from '#store/suppressions.ts';
import { type CommandContext, requireScope } from './context.ts';
import { parseInput } from './parse-input.ts';
import { type CsvSource, type Person, type Reject, readAudience } from './read-audience.ts';

export const ImportAudienceInput = z.strictObject({
  audience: Id,
  /** Header to `email`, `zone` or a field name, where the header itself does not say it. */
  columns: z.optional(z.record(z.string().check(z.maxLength(200)), Name)),
  /** Reads and judges every row and writes nothing. */
  dryRun: z.optional(z.boolean()),
});

export interface ImportedAudience {
  readonly audience: string;
  readonly rows: number;
  readonly imported: number;
  readonly duplicates: number;
  /** Imported, and under a standing order not to be messaged: they stay so. */
  readonly suppressed: number;
  readonly rejected: number;
  /** The first rejects, duplicates included. */
  readonly rejects: readonly Reject[];
  readonly columns: { readonly [header: string]: string };
  readonly ignoredColumns: readonly string[];
}

/** Rejects that an answer lists; the rest is only counted. */
export const REJECTS_MAX = 2_000;
const WRITES_AT_ONCE = 25;

/**
 * Importing the same file again changes nothing. A text is judged whole before the first write, so
 * that a malformed one changes nothing; a stream is written as it comes.
 */
export async function importAudience(
  context: CommandContext,
  input: z.output<typeof ImportAudienceInput>,
  csv: CsvSource,
): Promise<ImportedAudience> {
  requireScope(context, 'operator');
  const { audience, columns, dryRun } = parseInput(ImportAudienceInput, input);
  if (typeof csv === 'string') for await (const _row of readAudience(csv, columns));
  const run = new ImportRun(context, audience, dryRun ?? false, await suppressedOf(context));
  for await (const row of readAudience(csv, columns)) {
    if (row.kind === 'header') run.columns(row.columns.mapping, row.columns.ignored);
    else if (row.kind === 'reject') run.reject(row.reject);
    else await run.take(row.person, row);
  }
  return run.finish();
}

async function suppressedOf(context: CommandContext): Promise<(address: string) => boolean> {
  const key = await context.suppressionKey();
  const digests = await listSuppressed(context.table);
  return (address) => digests.size > 0 && digests.has(addressDigest(address, key));
}

class ImportRun {
  readonly #context: CommandContext;
  readonly #audience: string;
  readonly #isDry: boolean;
  readonly #isSuppressed: (address: string) => boolean;
  readonly #seen = new Set<string>();
  readonly #rejects: Reject[] = [];
  #waiting: Person[] = [];
  #rows = 0;
  #imported = 0;
  #duplicates = 0;
  #suppressed = 0;
  #rejected = 0;
  #mapping: { readonly [header: string]: string } = {};
  #ignored: readonly string[] = [];

  constructor(
    context: CommandContext,
    audience: string,
    isDry: boolean,
    isSuppressed: (address: string) => boolean,
  ) {
    this.#context = context;
    this.#audience = audience;
    this.#isDry = isDry;
    this.#isSuppressed = isSuppressed;
  }

  columns(mapping: { readonly [header: string]: string }, ignored: readonly string[]): void {
    this.#mapping = mapping;
    this.#ignored = ignored;
  }

  reject(reject: Reject): void {
    this.#rows += 1;
    this.#rejected += 1;
    if (this.#rejects.length < REJECTS_MAX) this.#rejects.push(reject);
  }

  async take(person: Person, place: { row: number; line: number }): Promise<void> {
    if (this.#seen.has(person.id)) {
      this.#duplicates += 1;
      const message = 'the same address stands further up';
      const { row, line } = place;
      this.reject({ row, line, code: 'duplicate', message, column: 'email' });
      return;
    }
    this.#seen.add(person.id);
    this.#rows += 1;
    this.#imported += 1;
    if (this.#isSuppressed(person.address)) this.#suppressed += 1;
    this.#waiting.push(person);
    if (this.#waiting.length >= WRITES_AT_ONCE) await this.#flush();
  }

  async finish(): Promise<ImportedAudience> {
    await this.#flush();
    return {
      audience: this.#audience,
      rows: this.#rows,
      imported: this.#imported,
      duplicates: this.#duplicates,
      suppressed: this.#suppressed,
      rejected: this.#rejected,
      rejects: this.#rejects,
      columns: this.#mapping,
      ignoredColumns: this.#ignored,
    };
  }

  async #flush(): Promise<void> {
    const people = this.#waiting;
    this.#waiting = [];
    if (this.#isDry) return;
    const { table } = this.#context;
    const audience = this.#audience;
    await Promise.all(people.map((person) => saveContact(table, { audience, ...person })));
  }
}

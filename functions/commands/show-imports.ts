// The imports into an audience, and what one said of a chunk.

import * as z from 'zod/mini';
import { Refusal } from '#domain/faults.ts';
import { Id } from '#domain/ids.ts';
import { loadChunkAnswer, pageImports } from '#store/imports.ts';
import { type CommandContext, requireScope } from './context.ts';
import type { TakenChunk } from './import-chunk.ts';
import { findImport, type ImportView, viewOf } from './import-view.ts';
import { pageFields } from './page-of.ts';
import { parseInput } from './parse-input.ts';

export const ListImportsInput = z.strictObject({ audience: Id, ...pageFields });

export interface ShownImports {
  readonly imports: readonly ImportView[];
  readonly next?: string;
}

/** The latest first. */
export async function showImports(
  context: CommandContext,
  input: z.output<typeof ListImportsInput>,
): Promise<ShownImports> {
  requireScope(context, 'viewer');
  const { audience, limit = 20, after } = parseInput(ListImportsInput, input);
  const page = await pageImports(context.table, audience, { limit, after });
  const imports = page.imports.map(viewOf);
  return page.next === undefined ? { imports } : { imports, next: page.next };
}

export const ShowImportInput = z.strictObject({ audience: Id, import: Id });

export async function showImport(
  context: CommandContext,
  input: z.output<typeof ShowImportInput>,
): Promise<ImportView> {
  requireScope(context, 'viewer');
  const { audience, import: id } = parseInput(ShowImportInput, input);
  return viewOf(await findImport(context, audience, id));
}

export const ShowChunkInput = z.strictObject({
  audience: Id,
  import: Id,
  chunk: z.string().check(z.regex(/^\d{1,6}$/, 'a chunk is a number from 0')),
});

/** Throws Refusal `chunk_unknown` for one that was not taken yet. */
export async function showChunk(
  context: CommandContext,
  input: z.output<typeof ShowChunkInput>,
): Promise<TakenChunk> {
  requireScope(context, 'operator');
  const { audience, import: id, chunk } = parseInput(ShowChunkInput, input);
  const one = await findImport(context, audience, id);
  const number = Number(chunk);
  const answer = number < one.next ? await loadChunkAnswer(context.table, one, number) : undefined;
  if (!answer) {
    throw new Refusal('chunk_unknown', `chunk ${number} was not taken yet`, { field: 'chunk' });
  }
  const { counts, rejects } = answer;
  return { chunk: number, counts, rejects, total: one.counts, next: one.next };
}

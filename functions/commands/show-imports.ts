// The imports into an audience, and what one said of a chunk.

import * as z from 'zod/mini';
import { Refusal } from '#domain/faults.ts';
import { Id } from '#domain/ids.ts';
import { listImports, loadChunkAnswer } from '#store/imports.ts';
import { type CommandContext, requireScope } from './context.ts';
import type { TakenChunk } from './import-chunk.ts';
import { findImport, type ImportView, viewOf } from './import-view.ts';
import { parseInput } from './parse-input.ts';

export const ListImportsInput = z.strictObject({
  audience: Id,
  limit: z.optional(z.int().check(z.gte(1), z.lte(200))),
});

/** The latest first. */
export async function showImports(
  context: CommandContext,
  input: z.output<typeof ListImportsInput>,
): Promise<{ readonly imports: readonly ImportView[] }> {
  requireScope(context, 'viewer');
  const { audience, limit = 20 } = parseInput(ListImportsInput, input);
  const imports = await listImports(context.table, audience, limit);
  return { imports: imports.map(viewOf) };
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

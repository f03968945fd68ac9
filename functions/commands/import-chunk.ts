// Takes the next chunk of an import; one that was taken before is answered as it was then.

import { createHash } from 'node:crypto';
import * as z from 'zod/mini';
import { Fault, Refusal } from '#domain/faults.ts';
import { Id } from '#domain/ids.ts';
import { noteChunk } from '#store/contact-counts.ts';
import {
  type ChunkAnswer,
  type Import,
  loadChunkAnswer,
  type Reject,
  type RowCounts,
  saveChunkAnswer,
  saveImport,
} from '#store/imports.ts';
import { type CommandContext, requireScope } from './context.ts';
import { findImport } from './import-view.ts';
import { noteGateways } from './note-gateways.ts';
import { parseInput } from './parse-input.ts';
import { refuseErasedMeanwhile } from './refuse-erased-meanwhile.ts';
import { suppressionsOf } from './suppressions-of.ts';
import { takeRows } from './take-rows.ts';

/** Of text; together with the bound on rows a chunk is done within the time of a function. */
export const CHUNK_BYTES_MAX = 1024 * 1024;

/** Of one answer; all of them are given to whoever asks for the chunk. */
const REJECTS_MAX = 1_000;

const ChunkNumber = z.string().check(z.regex(/^\d{1,6}$/, 'a chunk is a number from 0'));

export const ImportChunkInput = z.strictObject({
  audience: Id,
  import: Id,
  chunk: ChunkNumber,
  /** SHA-256 of the chunk as it was sent, in hex. */
  digest: z.string().check(z.regex(/^[0-9a-f]{64}$/, 'write SHA-256 in 64 hex digits')),
});

export interface TakenChunk {
  readonly chunk: number;
  readonly counts: RowCounts;
  /** The first 1,000, duplicates included. */
  readonly rejects: readonly Reject[];
  /** Of the whole import so far. */
  readonly total: RowCounts;
  /** The chunk that is wanted next. */
  readonly next: number;
}

/**
 * Chunks come in order, whole rows each, without the header. Safe to give again after any
 * interruption. Throws Refusal `import_unknown`, `import_closed`, `digest_wrong`, `chunk_early`,
 * `chunk_changed`, `chunk_too_long` or `csv_malformed`.
 */
export async function importChunk(
  context: CommandContext,
  input: z.output<typeof ImportChunkInput>,
  text: string,
): Promise<TakenChunk> {
  requireScope(context, 'operator');
  const { audience, import: id, chunk, digest } = parseInput(ImportChunkInput, input);
  const bytes = Buffer.byteLength(text);
  if (bytes > CHUNK_BYTES_MAX) {
    const limit = `at most ${CHUNK_BYTES_MAX} bytes`;
    throw new Refusal('chunk_too_long', `the chunk holds ${bytes} bytes`, { field: 'csv', limit });
  }
  if (createHash('sha256').update(text).digest('hex') !== digest) {
    throw new Refusal('digest_wrong', 'the chunk is not what its digest says', { field: 'digest' });
  }
  const one = await findImport(context, audience, id);
  const { after: _whole, ...taken } = await takeChunk(context, one, {
    number: Number(chunk),
    digest,
    text,
  });
  return { ...taken, rejects: taken.rejects.slice(0, REJECTS_MAX) };
}

export interface TakenAndAfter extends TakenChunk {
  /** The import behind the chunk. */
  readonly after: Import;
}

/** The same for a chunk of our own making. */
export async function takeChunk(
  context: CommandContext,
  one: Import,
  chunk: { readonly number: number; readonly digest: string; readonly text: string },
): Promise<TakenAndAfter> {
  const known = await answeredBefore(context, one, chunk);
  if (known) return known;
  const { table, entropy } = context;
  if (!one.isDry) await noteChunk(table, one, chunk.digest, () => entropy.id());
  const since = context.clock.now();
  const ports = { table, suppressionsOf: await suppressionsOf(context) };
  const { answer, domains } = await takeRows(ports, one, chunk);
  if (!one.isDry) await refuseErasedMeanwhile(context, one, chunk.text, since);
  await saveChunkAnswer(table, one, answer);
  if (!one.isDry) await noteGateways(context, domains);
  const next = advance(one, answer);
  const saved = await saveImport(table, one, next, entropy.id());
  if (saved.kind === 'saved') return takenOf(saved.item, answer);
  // Another has taken the same chunk meanwhile, and wrote the same.
  const again = saved.current && (await answeredBefore(context, saved.current, chunk));
  if (again) return again;
  throw new Fault('import_contended', `import ${one.import} went on elsewhere`, {
    retryable: true,
  });
}

async function answeredBefore(
  { table }: CommandContext,
  one: Import,
  { number, digest }: { readonly number: number; readonly digest: string },
): Promise<TakenAndAfter | undefined> {
  const answer = number < one.next ? await loadChunkAnswer(table, one, number) : undefined;
  if (answer) {
    if (answer.digest === digest) return takenOf(one, answer);
    throw new Refusal('chunk_changed', `chunk ${number} was taken with other content`, {
      field: 'digest',
    });
  }
  if (one.state !== 'open') {
    throw new Refusal('import_closed', `import ${one.import} is ${one.state}`, { field: 'import' });
  }
  if (number === one.next) return undefined;
  throw new Refusal('chunk_early', `chunk ${number} comes later: ${one.next} is wanted`, {
    field: 'chunk',
    limit: `chunk ${one.next}`,
  });
}

function takenOf(one: Import, { chunk, counts, rejects }: ChunkAnswer): TakenAndAfter {
  return { chunk, counts, rejects, total: one.counts, next: one.next, after: one };
}

function advance(one: Import, answer: ChunkAnswer): Import {
  const counts = { ...one.counts };
  for (const name of Object.keys(counts) as (keyof RowCounts)[]) {
    counts[name] += answer.counts[name];
  }
  return {
    ...one,
    next: one.next + 1,
    rows: one.rows + answer.rows,
    lines: one.lines + answer.lines,
    counts,
  };
}

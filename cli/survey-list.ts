// Looks through a whole file of people before anything is sent: its digest, its header, its rows.

import { createHash } from 'node:crypto';
import { readCsv } from '#domain/read-csv.ts';
import { type Chunk, cutCsv, type Head, isHead, textOf } from './cut-csv.ts';

export interface Survey extends Head {
  readonly sha256: string;
  readonly bytes: number;
  readonly rows: number;
  readonly chunks: number;
  /** The first rows, to see what the columns hold. */
  readonly sample: readonly (readonly string[])[];
}

const SAMPLE_ROWS = 20;

/** Throws CommandFailure for a file that is malformed as a whole. Memory: a chunk. */
export async function surveyList(
  source: AsyncIterable<Uint8Array>,
  chunkBytes?: number,
): Promise<Survey> {
  const hash = createHash('sha256');
  let bytes = 0;
  async function* counted(): AsyncGenerator<Uint8Array> {
    for await (const piece of source) {
      hash.update(piece);
      bytes += piece.length;
      yield piece;
    }
  }
  let head: Head = { header: [], lines: 1, delimiter: ',' };
  let sample: readonly (readonly string[])[] = [];
  let rows = 0;
  let chunks = 0;
  for await (const one of cutCsv(counted(), chunkBytes)) {
    if (isHead(one)) {
      head = one;
      continue;
    }
    if (chunks === 0) sample = sampleOf(one, head);
    rows += one.rows;
    chunks += 1;
  }
  return { ...head, sha256: hash.digest('hex'), bytes, rows, chunks, sample };
}

function sampleOf(chunk: Chunk, { delimiter }: Head): string[][] {
  const sample: string[][] = [];
  for (const { cells } of readCsv(textOf(chunk), delimiter)) {
    sample.push([...cells]);
    if (sample.length === SAMPLE_ROWS) break;
  }
  return sample;
}

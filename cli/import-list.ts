// Brings one file of people into an audience, chunk by chunk; goes on where an earlier run ended.

import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import type { TakenChunk } from '#commands/import-chunk.ts';
import type { ImportView } from '#commands/import-view.ts';
import type { ShownImports } from '#commands/show-imports.ts';
import type { ApiClient } from './api-client.ts';
import { CHUNK_BYTES, type Chunk, cutCsv, isHead, textOf } from './cut-csv.ts';
import { pagesOf } from './pages-of.ts';
import type { Reject } from './rejects-file.ts';
import type { Survey } from './survey-list.ts';

export interface ListToImport {
  readonly audience: string;
  readonly name: string;
  readonly survey: Survey;
  readonly open: () => AsyncIterable<Uint8Array>;
  readonly columns?: { readonly [header: string]: string };
  readonly consent?: { readonly source: string; readonly at?: string; readonly basis: string };
  readonly dryRun: boolean;
}

export interface ImportWatch {
  /** Called with the import as it was begun or found again. */
  readonly begun: (view: ImportView, isResumed: boolean) => void;
  readonly progress: (rows: number) => void;
  /** Rows that were not taken, with the chunk they stand in; in the order of the file. */
  readonly rejects: (rejects: readonly Reject[], chunk: Chunk, rowsBefore: number) => void;
}

/** Loses and doubles nothing, however often it is interrupted and run again. */
export async function importList(
  api: ApiClient,
  list: ListToImport,
  watch: ImportWatch,
): Promise<ImportView> {
  const path = `/v1/audiences/${encodeURIComponent(list.audience)}/imports`;
  const found = await openImport(api, path, list);
  const view = found ?? (await begin(api, path, list));
  watch.begun(view, found !== undefined);
  const chunkBytes = view.source.chunkBytes ?? CHUNK_BYTES;
  let rows = 0;
  let chunks = 0;
  for await (const chunk of cutCsv(list.open(), chunkBytes)) {
    if (isHead(chunk)) continue;
    const place = `${path}/${view.import}/chunks/${chunk.number}`;
    const isTaken = chunk.number < view.next;
    const taken = isTaken ? await read(api, place) : await give(api, place, chunk);
    if (taken.rejects.length > 0) watch.rejects(taken.rejects, chunk, rows);
    rows += chunk.rows;
    chunks += 1;
    watch.progress(rows);
  }
  return api.call<ImportView>('POST', `${path}/${view.import}/finish`, { chunks });
}

/** One of the same file and the same wishes that did not come to its end. */
async function openImport(
  api: ApiClient,
  path: string,
  { survey, dryRun, columns = {}, consent }: ListToImport,
): Promise<ImportView | undefined> {
  const isSame = (one: ImportView) =>
    one.state === 'open' &&
    one.source.sha256 === survey.sha256 &&
    one.dryRun === dryRun &&
    one.consent?.source === consent?.source &&
    one.consent?.basis === consent?.basis &&
    Object.entries(columns).every(([header, means]) =>
      one.columns.some((column) => column.header === header && column.means === means),
    );
  for await (const { imports } of pagesOf<ShownImports>(api, path, 50)) {
    const found = imports.find(isSame);
    if (found) return found;
  }
  return undefined;
}

function begin(api: ApiClient, path: string, list: ListToImport): Promise<ImportView> {
  const { survey, columns, consent, dryRun, name } = list;
  const { header, lines, delimiter, sha256, bytes } = survey;
  return api.call<ImportView>('POST', path, {
    header,
    headerLines: lines,
    delimiter,
    source: { name, sha256, bytes, chunkBytes: CHUNK_BYTES },
    dryRun,
    ...(columns ? { columns } : {}),
    ...(consent ? { consent } : {}),
  });
}

async function give(api: ApiClient, place: string, chunk: Chunk): Promise<TakenChunk> {
  // As the function will read it: what is no UTF-8 is replaced before it is digested.
  const body = isUtf8(chunk.bytes) ? chunk.bytes : Buffer.from(textOf(chunk));
  const digest = createHash('sha256').update(body).digest('hex');
  const taken = await api.call<TakenChunk>('POST', `${place}?digest=${digest}`, undefined, {
    text: { type: 'text/csv; charset=utf-8', body },
    // A chunk is judged row by row before it is answered.
    timeoutMs: 60_000,
  });
  const { rejected, duplicates } = taken.counts;
  return rejected + duplicates > taken.rejects.length ? read(api, place) : taken;
}

function read(api: ApiClient, place: string): Promise<TakenChunk> {
  return api.call<TakenChunk>('GET', place);
}

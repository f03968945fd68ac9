// Who is on the lists, and who must never be.

import type * as z from 'zod/mini';
import { BeginImportInput, beginImport } from '#commands/begin-import.ts';
import { ExplainSegmentInput, explainSegment } from '#commands/explain-segment.ts';
import { FinishImportInput, finishImport } from '#commands/finish-import.ts';
import { ImportAudienceInput, importAudience } from '#commands/import-audience.ts';
import { ImportChunkInput, importChunk } from '#commands/import-chunk.ts';
import {
  CountAudienceInput,
  countAudience,
  ListAudiencesInput,
  ListContactsInput,
  listAudienceContacts,
  listAudiences,
} from '#commands/show-audience.ts';
import {
  ListImportsInput,
  ShowChunkInput,
  ShowImportInput,
  showChunk,
  showImport,
  showImports,
} from '#commands/show-imports.ts';
import { SuppressAddressInput, suppressAddress } from '#commands/suppress-address.ts';
import { UndoImportInput, undoImport } from '#commands/undo-import.ts';
import { SuppressedAnswer } from './account-answers.ts';
import {
  AudienceCountsAnswer,
  AudiencesAnswer,
  ChunkAnswer,
  ContactsAnswer,
  ImportAnswer,
  ImportedAnswer,
  ImportsAnswer,
  PersonExplainedAnswer,
} from './audience-answers.ts';
import { get, post, type Route } from './route.ts';

const audience = '/v1/audiences/{audience}';
const oneImport = `${audience}/imports/{import}`;

const importRoutes: readonly Route[] = [
  {
    method: 'post',
    path: `${audience}/import`,
    summary: 'Take people into an audience from one CSV text',
    scope: 'operator',
    body: 'csv',
    query: ['dryRun'],
    input: ImportAudienceInput,
    answer: ImportedAnswer,
    run: (context, input, text) =>
      importAudience(context, input as z.output<typeof ImportAudienceInput>, text),
  },
  post(
    {
      path: `${audience}/imports`,
      summary: 'Begin an import in chunks',
      scope: 'operator',
      answer: ImportAnswer,
    },
    BeginImportInput,
    beginImport,
  ),
  get(
    {
      path: `${audience}/imports`,
      summary: 'The imports into an audience, the latest first',
      scope: 'viewer',
      query: ['limit', 'after'],
      answer: ImportsAnswer,
    },
    ListImportsInput,
    showImports,
  ),
  get(
    { path: oneImport, summary: 'How far an import came', scope: 'viewer', answer: ImportAnswer },
    ShowImportInput,
    showImport,
  ),
  {
    method: 'post',
    path: `${oneImport}/chunks/{chunk}`,
    summary: 'Give the next chunk: whole rows, without the header',
    scope: 'operator',
    body: 'csv',
    query: ['digest'],
    input: ImportChunkInput,
    answer: ChunkAnswer,
    run: (context, input, text) =>
      importChunk(context, input as z.output<typeof ImportChunkInput>, text),
  },
  get(
    {
      path: `${oneImport}/chunks/{chunk}`,
      summary: 'What was said of a chunk',
      scope: 'operator',
      answer: ChunkAnswer,
    },
    ShowChunkInput,
    showChunk,
  ),
  post(
    {
      path: `${oneImport}/finish`,
      summary: 'End an import: that was all of it',
      scope: 'operator',
      answer: ImportAnswer,
    },
    FinishImportInput,
    finishImport,
  ),
  post(
    {
      path: `${oneImport}/undo`,
      summary: 'Take an import back; call again while it is undoing',
      scope: 'operator',
      answer: ImportAnswer,
    },
    UndoImportInput,
    undoImport,
  ),
];

export const audienceRoutes: readonly Route[] = [
  ...importRoutes,
  get(
    {
      path: '/v1/audiences',
      summary: 'All audiences',
      scope: 'viewer',
      query: ['limit', 'after'],
      answer: AudiencesAnswer,
    },
    ListAudiencesInput,
    listAudiences,
  ),
  post(
    {
      path: `${audience}/count`,
      summary: 'How many an audience or a segment of it holds',
      scope: 'viewer',
      answer: AudienceCountsAnswer,
    },
    CountAudienceInput,
    countAudience,
  ),
  post(
    {
      path: `${audience}/contacts`,
      summary: 'The people of an audience, page by page',
      scope: 'admin',
      answer: ContactsAnswer,
    },
    ListContactsInput,
    listAudienceContacts,
  ),
  post(
    {
      path: `${audience}/explain`,
      summary: 'Why one person is in a segment, or is not',
      scope: 'operator',
      answer: PersonExplainedAnswer,
    },
    ExplainSegmentInput,
    explainSegment,
  ),
  post(
    {
      path: '/v1/suppressions',
      summary: 'Never message an address again',
      scope: 'operator',
      answer: SuppressedAnswer,
    },
    SuppressAddressInput,
    suppressAddress,
  ),
];

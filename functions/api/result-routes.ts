// What happened: results, ledger, recipients.

import { ExportResultsInput, exportResults } from '#commands/export-results.ts';
import { ListNoticesInput, listNotices } from '#commands/list-notices.ts';
import { ShowAuditInput, showAudit } from '#commands/show-audit.ts';
import { ShowCallRecordsInput, showCallRecords } from '#commands/show-call-records.ts';
import {
  ListRecipientsInput,
  listRecipients,
  ShowLedgerInput,
  showLedger,
} from '#commands/show-ledger.ts';
import { ShowResultsInput, showResults } from '#commands/show-results.ts';
import { AuditAnswer } from './account-answers.ts';
import { NoticesAnswer } from './notice-answers.ts';
import {
  CallRecordsAnswer,
  ExportAnswer,
  LedgerAnswer,
  RecipientsAnswer,
  ResultsAnswer,
} from './result-answers.ts';
import { get, type Route } from './route.ts';

export const resultRoutes: readonly Route[] = [
  get(
    {
      path: '/v1/bursts/{burst}/notices',
      summary: 'Who was told what, and how far',
      scope: 'operator',
      query: ['limit', 'after'],
      answer: NoticesAnswer,
    },
    ListNoticesInput,
    listNotices,
  ),
  get(
    {
      path: '/v1/bursts/{burst}/audit',
      summary: 'Who did what to it, and when',
      scope: 'viewer',
      query: ['limit', 'after'],
      answer: AuditAnswer,
    },
    ShowAuditInput,
    showAudit,
  ),
  get(
    {
      path: '/v1/bursts/{burst}/results',
      summary: 'Which call worked best',
      answer: ResultsAnswer,
      scope: 'viewer',
    },
    ShowResultsInput,
    showResults,
  ),
  get(
    {
      path: '/v1/bursts/{burst}/export',
      summary: 'The report with everything it was computed from',
      answer: ExportAnswer,
      scope: 'viewer',
    },
    ExportResultsInput,
    exportResults,
  ),
  get(
    {
      path: '/v1/campaigns/{campaign}/calls',
      summary: 'What became of each call over the bursts of a campaign',
      answer: CallRecordsAnswer,
      scope: 'viewer',
      query: ['limit', 'after'],
    },
    ShowCallRecordsInput,
    showCallRecords,
  ),
  get(
    {
      path: '/v1/bursts/{burst}/ledger',
      summary: 'The ledger, without addresses',
      answer: LedgerAnswer,
      scope: 'operator',
    },
    ShowLedgerInput,
    showLedger,
  ),
  get(
    {
      path: '/v1/bursts/{burst}/recipients',
      summary: 'The frozen audience, with addresses',
      answer: RecipientsAnswer,
      scope: 'admin',
      query: ['limit', 'after'],
    },
    ListRecipientsInput,
    listRecipients,
  ),
];

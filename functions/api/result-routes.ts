// What happened: results, ledger, recipients.

import {
  ListRecipientsInput,
  listRecipients,
  ShowLedgerInput,
  showLedger,
} from '#commands/show-ledger.ts';
import { ShowResultsInput, showResults } from '#commands/show-results.ts';
import { get, type Route } from './route.ts';

export const resultRoutes: readonly Route[] = [
  get(
    { path: '/v1/bursts/{burst}/results', summary: 'Which call worked best', scope: 'viewer' },
    ShowResultsInput,
    showResults,
  ),
  get(
    {
      path: '/v1/bursts/{burst}/ledger',
      summary: 'The ledger, without addresses',
      scope: 'operator',
    },
    ShowLedgerInput,
    showLedger,
  ),
  get(
    {
      path: '/v1/bursts/{burst}/recipients',
      summary: 'The frozen audience, with addresses',
      scope: 'admin',
      query: ['page'],
    },
    ListRecipientsInput,
    listRecipients,
  ),
];

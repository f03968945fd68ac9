// Who is on the lists, and who must never be.

import type * as z from 'zod/mini';
import { ImportAudienceInput, importAudience } from '#commands/import-audience.ts';
import { SuppressAddressInput, suppressAddress } from '#commands/suppress-address.ts';
import { post, type Route } from './route.ts';

export const audienceRoutes: readonly Route[] = [
  {
    method: 'post',
    path: '/v1/audiences/{audience}/import',
    summary: 'Take people into an audience from a CSV file',
    scope: 'operator',
    body: 'csv',
    query: ['dryRun'],
    input: ImportAudienceInput,
    run: (context, input, text) =>
      importAudience(context, input as z.output<typeof ImportAudienceInput>, text),
  },
  post(
    { path: '/v1/suppressions', summary: 'Never message an address again', scope: 'operator' },
    SuppressAddressInput,
    suppressAddress,
  ),
];

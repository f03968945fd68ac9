// Every route as data: what it takes, who may use it and which command answers.

import type * as z from 'zod/mini';
import { AbandonBurstInput, abandonBurst } from '#commands/abandon-burst.ts';
import { ApproveBurstInput, approveBurst } from '#commands/approve-burst.ts';
import { CancelBurstInput, cancelBurst } from '#commands/cancel-burst.ts';
import { ConnectAccountInput, connectAccount } from '#commands/connect-account.ts';
import type { CommandContext, Scope } from '#commands/context.ts';
import { FireBurstInput, fireBurst } from '#commands/fire-burst.ts';
import { ImportAudienceInput, importAudience } from '#commands/import-audience.ts';
import { IssueTokenInput, issueToken } from '#commands/issue-token.ts';
import { ListBurstsInput, listBursts } from '#commands/list-bursts.ts';
import { PlanBurstInput, planBurst } from '#commands/plan-burst.ts';
import { ResumeBurstInput, resumeBurst } from '#commands/resume-burst.ts';
import { ScheduleBurstInput, scheduleBurst } from '#commands/schedule-burst.ts';
import { ShowBurstInput, showBurst } from '#commands/show-burst.ts';
import {
  ListRecipientsInput,
  listRecipients,
  ShowLedgerInput,
  showLedger,
} from '#commands/show-ledger.ts';
import { ShowResultsInput, showResults } from '#commands/show-results.ts';
import { StandbyBurstInput, standbyBurst } from '#commands/standby-burst.ts';
import { StopBurstInput, stopBurst } from '#commands/stop-burst.ts';
import { SuppressAddressInput, suppressAddress } from '#commands/suppress-address.ts';

export interface Route {
  readonly method: 'get' | 'post';
  /** Parameters in braces, as OpenAPI has them: `/v1/bursts/{burst}`. */
  readonly path: string;
  readonly summary: string;
  readonly scope: Scope;
  /** `json`: the body holds the input; `csv`: a text beside it; `none`: no body. */
  readonly body: 'json' | 'csv' | 'none';
  /** Fields of the input that stand in the address after `?`. */
  readonly query: readonly string[];
  /** Of the whole input: path, query and body together. */
  readonly input: z.ZodMiniObject;
  readonly run: (context: CommandContext, input: unknown, text: string) => Promise<object>;
}

type Command<S extends z.ZodMiniObject> = (
  context: CommandContext,
  input: z.output<S>,
) => Promise<object>;

type About = Pick<Route, 'path' | 'summary' | 'scope'> & { readonly query?: readonly string[] };

function get<S extends z.ZodMiniObject>(about: About, input: S, command: Command<S>): Route {
  const run = (context: CommandContext, given: unknown) => command(context, given as z.output<S>);
  return { query: [], ...about, method: 'get', body: 'none', input, run };
}

function post<S extends z.ZodMiniObject>(about: About, input: S, command: Command<S>): Route {
  return { ...get(about, input, command), method: 'post', body: 'json' };
}

/** Commands parse what they are given themselves: nothing here is trusted to fit. */
export const routes: readonly Route[] = [
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
    { path: '/v1/bursts', summary: 'Plan a burst from a campaign file', scope: 'operator' },
    PlanBurstInput,
    planBurst,
  ),
  get(
    { path: '/v1/bursts', summary: 'All bursts', scope: 'viewer', query: ['limit', 'after'] },
    ListBurstsInput,
    listBursts,
  ),
  get(
    { path: '/v1/bursts/{burst}', summary: 'One burst and where it stands', scope: 'viewer' },
    ShowBurstInput,
    showBurst,
  ),
  post(
    { path: '/v1/bursts/{burst}/approve', summary: 'Approve its content', scope: 'approver' },
    ApproveBurstInput,
    approveBurst,
  ),
  post(
    { path: '/v1/bursts/{burst}/schedule', summary: 'Give it its moment', scope: 'operator' },
    ScheduleBurstInput,
    scheduleBurst,
  ),
  post(
    { path: '/v1/bursts/{burst}/standby', summary: 'Put it on stand-by', scope: 'operator' },
    StandbyBurstInput,
    standbyBurst,
  ),
  post(
    { path: '/v1/bursts/{burst}/fire', summary: 'Release it now', scope: 'operator' },
    FireBurstInput,
    fireBurst,
  ),
  post(
    {
      path: '/v1/bursts/{burst}/stop',
      summary: 'Stop it, and say what went out',
      scope: 'operator',
    },
    StopBurstInput,
    stopBurst,
  ),
  post(
    { path: '/v1/bursts/{burst}/resume', summary: 'Go on after a stop', scope: 'operator' },
    ResumeBurstInput,
    resumeBurst,
  ),
  post(
    { path: '/v1/bursts/{burst}/abandon', summary: 'End it after a stop', scope: 'operator' },
    AbandonBurstInput,
    abandonBurst,
  ),
  post(
    { path: '/v1/bursts/{burst}/cancel', summary: 'End it before release', scope: 'operator' },
    CancelBurstInput,
    cancelBurst,
  ),
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
  post(
    { path: '/v1/suppressions', summary: 'Never message an address again', scope: 'operator' },
    SuppressAddressInput,
    suppressAddress,
  ),
  post(
    { path: '/v1/connections', summary: 'Connect an account on a channel', scope: 'admin' },
    ConnectAccountInput,
    connectAccount,
  ),
  post(
    { path: '/v1/tokens', summary: 'Make a token for a person or a system', scope: 'admin' },
    IssueTokenInput,
    issueToken,
  ),
];

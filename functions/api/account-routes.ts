// Connected accounts and the tokens of people and systems.

import { ConnectAccountInput, connectAccount } from '#commands/connect-account.ts';
import { IssueTokenInput, issueToken } from '#commands/issue-token.ts';
import { post, type Route } from './route.ts';

export const accountRoutes: readonly Route[] = [
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

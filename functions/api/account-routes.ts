// Connected accounts, the tokens of people and systems, and who did what to the deployment.

import { ConnectAccountInput, connectAccount } from '#commands/connect-account.ts';
import { IssueTokenInput, issueToken } from '#commands/issue-token.ts';
import { ListTokensInput, listTokens } from '#commands/list-tokens.ts';
import { RevokeTokenInput, revokeToken } from '#commands/revoke-token.ts';
import { ShowDeploymentAuditInput, showDeploymentAudit } from '#commands/show-audit.ts';
import {
  AuditAnswer,
  ConnectionAnswer,
  IssuedTokenAnswer,
  TokenAnswer,
  TokensAnswer,
} from './account-answers.ts';
import { get, post, type Route } from './route.ts';

export const accountRoutes: readonly Route[] = [
  post(
    {
      path: '/v1/connections',
      summary: 'Connect an account on a channel',
      scope: 'admin',
      answer: ConnectionAnswer,
    },
    ConnectAccountInput,
    connectAccount,
  ),
  post(
    {
      path: '/v1/tokens',
      summary: 'Make a token for a person or a system',
      scope: 'admin',
      answer: IssuedTokenAnswer,
    },
    IssueTokenInput,
    issueToken,
  ),
  get(
    {
      path: '/v1/tokens',
      summary: 'Who has a token',
      scope: 'admin',
      query: ['limit', 'after'],
      answer: TokensAnswer,
    },
    ListTokensInput,
    listTokens,
  ),
  post(
    {
      path: '/v1/tokens/{token}/revoke',
      summary: 'End a token',
      scope: 'admin',
      answer: TokenAnswer,
    },
    RevokeTokenInput,
    revokeToken,
  ),
  get(
    {
      path: '/v1/audit',
      summary: 'Who did what to the deployment',
      scope: 'admin',
      query: ['limit', 'after'],
      answer: AuditAnswer,
    },
    ShowDeploymentAuditInput,
    showDeploymentAudit,
  ),
];

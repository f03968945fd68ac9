// `volley token`: who may use the API.

import type { IssuedToken } from '#commands/issue-token.ts';
import type { ListedTokens, TokenView } from '#commands/list-tokens.ts';
import type { Caller } from '#commands/show-caller.ts';
import { type ApiClient, connect } from './api-client.ts';
import { type Command, CommandFailure, exitCodes, type Parsed, parse, text } from './command.ts';
import { pagesOf } from './pages-of.ts';
import { answer } from './screen.ts';
import { span, table } from './words.ts';

const options = {
  scope: { type: 'string', value: 'SCOPE', about: 'viewer, operator, approver or admin' },
  valid: {
    type: 'string',
    value: 'TIME',
    about: 'how long it works: 12h, 90d; else until revoked',
  },
} as const;

export const token: Command = {
  usage: 'token show|list|create|revoke [NAME|ID]',
  about: 'whose token this is; make one for a person or a system',
  more: `viewer reads, operator plans and fires, approver approves too, admin does everything.
A token is shown once and kept nowhere; the API knows its digest.`,
  options,
  words: ['show', 'list', 'create', 'revoke'],
  examples: ['volley token create ben --scope approver', 'volley token show'],
  run: async (args) => {
    const parsed = parse(args, options);
    const [act = 'show', name] = parsed.positionals;
    const api = connect(parsed);
    if (act === 'show') return show(api, parsed);
    if (act === 'list') return list(api, parsed);
    if (name === undefined) throw new CommandFailure(`volley ${token.usage}`, exitCodes.usage);
    if (act === 'create') return create(api, parsed, name);
    if (act !== 'revoke') throw new CommandFailure(`volley ${token.usage}`, exitCodes.usage);
    const revoked = await api.call<TokenView>('POST', `/v1/tokens/${name}/revoke`, {});
    answer(parsed.json, revoked, [`the token of ${revoked.name} works no more`]);
    return exitCodes.done;
  },
};

async function show(api: ApiClient, parsed: Parsed): Promise<number> {
  const me = await api.call<Caller>('GET', '/v1/me');
  answer(parsed.json, me, [`${me.name}: ${me.scopes.join(', ')} at ${api.url}`]);
  return exitCodes.done;
}

async function list(api: ApiClient, parsed: Parsed): Promise<number> {
  const tokens: TokenView[] = [];
  for await (const page of pagesOf<ListedTokens>(api, '/v1/tokens')) tokens.push(...page.tokens);
  const rows = tokens.map(({ id, name, scopes, works, expiresAt }) => [
    id,
    name,
    scopes.join(', '),
    works ? (expiresAt === undefined ? 'works' : `${span(expiresAt - Date.now())} left`) : 'over',
  ]);
  const lines =
    rows.length === 0
      ? ['there is no token but the first one']
      : table([['id', 'name', 'scope', ''], ...rows]);
  answer(parsed.json, { tokens }, lines);
  return exitCodes.done;
}

async function create(api: ApiClient, parsed: Parsed, name: string): Promise<number> {
  const [scope, valid] = [text(parsed, 'scope') ?? 'viewer', text(parsed, 'valid')];
  const body = { name, scopes: [scope], ...(valid === undefined ? {} : { valid }) };
  // Without a key: answers are kept under theirs for a day, and this one is a secret.
  const issued = await api.call<IssuedToken>('POST', '/v1/tokens', body, { isSecret: true });
  answer(parsed.json, issued, [
    `${issued.name} (${issued.scopes.join(', ')}), shown this once:`,
    `  export VOLLEY_TOKEN=${issued.token}`,
  ]);
  return exitCodes.done;
}

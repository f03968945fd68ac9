// `volley connect CHANNEL`: an account on a channel, with its token.

import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import type { ConnectedAccount } from '#commands/connect-account.ts';
import type { ListedConnections } from '#commands/list-connections.ts';
import { connect as connectApi } from './api-client.ts';
import {
  actOptions,
  type Command,
  CommandFailure,
  exitCodes,
  flag,
  parse,
  text,
} from './command.ts';
import { pagesOf } from './pages-of.ts';
import { answer } from './screen.ts';
import { table } from './words.ts';

const options = {
  server: { type: 'string', value: 'URL', about: 'the server: https://social.example.org' },
  as: { type: 'string', value: 'NAME', about: 'what campaign files call it; else as the channel' },
  account: { type: 'string', value: 'HANDLE', about: 'the handle, for people: @riverside' },
  'token-file': {
    type: 'string',
    value: 'FILE',
    about: 'its token; else VOLLEY_CHANNEL_TOKEN, or asked for',
  },
  'dry-run': actOptions['dry-run'],
} as const;

export const connect: Command = {
  usage: 'connect [CHANNEL] --server URL',
  about: 'connect an account on a channel; without one, list them',
  more: `The token goes to the secrets store and is shown nowhere. It is never taken from the command
line, which other people on this machine can read.`,
  options,
  examples: ['volley connect mastodon --server https://social.example.org --account @riverside'],
  run: async (args) => {
    const parsed = parse(args, options);
    const api = connectApi(parsed);
    const [channel] = parsed.positionals;
    if (channel === undefined) {
      const connections: ConnectedAccount[] = [];
      for await (const page of pagesOf<ListedConnections>(api, '/v1/connections')) {
        connections.push(...page.connections);
      }
      answer(parsed.json, { connections }, connectionLines(connections));
      return exitCodes.done;
    }
    const baseUrl = text(parsed, 'server');
    if (baseUrl === undefined) {
      throw new CommandFailure(`where is it? volley ${connect.usage}`, exitCodes.usage);
    }
    const [connection, account] = [text(parsed, 'as') ?? channel, text(parsed, 'account')];
    const shown = { connection, channel, baseUrl, ...(account === undefined ? {} : { account }) };
    if (flag(parsed, 'dry-run')) {
      answer(parsed.json, { ...shown, dryRun: true }, [`${connection} would lead to ${baseUrl}`]);
      return exitCodes.done;
    }
    const token = await tokenOf(text(parsed, 'token-file'));
    const done = await api.call<ConnectedAccount>('POST', '/v1/connections', { ...shown, token });
    answer(parsed.json, done, [`${done.id} leads to ${done.baseUrl}; volley doctor tries it`]);
    return exitCodes.done;
  },
};

function connectionLines(connections: readonly ConnectedAccount[]): string[] {
  if (connections.length === 0) return ['no account is connected: volley connect CHANNEL'];
  return table([
    ['connection', 'channel', 'account', 'server'],
    ...connections.map(({ id, channel, account, baseUrl }) => [
      id,
      channel,
      account ?? '',
      baseUrl,
    ]),
  ]);
}

async function tokenOf(file: string | undefined): Promise<string> {
  if (file !== undefined) return readFileSync(file, 'utf8').trim();
  const { VOLLEY_CHANNEL_TOKEN: token } = process.env;
  if (token) return token;
  if (process.stdin.isTTY !== true) {
    const message = 'no token: set VOLLEY_CHANNEL_TOKEN or say --token-file FILE';
    throw new CommandFailure(message, exitCodes.usage);
  }
  const asking = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return (await asking.question('token of the account: ')).trim();
  } finally {
    asking.close();
  }
}

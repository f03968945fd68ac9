// Connects an account on a channel: where it is, and its token, which goes to the secrets store.

import * as z from 'zod/mini';
import { Refusal } from '#domain/faults.ts';
import { Id } from '#domain/ids.ts';
import { type Connection, saveConnection } from '#store/connections.ts';
import { auditDeployment } from './audit-deployment.ts';
import { type CommandContext, requireScope } from './context.ts';
import { parseInput } from './parse-input.ts';

export const ConnectAccountInput = z.strictObject({
  connection: Id,
  channel: z.enum(['mastodon']),
  /** The server: `https://social.example.org`. */
  baseUrl: z.string().check(z.maxLength(300)),
  token: z
    .string()
    .check(z.regex(/^[\x21-\x7e]{8,4096}$/, 'a token is 8 to 4096 printable characters')),
  account: z.optional(z.string().check(z.maxLength(200), z.regex(/^[^\p{Cc}]*$/u, 'one line'))),
});

export type ConnectedAccount = Omit<Connection, 'secretName'>;

/** The token is stored first, so that a connection never stands there without one. */
export async function connectAccount(
  context: CommandContext,
  input: z.output<typeof ConnectAccountInput>,
): Promise<ConnectedAccount> {
  requireScope(context, 'admin');
  const {
    connection: id,
    channel,
    token,
    account,
    ...given
  } = parseInput(ConnectAccountInput, input);
  const baseUrl = originOf(given.baseUrl);
  const secretName = `connections/${id}`;
  await context.secrets.put(secretName, token);
  const shown = { id, channel, baseUrl, ...(account === undefined ? {} : { account }) };
  await saveConnection(context.table, { ...shown, secretName });
  await auditDeployment(context, 'connect', shown);
  return shown;
}

function originOf(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isPlain =
    url !== undefined &&
    /^https?:$/.test(url.protocol) &&
    url.username === '' &&
    url.password === '' &&
    url.origin === text.replace(/\/$/, '');
  if (url && isPlain) return url.origin;
  throw new Refusal(
    'input_invalid',
    'baseUrl: write the server alone, such as https://social.example.org',
    {
      field: 'baseUrl',
    },
  );
}

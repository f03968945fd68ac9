// Which gateway takes the mail of a domain, once per domain whoever's contacts live there.

import * as z from 'zod/mini';
import { InstantSchema } from '#domain/ids.ts';
import { MailGateway } from '#domain/mail-gateway.ts';
import type { Table } from '#domain/ports.ts';
import { fromItem, toItem } from './item.ts';
import { keys } from './keys.ts';
import { putSame } from './save.ts';

const MailDomain = z.strictObject({
  domain: z.string(),
  gateway: MailGateway,
  /** When its MX records were looked at. */
  at: InstantSchema,
});
export type MailDomain = z.output<typeof MailDomain>;

export async function saveMailDomain(table: Table, known: MailDomain): Promise<void> {
  await putSame(table, toItem(MailDomain, keys.mailDomain(known.domain), known));
}

export async function loadMailDomain(
  table: Table,
  domain: string,
): Promise<MailDomain | undefined> {
  const item = await table.get(keys.mailDomain(domain));
  return item && fromItem(MailDomain, item);
}

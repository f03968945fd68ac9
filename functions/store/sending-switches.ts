// Which SES configuration sets a stop has switched off, so that whoever sends next switches them on.

import * as z from 'zod/mini';
import { Id, InstantSchema } from '#domain/ids.ts';
import type { Table } from '#domain/ports.ts';
import { fromItem, toItem } from './item.ts';
import { keys } from './keys.ts';

export const SendingSwitch = z.strictObject({
  configurationSet: z.string().check(z.minLength(1), z.maxLength(64)),
  isOff: z.boolean(),
  /** Whose stop or resume it was. */
  burst: Id,
  at: InstantSchema,
});
export type SendingSwitch = z.output<typeof SendingSwitch>;

/** The last word counts: what SES itself says is not asked. */
export async function saveSendingSwitch(table: Table, state: SendingSwitch): Promise<void> {
  await table.put(toItem(SendingSwitch, keys.sendingSwitch(state.configurationSet), state));
}

/** Undefined where no stop ever switched it. */
export async function loadSendingSwitch(
  table: Table,
  configurationSet: string,
): Promise<SendingSwitch | undefined> {
  const item = await table.get(keys.sendingSwitch(configurationSet), { consistent: true });
  return item && fromItem(SendingSwitch, item);
}

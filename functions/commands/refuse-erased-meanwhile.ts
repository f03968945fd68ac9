// Whoever is erased while her row is being taken does not stay: the erasure may have looked already.

import { Fault } from '#domain/faults.ts';
import { readCsv } from '#domain/read-csv.ts';
import { addressDigest } from '#domain/suppression.ts';
import { loadContact, restoreContact } from '#store/audiences.ts';
import { beginChange } from '#store/contact-counts.ts';
import type { Import } from '#store/imports.ts';
import type { CommandContext } from './context.ts';
import { erasedLately } from './erased-lately.ts';
import { readPerson } from './read-person.ts';

/**
 * After the last write of a chunk. An erasure writes the change log, then its order, and only then
 * looks through the lists: one that is not in the log by now will find the contact, and one that is
 * there since the chunk began may have been before it. Such a contact is deleted, and the chunk is
 * to be given again: Fault `contact_contended`. Cost: a read; the chunk again where anybody was
 * erased in the last minute.
 * @param since when the chunk began, before its orders were read
 */
export async function refuseErasedMeanwhile(
  context: Pick<CommandContext, 'table' | 'clock' | 'entropy' | 'suppressionKey'>,
  one: Import,
  text: string,
  since: number,
): Promise<void> {
  const { table, clock, entropy } = context;
  const erased = await erasedLately(table, since, clock.now());
  if (erased.size === 0) return;
  const key = await context.suppressionKey();
  const nonce = () => entropy.id();
  let isGone = false;
  for (const { cells } of readCsv(text, one.delimiter, one.lines)) {
    const read = readPerson(cells, one.columns, one.startedAt);
    if (read.kind === 'problem' || !erased.has(addressDigest(read.person.address, key))) continue;
    const contact = await loadContact(table, one.audience, read.person.id);
    if (!contact?.mark?.startsWith(`${one.import}#`)) continue;
    if (!isGone) await beginChange(table, one.audience, { now: clock.now(), nonce });
    await restoreContact(table, contact.mark, contact, undefined);
    isGone = true;
  }
  if (!isGone) return;
  const message = 'somebody was erased while she came: give the chunk again';
  throw new Fault('contact_contended', message, { retryable: true });
}

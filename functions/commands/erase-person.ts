// Takes a person off every list and out of every import, and never writes to them again.

import * as z from 'zod/mini';
import { parseAddress } from '#domain/address.ts';
import { contactIdOf } from '#domain/contact-id.ts';
import { Refusal } from '#domain/faults.ts';
import { audienceNames } from '#store/audience-names.ts';
import { deleteContact, loadContact } from '#store/audiences.ts';
import { eraseFromImports } from '#store/imports.ts';
import { auditDeployment } from './audit-deployment.ts';
import { type CommandContext, requireScope } from './context.ts';
import { parseInput } from './parse-input.ts';
import { suppressAddress } from './suppress-address.ts';

export const ErasePersonInput = z.strictObject({
  address: z.string().check(z.maxLength(1_000)),
  /** Names the lists and changes nothing. */
  dryRun: z.optional(z.boolean()),
});

export interface ErasedPerson {
  /** Keyed: says nothing about the address to whoever lacks the key. */
  readonly digest: string;
  /** Lists the person was on. */
  readonly audiences: readonly string[];
}

/**
 * The standing order comes first, so that a burst that is going out leaves them out from then on.
 * Frozen lists of bursts that are out keep the address: they prove who got what.
 * May be repeated at will. Throws Refusal `address_invalid`.
 */
export async function erasePerson(
  context: CommandContext,
  input: z.output<typeof ErasePersonInput>,
): Promise<ErasedPerson> {
  requireScope(context, 'admin');
  const { address, dryRun } = parseInput(ErasePersonInput, input);
  const parsed = parseAddress(address);
  if (parsed.kind === 'refused') {
    throw new Refusal('address_invalid', parsed.message, { field: 'address' });
  }
  const { table } = context;
  const id = contactIdOf(parsed.address);
  const audiences: string[] = [];
  for await (const audience of allAudiences(context)) {
    if (await loadContact(table, audience, id)) audiences.push(audience);
  }
  if (dryRun) return { digest: '', audiences };
  const { digest } = await suppressAddress(context, { address, reason: 'erased' });
  for await (const audience of allAudiences(context)) {
    await eraseFromImports(table, audience, id);
    await deleteContact(table, audience, id);
  }
  await auditDeployment(context, 'erase_person', { digest, audiences });
  return { digest, audiences };
}

async function* allAudiences({ table }: CommandContext): AsyncGenerator<string> {
  for (let after: string | undefined; ; ) {
    const page = await audienceNames(table, 200, after);
    yield* page.audiences;
    if (page.next === undefined) return;
    after = page.next;
  }
}

// Takes a person off every list, out of every import and frozen list, and never writes to them again.

import * as z from 'zod/mini';
import { contactIdOf } from '#domain/contact-id.ts';
import { audienceNames } from '#store/audience-names.ts';
import { loadContact } from '#store/audiences.ts';
import { auditDeployment } from './audit-deployment.ts';
import { type CommandContext, requireScope } from './context.ts';
import { type ErasedAddress, eraseAddress } from './erase-address.ts';
import { parseInput } from './parse-input.ts';
import { requireAddress } from './require-address.ts';

export const ErasePersonInput = z.strictObject({
  address: z.string().check(z.maxLength(1_000)),
  /** The `next` of the answer before: goes on where it ended. */
  after: z.optional(z.string().check(z.regex(/^[ab]:[a-z0-9-]{0,64}$/))),
  /** Names the lists and changes nothing. */
  dryRun: z.optional(z.boolean()),
});

export interface ErasedPerson extends ErasedAddress {
  /** Lists the person was on when it began. */
  readonly audiences: readonly string[];
}

/**
 * The standing order comes first, so that a burst that is going out leaves them out from then on;
 * frozen lists keep a digest, so that their counts stay as they were.
 * May be repeated at will. Throws Refusal `address_invalid`.
 */
export async function erasePerson(
  context: CommandContext,
  input: z.output<typeof ErasePersonInput>,
): Promise<ErasedPerson> {
  requireScope(context, 'admin');
  const { address, after, dryRun } = parseInput(ErasePersonInput, input);
  const wanted = requireAddress(address);
  const id = contactIdOf(wanted);
  const audiences: string[] = [];
  if (after === undefined) {
    for await (const audience of allAudiences(context)) {
      if (await loadContact(context.table, audience, id)) audiences.push(audience);
    }
  }
  if (dryRun) return { digest: '', audiences, contacts: 0, entries: 0 };
  const erased = await eraseAddress(context, wanted, after);
  const { digest } = erased;
  if (after === undefined) await auditDeployment(context, 'erase_person', { digest, audiences });
  return { audiences, ...erased };
}

async function* allAudiences({ table }: CommandContext): AsyncGenerator<string> {
  for (let after: string | undefined; ; ) {
    const page = await audienceNames(table, 200, after);
    yield* page.audiences;
    if (page.next === undefined) return;
    after = page.next;
  }
}

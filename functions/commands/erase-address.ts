// Erasure: whoever asks to be forgotten is never written to again and stands nowhere by name.

import { contactIdOf } from '#domain/contact-id.ts';
import { Id } from '#domain/ids.ts';
import { normaliseAddress } from '#domain/normalise-address.ts';
import { addressDigest } from '#domain/suppression.ts';
import { audienceNames } from '#store/audience-names.ts';
import { eraseContacts } from '#store/erase-contacts.ts';
import { eraseMembers } from '#store/erase-members.ts';
import { eraseFromImports } from '#store/imports.ts';
import { loadManifestHead } from '#store/manifests.ts';
import { plannedBursts } from '#store/planned-bursts.ts';
import { suppress } from '#store/suppressions.ts';
import type { CommandContext } from './context.ts';

export interface ErasedAddress {
  /** Keyed: all that is kept, so that nobody writes to the address again. */
  readonly digest: string;
  /** Contacts that were deleted, and ordinals of frozen lists that name nobody any more. */
  readonly contacts: number;
  readonly entries: number;
  /** There is more to look through: ask again with it. Absent: everything was. */
  readonly next?: string;
}

/** Lists are read whole: an answer comes after so long, and says where to go on. */
const FOR_MS = 15_000;
const PAGE = 50;

/**
 * Suppressed first, so no call starts more than a second after the first answer. Then every list,
 * what imports would bring back, every frozen list, and feedback that was set aside. Facts by
 * ordinal stay: they name nobody.
 * @param address as `requireAddress` gives it
 * @param after the `next` of the answer before: goes on where it ended
 */
export async function eraseAddress(
  context: CommandContext,
  address: string,
  after?: string,
): Promise<ErasedAddress> {
  const digest = addressDigest(address, await context.suppressionKey());
  const at = context.clock.now();
  if (after === undefined) {
    const order = { digest, reason: 'erased', at } as const;
    await suppress(context.table, order, context.entropy.id(), () => context.clock.now());
    await eraseDeadLetters(context, address);
  }
  const erasure = new Erasure(context, address, digest);
  const next = await erasure.goOn(after ?? 'a:');
  const { contacts, entries } = erasure;
  return { digest, contacts, entries, ...(next === undefined ? {} : { next }) };
}

class Erasure {
  contacts = 0;
  entries = 0;
  readonly #context: CommandContext;
  readonly #address: string;
  readonly #digest: string;
  readonly #until: number;

  constructor(context: CommandContext, address: string, digest: string) {
    this.#context = context;
    this.#address = address;
    this.#digest = digest;
    this.#until = context.clock.now() + FOR_MS;
  }

  /** Audiences (`a:<name>`), then bursts (`b:<id>`): a freeze that reads the one fills the other. */
  async goOn(from: string): Promise<string | undefined> {
    const { table } = this.#context;
    const [part, after] = from.split(':', 2);
    if (part === 'a') {
      const audiences = async (last?: string) => {
        const page = await audienceNames(table, PAGE, last);
        return { names: page.audiences, next: page.next };
      };
      const stopped = await this.#each(audiences, after, (one) => this.#fromAudience(one));
      if (stopped !== undefined) return `a:${stopped}`;
    }
    const bursts = async (last?: string) => {
      const page = await plannedBursts(table, PAGE, last);
      return { names: page.bursts, next: page.next };
    };
    const begin = part === 'b' ? after : undefined;
    const stopped = await this.#each(bursts, begin, (one) => this.#fromBurst(one));
    return stopped === undefined ? undefined : `b:${stopped}`;
  }

  /** The name after which to go on when the time is up; undefined when all had their turn. */
  async #each(
    pageOf: (after?: string) => Promise<{ names: readonly string[]; next: string | undefined }>,
    begin: string | undefined,
    work: (name: string) => Promise<void>,
  ): Promise<string | undefined> {
    for (let after = begin || undefined; ; ) {
      const page = await pageOf(after);
      for (const name of page.names) {
        await work(name);
        after = name;
        if (this.#isLate) return after;
      }
      if (page.next === undefined) return undefined;
      after = page.next;
    }
  }

  get #isLate(): boolean {
    return this.#context.clock.now() > this.#until;
  }

  async #fromAudience(audience: string): Promise<void> {
    if (!Id.safeParse(audience).success) return;
    const { table, clock, entropy } = this.#context;
    const writer = { now: clock.now(), nonce: () => entropy.id() };
    const ids = new Set(await eraseContacts(table, audience, this.#address, writer));
    this.contacts += ids.size;
    ids.add(contactIdOf(this.#address));
    for (const id of ids) await eraseFromImports(table, audience, id);
  }

  async #fromBurst(burst: string): Promise<void> {
    const { table } = this.#context;
    const head = await loadManifestHead(table, burst);
    if (!head) return;
    const wanted = normaliseAddress(this.#address);
    const digestOf = (address: string) =>
      normaliseAddress(address) === wanted ? this.#digest : undefined;
    this.entries += await eraseMembers(table, head, digestOf);
  }
}

const HIDDEN_SECONDS = 30;

/** What nobody could work on and names the person goes with her; what it would have counted, too. */
async function eraseDeadLetters(context: CommandContext, address: string): Promise<void> {
  const { deadLetters, clock } = context;
  const until = clock.now() + FOR_MS / 3;
  const wanted = normaliseAddress(address);
  const seen = new Set<string>();
  const kept: string[] = [];
  try {
    for (let isWhole = false; !isWhole && clock.now() < until; ) {
      const page = await deadLetters.receive(HIDDEN_SECONDS);
      isWhole = page.every(({ id }) => seen.has(id));
      for (const { id, body, receipt } of page) {
        seen.add(id);
        if (normaliseAddress(body).includes(wanted)) await deadLetters.remove(receipt);
        else kept.push(receipt);
      }
    }
  } finally {
    await deadLetters.giveBack(kept).catch(() => undefined);
  }
}

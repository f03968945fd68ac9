// Freezes the audience of every email leg into one manifest: ordinals, lanes, who is held back.

import { createHash } from 'node:crypto';
import { laneCount } from '#domain/lane.ts';
import { limits } from '#domain/limits.ts';
import type { LaneRange, LegRange, ManifestHead, Member } from '#domain/manifest.ts';
import type { EmailLegPlan, Plan } from '#domain/plan.ts';
import { addressDigest } from '#domain/suppression.ts';
import { type Contact, listContacts } from '#store/audiences.ts';
import { loadManifestHead, saveManifestChunk, saveManifestHead } from '#store/manifests.ts';
import { listSuppressed } from '#store/suppressions.ts';
import type { Holding } from './holding.ts';
import { LeaseLost } from './holding.ts';
import type { RunnerPorts } from './ports.ts';

/**
 * The manifest for this content: the stored one when it fits, else a fresh freeze.
 * Whoever saves the head first wins; chunks stand under their freeze's own name, so a slower
 * freeze leaves nothing behind that anybody reads.
 */
export async function freeze(
  ports: RunnerPorts,
  holding: Holding,
  plan: Plan,
  perSecond: number,
): Promise<ManifestHead> {
  const { table, entropy, clock } = ports;
  const { burst } = holding;
  const stored = await loadManifestHead(table, burst.id);
  if (stored && isUsable(stored, burst)) return stored;

  const frozenAt = clock.now();
  const name = entropy.id();
  const gathered = await gather(ports, holding, plan, name);
  const head: ManifestHead = {
    burst: burst.id,
    revision: stored?.revision ?? 0,
    nonce: name,
    freeze: name,
    contentHash: burst.contentHash,
    recipients: gathered.recipients,
    chunkRecipients: limits.manifestChunkRecipients,
    frozenAt,
    legs: gathered.legs,
    lanes: layOut(gathered.legs, perSecond),
    perSecond,
    heldBack: gathered.heldBack,
    digest: gathered.digest,
  };
  const saved = await saveManifestHead(table, stored, head, name);
  if (saved.kind === 'saved') return saved.item;
  if (saved.current && isUsable(saved.current, holding.burst)) return saved.current;
  throw new LeaseLost(`burst ${burst.id} was frozen by another runner for other content`);
}

/** A freeze is kept across runners; once a call may have left it is kept for good. */
function isUsable(
  head: ManifestHead,
  burst: { contentHash: string; committedEpoch?: number | undefined },
): boolean {
  return burst.committedEpoch !== undefined || head.contentHash === burst.contentHash;
}

interface Gathered {
  recipients: number;
  legs: LegRange[];
  heldBack: Record<string, number>;
  digest: string;
}

async function gather(
  ports: RunnerPorts,
  holding: Holding,
  plan: Plan,
  freezeName: string,
): Promise<Gathered> {
  const key = await ports.suppressionKey();
  const suppressed = await listSuppressed(ports.table);
  const heldBack: Record<string, number> = {};
  const legs: LegRange[] = [];
  const writer = new ChunkWriter(ports, holding, freezeName);
  const seen = new Seen();
  const reasonToHold = (contact: Contact, leg: EmailLegPlan): string | undefined => {
    const digest = addressDigest(contact.address, key);
    const isRepeat = seen.hasSeen(digest, leg.outcome);
    return suppressed.has(digest) ? 'suppressed' : isRepeat ? 'same_address' : undefined;
  };
  for (const leg of plan.legs) {
    if (leg.kind !== 'email' || isDropped(holding, leg.name)) continue;
    const from = writer.next;
    const held: Contact[] = [];
    for await (const contact of contactsOf(ports, holding, leg.audience)) {
      const reason = reasonToHold(contact, leg);
      if (reason === undefined) await writer.add(memberOf(contact, leg));
      else held.push(contact);
      if (reason !== undefined) heldBack[reason] = (heldBack[reason] ?? 0) + 1;
    }
    const sendableTo = writer.next;
    for (const contact of held) await writer.add(memberOf(contact, leg));
    legs.push({ leg: leg.name, from, sendableTo, to: writer.next, allocation: leg.allocation });
  }
  const digest = await writer.finish();
  return { recipients: writer.next, legs, heldBack, digest };
}

async function* contactsOf(
  ports: RunnerPorts,
  holding: Holding,
  audience: string,
): AsyncGenerator<Contact> {
  for await (const page of listContacts(ports.table, audience)) {
    await holding.renewIfDue();
    yield* page;
  }
}

/**
 * One message per person and burst, even when two contacts or two legs share an address. Legs of
 * different outcomes never both leave, so they may hold the same people.
 */
class Seen {
  readonly #byOutcome = new Map<string, Set<string>>();

  /** True when a leg that may leave together with this one has the address already. */
  hasSeen(digest: string, outcome: string | undefined): boolean {
    const together =
      outcome === undefined ? [...this.#byOutcome.values()] : [this.#of(''), this.#of(outcome)];
    if (together.some((digests) => digests.has(digest))) return true;
    this.#of(outcome ?? '').add(digest);
    return false;
  }

  #of(outcome: string): Set<string> {
    const digests = this.#byOutcome.get(outcome) ?? new Set();
    this.#byOutcome.set(outcome, digests);
    return digests;
  }
}

function isDropped(holding: Holding, name: string): boolean {
  return holding.burst.legs.find((leg) => leg.name === name)?.state === 'dropped';
}

function memberOf(contact: Contact, leg: EmailLegPlan): Omit<Member, 'ordinal'> {
  const fields: Record<string, string> = {};
  for (const slot of Object.keys(leg.slots)) {
    const value = Object.hasOwn(contact.fields, slot) ? contact.fields[slot] : undefined;
    if (value !== undefined && value !== '') fields[slot] = value;
  }
  const base = { address: contact.address, fields };
  return contact.zone === undefined ? base : { ...base, zone: contact.zone };
}

/** Lanes over each leg's sendable ordinals, numbered through the burst. */
function layOut(legs: readonly LegRange[], perSecond: number): LaneRange[] {
  const lanes: LaneRange[] = [];
  for (const range of legs) {
    const recipients = range.sendableTo - range.from;
    if (recipients === 0) continue;
    const count = laneCount(recipients, perSecond);
    for (let index = 0; index < count; index += 1) {
      lanes.push({
        lane: lanes.length,
        leg: range.leg,
        from: range.from + Math.floor((recipients * index) / count),
        to: range.from + Math.floor((recipients * (index + 1)) / count),
      });
    }
  }
  return lanes;
}

/** Numbers members as they come and writes a chunk whenever one is full. */
class ChunkWriter {
  readonly #ports: RunnerPorts;
  readonly #holding: Holding;
  readonly #freeze: string;
  readonly #hash = createHash('sha256');
  #members: Member[] = [];
  #chunk = 0;
  next = 0;

  constructor(ports: RunnerPorts, holding: Holding, freezeName: string) {
    this.#ports = ports;
    this.#holding = holding;
    this.#freeze = freezeName;
  }

  async add(member: Omit<Member, 'ordinal'>): Promise<void> {
    this.#members.push({ ...member, ordinal: this.next });
    this.#hash.update(`${this.next}\n${member.address}\n`);
    this.next += 1;
    if (this.#members.length === limits.manifestChunkRecipients) await this.#flush();
  }

  async finish(): Promise<string> {
    if (this.#members.length > 0) await this.#flush();
    return this.#hash.digest('base64url');
  }

  async #flush(): Promise<void> {
    const { table } = this.#ports;
    const burst = this.#holding.burst.id;
    await saveManifestChunk(table, burst, this.#freeze, this.#chunk, this.#members);
    await this.#holding.renewIfDue();
    this.#chunk += 1;
    this.#members = [];
  }
}

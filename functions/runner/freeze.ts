// Freezes the audience of every email leg into one manifest: ordinals, lanes, who is held back.

import { createHash } from 'node:crypto';
import type { Burst } from '#domain/burst.ts';
import { Fault } from '#domain/faults.ts';
import { firstWaveSize } from '#domain/first-wave.ts';
import { turnOf } from '#domain/is-first.ts';
import { laneCount } from '#domain/lane.ts';
import { limits } from '#domain/limits.ts';
import type { HeldRange, LaneRange, LegRange, ManifestHead, Member } from '#domain/manifest.ts';
import type { EmailLegPlan, Plan } from '#domain/plan.ts';
import { matches } from '#domain/segment.ts';
import { addressDigest, erasedAddress, isErased } from '#domain/suppression.ts';
import { waveRanges } from '#domain/wave-ranges.ts';
import { testSize } from '#statistics/test-size.ts';
import { loadAudienceHistory } from '#store/audience-history.ts';
import { type Contact, listContacts } from '#store/audiences.ts';
import { readChanges } from '#store/change-log.ts';
import { eraseMembers } from '#store/erase-members.ts';
import { loadManifestHead, saveManifestChunk, saveManifestHead } from '#store/manifests.ts';
import { followedUp } from './followed-up.ts';
import { freezeReasons } from './freeze-reasons.ts';
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
  if (stored && isUsable(stored, burst)) {
    if (burst.committedEpoch === undefined) await eraseMeanwhile(ports, stored);
    return stored;
  }

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
  if (saved.kind === 'saved') {
    await eraseMeanwhile(ports, saved.item);
    return saved.item;
  }
  if (saved.current && isUsable(saved.current, holding.burst)) return saved.current;
  throw new LeaseLost(`burst ${burst.id} was frozen by another runner for other content`);
}

/** Whoever asked to be forgotten while the list was read: an erasure has not seen this list yet. */
async function eraseMeanwhile(ports: RunnerPorts, head: ManifestHead): Promise<void> {
  const { table, clock } = ports;
  const since = head.frozenAt - limits.changeLogOverlapMs;
  const changes = await readChanges(table, since, clock.now() + limits.clockSkewMs);
  const erased = new Set(
    changes.flatMap(({ reason, digest }) => (reason === 'erased' && digest ? [digest] : [])),
  );
  if (erased.size === 0) return;
  const key = await ports.suppressionKey();
  await eraseMembers(table, head, (address) => {
    const digest = isErased(address) ? undefined : addressDigest(address, key);
    return digest !== undefined && erased.has(digest) ? digest : undefined;
  });
}

/**
 * A freeze is kept across runners; once a call may have left it is kept for good. Nothing is edited
 * from then on, so one of other content was stored by a runner that slept through an edit and its
 * taking back: its list would be sent as if nobody had been called.
 */
function isUsable(
  head: ManifestHead,
  { id, contentHash, committedEpoch }: Pick<Burst, 'id' | 'contentHash' | 'committedEpoch'>,
): boolean {
  if (head.contentHash === contentHash) return true;
  if (committedEpoch === undefined) return false;
  const message = `burst ${id} was released, and its frozen list is of other content`;
  throw new Fault('manifest_changed', message, { retryable: false });
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
  const erased = new Set<string>();
  const reasons = await freezeReasons(ports, holding, plan, erased);
  const key = await ports.suppressionKey();
  const legs: LegRange[] = [];
  const writer = new ChunkWriter(ports, holding, freezeName);
  for (const leg of emailLegs(plan)) {
    if (isDropped(holding, leg.name)) continue;
    const from = writer.next;
    const held = new Map<string, Contact[]>();
    for await (const contact of inOrder(ports, holding, leg)) {
      const reason = reasons(contact, leg);
      if (reason === undefined) await writer.add(memberOf(contact, leg));
      else held.set(reason, append(held.get(reason), unnamed(contact, erased, key)));
    }
    const sendableTo = writer.next;
    const heldRanges = await addHeld(writer, leg, held);
    const firstWave = await firstWaveOf(ports, leg, sendableTo - from);
    const base = { leg: leg.name, from, sendableTo, to: writer.next, ...firstWave };
    legs.push({ ...base, ...wavesOf(leg, { from, sendableTo }), ...heldRanges });
  }
  const digest = await writer.finish();
  return { recipients: writer.next, legs, heldBack: sumOf(legs), digest };
}

/** An erasure that goes on list by list may not have come to this one yet: her digest alone stays. */
function unnamed(contact: Contact, erased: ReadonlySet<string>, key: string): Contact {
  const digest = erased.size === 0 ? '' : addressDigest(contact.address, key);
  if (!erased.has(digest)) return contact;
  const { audience, id } = contact;
  return { audience, id, address: erasedAddress(digest), fields: {} };
}

/** Few leave first where nobody of the list was ever mailed; decided once, with the freeze. */
async function firstWaveOf(
  ports: RunnerPorts,
  leg: EmailLegPlan,
  recipients: number,
): Promise<Pick<LegRange, 'firstWave'>> {
  if (leg.firstWave === undefined || leg.firstWave === 'off') return {};
  const isMailed = (await loadAudienceHistory(ports.table, leg.audience)) !== undefined;
  const firstWave = firstWaveSize(leg.firstWave, { recipients, isMailed });
  return firstWave === 0 ? {} : { firstWave };
}

/** Legs that leave whatever the outcome first: nobody is held back for one that may never leave. */
function emailLegs(plan: Plan): EmailLegPlan[] {
  const legs = plan.legs.filter((leg) => leg.kind === 'email');
  return legs.sort((a, b) => Number(a.outcome !== undefined) - Number(b.outcome !== undefined));
}

function append(contacts: Contact[] | undefined, contact: Contact): Contact[] {
  if (!contacts) return [contact];
  contacts.push(contact);
  return contacts;
}

/** Those held back stand behind the others, reason by reason, so that each one's can be told. */
async function addHeld(
  writer: ChunkWriter,
  leg: EmailLegPlan,
  byReason: ReadonlyMap<string, readonly Contact[]>,
): Promise<Pick<LegRange, 'held'>> {
  const held: HeldRange[] = [];
  for (const [reason, contacts] of byReason) {
    const from = writer.next;
    for (const contact of contacts) await writer.add(memberOf(contact, leg));
    held.push({ reason, from, to: writer.next });
  }
  return held.length === 0 ? {} : { held };
}

function sumOf(legs: readonly LegRange[]): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const { reason, from, to } of legs.flatMap((leg) => leg.held ?? [])) {
    sums[reason] = (sums[reason] ?? 0) + to - from;
  }
  return sums;
}

function wavesOf(
  leg: EmailLegPlan,
  range: { readonly from: number; readonly sendableTo: number },
): Pick<LegRange, 'allocation' | 'waves'> {
  const { allocation } = leg;
  if (!leg.waves) return { allocation };
  const recipients = range.sendableTo - range.from;
  const arms = allocation.filter(({ weight }) => weight > 0).length;
  const sized = leg.waves.map((wave) =>
    wave.test && recipients > 0
      ? { ...wave, recipients: testSize({ N: recipients, arms, ...wave.test }).n }
      : wave,
  );
  const waves = waveRanges({ ...range, allocation }, sized);
  return { allocation: waves[0]?.allocation ?? allocation, waves };
}

/**
 * The operator's order: whoever has a yes in the field `first` comes before everybody else. The
 * list is read once a group, so that memory stays small at any size.
 */
async function* inOrder(
  ports: RunnerPorts,
  holding: Holding,
  leg: EmailLegPlan,
): AsyncGenerator<Contact> {
  if (leg.first === undefined) yield* contactsOf(ports, holding, leg);
  else {
    const columns = [leg.first].flat();
    for (let turn = 0; turn <= columns.length; turn += 1) {
      for await (const contact of contactsOf(ports, holding, leg)) {
        if (turnOf(contact.fields, columns) === turn) yield contact;
      }
    }
  }
}

async function* contactsOf(
  ports: RunnerPorts,
  holding: Holding,
  { audience, segment, followUp }: EmailLegPlan,
): AsyncGenerator<Contact> {
  const key = await ports.suppressionKey();
  const followed = followUp && (await followedUp(ports, holding, followUp));
  const isMeant = (contact: Contact): boolean =>
    (!segment || matches(segment, contact)) &&
    (!followed || followed.has(addressDigest(contact.address, key)));
  for await (const page of listContacts(ports.table, audience)) {
    await holding.renewIfDue();
    yield* page.filter(isMeant);
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
  const segments = segmentsOf(contact, leg);
  return {
    address: contact.address,
    fields,
    ...(contact.zone === undefined ? {} : { zone: contact.zone }),
    ...(segments === 0 ? {} : { segments }),
  };
}

/** Bit n for the nth of the leg's segments: what is known of a contact may change later. */
function segmentsOf(contact: Contact, { segments = [] }: EmailLegPlan): number {
  return segments.reduce(
    (bits, { segment }, place) => (matches(segment, contact) ? bits | (1 << place) : bits),
    0,
  );
}

/** Lanes over each leg's sendable ordinals, or over each of its waves, numbered through the burst. */
function layOut(legs: readonly LegRange[], perSecond: number): LaneRange[] {
  const lanes: LaneRange[] = [];
  const add = (leg: string, part: { from: number; to: number }, more: Partial<LaneRange>): void => {
    if (part.to > part.from) lanes.push({ lane: lanes.length, leg, ...part, ...more });
  };
  const lay = (leg: string, part: { from: number; to: number }, more: Partial<LaneRange>): void => {
    const recipients = part.to - part.from;
    const count = laneCount(recipients, perSecond);
    for (let index = 0; index < count; index += 1) {
      const from = part.from + Math.floor((recipients * index) / count);
      const to = part.from + Math.floor((recipients * (index + 1)) / count);
      add(leg, { from, to }, more);
    }
  };
  for (const { leg, from, sendableTo, waves, firstWave = 0 } of legs) {
    const parts = waves ?? [{ from, to: sendableTo }];
    for (const [wave, part] of parts.entries()) {
      const more = waves ? { wave } : {};
      const firstTo = wave === 0 ? Math.min(part.to, part.from + firstWave) : part.from;
      add(leg, { from: part.from, to: firstTo }, { ...more, isFirst: true });
      lay(leg, { from: firstTo, to: part.to }, more);
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
    // Hashed together: a call for each of them would cost ten times as much.
    const lines = this.#members.map(({ ordinal, address }) => `${ordinal}\n${address}\n`);
    this.#hash.update(lines.join(''));
    await saveManifestChunk(table, burst, this.#freeze, this.#chunk, this.#members);
    await this.#holding.renewIfDue();
    this.#chunk += 1;
    this.#members = [];
  }
}

// What one person gets: every message of a burst as it is sent, made by the very code that sends.

import * as z from 'zod/mini';
import type { Addressee } from '#channels/contract.ts';
import { renderAnnouncement, sayOf } from '#domain/announcement.ts';
import { contactIdOf } from '#domain/contact-id.ts';
import { Refusal } from '#domain/faults.ts';
import { Id, Name } from '#domain/ids.ts';
import { normaliseAddress } from '#domain/normalise-address.ts';
import type { BroadcastLegPlan, EmailLegPlan, Plan } from '#domain/plan.ts';
import { addressDigest } from '#domain/suppression.ts';
import { loadContact } from '#store/audiences.ts';
import { loadManifestHead } from '#store/manifests.ts';
import { loadPlan } from '#store/plans.ts';
import { findBurst } from './change-burst.ts';
import { type CommandContext, requireScope, type WrittenEmail } from './context.ts';
import { parseInput } from './parse-input.ts';
import { entriesOf, type PersonEntry } from './person-entries.ts';
import { PlanBurstInput, readPlan } from './plan-burst.ts';
import { requireAddress } from './require-address.ts';

const who = {
  /** As whom; absent: somebody of whom nothing is known. */
  address: z.optional(z.string().check(z.maxLength(1_000))),
  /** Which call, where chance would decide. */
  call: z.optional(Name),
};

export const PreviewBurstInput = z.strictObject({ burst: Id, ...who });
export const PreviewFileInput = z.extend(PlanBurstInput, who);

export interface PreviewedEmail extends WrittenEmail {
  readonly leg: string;
  readonly channel: string;
  readonly call: string;
  readonly outcome?: string;
  /** Byte for byte what this person gets: links, draw and all. */
  readonly isExact: boolean;
  readonly isOnList: boolean;
  /** The follow-up it belongs to, which is approved with the burst. */
  readonly followUp?: string;
  /** Why this person gets none of it after all. */
  readonly heldBack?: string;
}

export interface PreviewedPost {
  readonly leg: string;
  readonly channel: string;
  readonly call: string;
  readonly outcome?: string;
  readonly isExact: boolean;
  readonly text: string;
  readonly alt?: string;
}

export interface PreviewedBurst {
  readonly burst: string;
  readonly emails: readonly PreviewedEmail[];
  readonly posts: readonly PreviewedPost[];
}

/**
 * Before the list is frozen nobody knows who draws which call: every call is shown, and links lead
 * nowhere. From then on it is what this person gets. Throws Refusal `address_invalid`,
 * `burst_unknown`, `call_unknown`.
 */
export async function previewBurst(
  context: CommandContext,
  input: z.output<typeof PreviewBurstInput>,
): Promise<PreviewedBurst> {
  requireScope(context, 'operator');
  const { burst: id, ...wanted } = parseInput(PreviewBurstInput, input);
  const burst = await findBurst(context, id);
  const plan = await loadPlan(context.table, id, burst.contentHash);
  const address = addressOf(wanted.address);
  const head = await loadManifestHead(context.table, id);
  const isFrozen = head !== undefined && head.contentHash === burst.contentHash;
  const exact =
    isFrozen && wanted.address !== undefined
      ? await entriesOf(context, burst, head, address)
      : undefined;
  const emails: PreviewedEmail[] = [];
  for (const leg of plan.legs) {
    if (leg.kind !== 'email') continue;
    const own = exact?.filter((entry) => entry.leg === leg.name) ?? [];
    const real = await exactly(context, plan, leg, address, own);
    emails.push(...real);
    if (own.length === 0) emails.push(...(await guesses(context, plan, leg, address, wanted.call)));
  }
  emails.push(...(await followUps(context, plan, address, wanted.call)));
  return { burst: id, emails, posts: await postsOf(context, plan, true) };
}

/** What the frozen list and the draw made of this person; held back where they get none of it. */
async function exactly(
  context: CommandContext,
  plan: Plan,
  leg: EmailLegPlan,
  address: string,
  entries: readonly PersonEntry[],
): Promise<PreviewedEmail[]> {
  const emails: PreviewedEmail[] = [];
  for (const { ordinal, call, fields, state, reason } of entries) {
    if (call === undefined) continue;
    const to = { ...person(address), ordinal, call, fields, attempt: 1 };
    const email = await write(context, plan, leg, { to, isReal: true, isOnList: true });
    const isHeld = state === 'held_back';
    emails.push(isHeld ? { ...email, heldBack: reason ?? 'unstated' } : email);
  }
  return emails;
}

/** The same of a campaign file that is not planned yet; writes nothing. */
export async function previewFile(
  context: CommandContext,
  input: z.output<typeof PreviewFileInput>,
): Promise<PreviewedBurst> {
  requireScope(context, 'operator');
  const { address: given, call, ...file } = parseInput(PreviewFileInput, input);
  const { compiled, wanted } = await readPlan(context, file);
  const { plan } = compiled;
  const address = addressOf(given);
  const emails: PreviewedEmail[] = [];
  for (const leg of plan.legs) {
    if (leg.kind === 'email') emails.push(...(await guesses(context, plan, leg, address, call)));
  }
  emails.push(...(await followUps(context, plan, address, call)));
  return { burst: wanted.id, emails, posts: await postsOf(context, plan, false) };
}

function addressOf(text: string | undefined): string {
  if (text === undefined) return 'somebody@example.org';
  return normaliseAddress(requireAddress(text));
}

/** What follows the burst, as whoever approves it has to see it. */
async function followUps(
  context: CommandContext,
  plan: Plan,
  address: string,
  call: string | undefined,
): Promise<PreviewedEmail[]> {
  const emails: PreviewedEmail[] = [];
  for (const { name, legs } of plan.followUps ?? []) {
    for (const leg of legs) {
      const shown = await guesses(context, plan, leg, address, call);
      emails.push(...shown.map((email) => ({ ...email, followUp: name })));
    }
  }
  return emails;
}

/** One email for every call that chance may give. */
async function guesses(
  context: CommandContext,
  plan: Plan,
  leg: EmailLegPlan,
  address: string,
  wanted: string | undefined,
): Promise<PreviewedEmail[]> {
  const calls = leg.allocation.filter(({ weight }) => weight > 0).map(({ call }) => call);
  if (wanted !== undefined && !plan.calls.some(({ name }) => name === wanted)) {
    const known = plan.calls.map(({ name }) => name).join(', ');
    throw new Refusal('call_unknown', `there is no call "${wanted}"; there is ${known}`, {
      field: 'call',
    });
  }
  const contact = await loadContact(context.table, leg.audience, contactIdOf(address));
  const fields = contact?.fields ?? {};
  const isOnList = contact !== undefined;
  const emails: PreviewedEmail[] = [];
  for (const call of calls) {
    if (wanted !== undefined && call !== wanted) continue;
    const to = { ...person(address), ordinal: 0, call, fields, attempt: 1 };
    emails.push(await write(context, plan, leg, { to, isReal: false, isOnList }));
  }
  return emails;
}

function person(address: string): Pick<Addressee, 'address' | 'digest'> {
  return { address, digest: '' };
}

interface Writing {
  readonly to: Addressee;
  readonly isReal: boolean;
  readonly isOnList: boolean;
}

async function write(
  context: CommandContext,
  plan: Plan,
  leg: EmailLegPlan,
  { to, isReal, isOnList }: Writing,
): Promise<PreviewedEmail> {
  const digest = isReal ? addressDigest(to.address, await context.suppressionKey()) : '';
  const email = await context.channels.writeEmail(plan, leg, { ...to, digest }, isReal);
  if ('refused' in email) {
    throw new Refusal('email_refused', `this email cannot be written: ${email.refused}`);
  }
  const { name, channel, outcome } = leg;
  const about = { leg: name, channel, call: to.call, isExact: isReal, isOnList };
  return { ...about, ...(outcome === undefined ? {} : { outcome }), ...email };
}

async function postsOf(
  context: CommandContext,
  plan: Plan,
  isReal: boolean,
): Promise<PreviewedPost[]> {
  const legs = plan.legs.filter((leg): leg is BroadcastLegPlan => leg.kind === 'broadcast');
  const posts = legs.map(async (leg): Promise<PreviewedPost> => {
    const { name, channel, call, outcome, text, image } = leg;
    const say = sayOf(plan, leg);
    const link = await context.channels.postLink(plan, leg, isReal);
    return {
      ...{ leg: name, channel, call, isExact: isReal },
      ...(outcome === undefined ? {} : { outcome }),
      text: renderAnnouncement(text, say, link),
      ...(image === undefined ? {} : { alt: image.alt }),
    };
  });
  return Promise.all(posts);
}

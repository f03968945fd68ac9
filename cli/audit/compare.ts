// The ledger against the providers' own logs: what differs, in words. Pure.

import type { ListedRecipients, ShownLedger } from '#commands/show-ledger.ts';
import { type Outcome, outcomesOf } from './outcomes.ts';
import type { MailedEntry, ProviderLogs } from './provider-logs.ts';

export interface Compared {
  readonly burst: string;
  readonly state: string;
  readonly recipients: number;
  readonly accepted: number;
  readonly refused: number;
  readonly inDoubt: number;
  readonly suppressed: number;
  /** On the list of a leg that was abandoned before it came to them. */
  readonly neverSent: number;
  /** Known to the frozen audience and to nothing else; after the end also those never called. */
  readonly unaccounted: number;
  /** Recipients whom the provider accepted more than once, by ordinal or by address. */
  readonly duplicates: number;
  /** Posts that carry one of the burst's links. */
  readonly posts: number;
  /** When the first message reached each channel's provider, by the provider's clock. */
  readonly firstAt: { readonly [channel: string]: number };
  readonly differences: readonly string[];
}

export type Recipient = ListedRecipients['recipients'][number];

const SENDING = new Set(['draft', 'approved', 'scheduled', 'standby', 'armed', 'releasing']);

export function compare(
  ledger: ShownLedger,
  recipients: readonly Recipient[],
  logs: ProviderLogs,
): Compared {
  const { burst, head } = ledger;
  const mailed = logs.mailed.filter((entry) => entry.burst === burst.id);
  const outcomes = outcomesOf(ledger);
  const accepted = byOrdinal(mailed.filter(({ isAccepted }) => isAccepted));
  const twice = duplicatesOf(accepted);
  const isOver = !SENDING.has(burst.state);
  const count = (...wanted: Outcome[]) =>
    [...outcomes.values()].filter((outcome) => wanted.includes(outcome)).length;
  const posts = comparePosts(ledger, logs);
  const known = head?.recipients ?? 0;
  const never = neverCalled(ledger, outcomes);
  const left = burst.state === 'stopped' || !isOver ? 0 : count('remaining') - never.remaining;
  const unaccounted = known - outcomes.size - never.unlisted + left - never.abandoned;
  return {
    burst: burst.id,
    state: burst.state,
    recipients: known - never.remaining - never.unlisted,
    accepted: count('accepted'),
    refused: count('refused', 'not_called'),
    inDoubt: count('in_doubt', 'unproven'),
    suppressed: count('held_back'),
    neverSent: never.abandoned,
    unaccounted,
    duplicates: twice.length,
    posts: posts.count,
    firstAt: firstAt(accepted, posts.firstAt),
    differences: [
      ...twice.map((what) => `${what} was accepted more than once`),
      ...compareOutcomes(outcomes, accepted, known),
      ...compareAddresses(mailed, recipients),
      ...(unaccounted > 0 ? [`${unaccounted} recipients are in no count of the ledger`] : []),
      ...posts.differences,
    ],
  };
}

/** Legs nobody on whose list was to be called any more. */
const NEVER = new Set(['dropped', 'missed', 'not_called']);

/** Whom nobody called: on such legs, as remaining or in no lane at all; on abandoned ones, who was left. */
function neverCalled(
  { burst, head }: ShownLedger,
  outcomes: ReadonlyMap<number, Outcome>,
): { readonly remaining: number; readonly unlisted: number; readonly abandoned: number } {
  const found = { remaining: 0, unlisted: 0, abandoned: 0 };
  for (const { leg: name, from, to } of head?.legs ?? []) {
    const leg = burst.legs.find((one) => one.name === name);
    const isNever = NEVER.has(leg?.state ?? '');
    if (!isNever && leg?.reason !== 'abandoned') continue;
    const left = leftOf(outcomes, from, to);
    if (isNever) {
      found.remaining += left.remaining;
      found.unlisted += left.unlisted;
    } else {
      found.abandoned += left.remaining + left.unlisted;
    }
  }
  return found;
}

function leftOf(outcomes: ReadonlyMap<number, Outcome>, from: number, to: number) {
  let [remaining, unlisted] = [0, 0];
  for (let ordinal = from; ordinal < to; ordinal += 1) {
    const outcome = outcomes.get(ordinal);
    if (outcome === undefined) unlisted += 1;
    else if (outcome === 'remaining') remaining += 1;
  }
  return { remaining, unlisted };
}

function byOrdinal(entries: readonly MailedEntry[]): Map<number, MailedEntry[]> {
  const found = new Map<number, MailedEntry[]>();
  for (const entry of entries) {
    found.set(entry.ordinal, [...(found.get(entry.ordinal) ?? []), entry]);
  }
  return found;
}

/** An ordinal accepted twice, or one address under two ordinals. */
function duplicatesOf(accepted: ReadonlyMap<number, readonly MailedEntry[]>): string[] {
  const twice: string[] = [];
  const addresses = new Map<string, number>();
  for (const [ordinal, entries] of accepted) {
    if (entries.length > 1) twice.push(`ordinal ${ordinal}`);
    const address = entries[0]?.address.toLowerCase() ?? '';
    const other = addresses.get(address);
    if (other !== undefined) twice.push(`the address of ordinals ${other} and ${ordinal}`);
    addresses.set(address, ordinal);
  }
  return twice;
}

function firstAt(
  accepted: ReadonlyMap<number, readonly MailedEntry[]>,
  posts: { readonly [channel: string]: number },
): { readonly [channel: string]: number } {
  const mailedAt = [...accepted.values()].flat().map(({ at }) => at);
  if (mailedAt.length === 0) return posts;
  return { email: mailedAt.reduce((least, at) => Math.min(least, at)), ...posts };
}

function compareOutcomes(
  outcomes: ReadonlyMap<number, Outcome>,
  accepted: ReadonlyMap<number, readonly MailedEntry[]>,
  recipients: number,
): string[] {
  const differences: string[] = [];
  for (const [ordinal, outcome] of outcomes) {
    const isMailed = accepted.has(ordinal);
    if (outcome === 'accepted' && !isMailed) {
      differences.push(`ordinal ${ordinal}: sent by the ledger, not by the provider`);
    } else if (isMailed && !MAY_BE_MAILED.has(outcome)) {
      differences.push(`ordinal ${ordinal}: ${outcome} by the ledger, sent by the provider`);
    }
  }
  for (const ordinal of accepted.keys()) {
    if (ordinal < recipients) continue;
    differences.push(`ordinal ${ordinal}: sent by the provider, not in the frozen audience`);
  }
  return differences;
}

/** In doubt means that the ledger does not know: either truth agrees with it. */
const MAY_BE_MAILED: ReadonlySet<Outcome> = new Set(['accepted', 'in_doubt', 'unproven']);

function compareAddresses(
  mailed: readonly MailedEntry[],
  recipients: readonly Recipient[],
): string[] {
  const known = new Map(recipients.map((one) => [one.ordinal, one]));
  const seen = new Set<number>();
  return mailed.flatMap(({ ordinal, address }) => {
    const recipient = known.get(ordinal);
    if (!recipient || seen.has(ordinal)) return [];
    seen.add(ordinal);
    if (recipient.address === address) return [];
    return [`ordinal ${ordinal}: mailed to another address than the frozen audience has`];
  });
}

function comparePosts(
  { burst, legs }: ShownLedger,
  { posts }: ProviderLogs,
): { count: number; firstAt: { [channel: string]: number }; differences: string[] } {
  let count = 0;
  const first: { [channel: string]: number } = {};
  const differences: string[] = [];
  for (const leg of burst.legs) {
    if (leg.channel === 'email') continue;
    const carried = posts.filter(({ text }) => text.includes(`.${burst.id}.${leg.name}.`));
    count += carried.length;
    for (const { at } of carried) first[leg.channel] = Math.min(at, first[leg.channel] ?? at);
    const [least, most] = expectedPosts(leg.state);
    if (carried.length < least || carried.length > most) {
      differences.push(
        `leg ${leg.name} is ${leg.state} and stands ${carried.length} times on the network`,
      );
    }
    const id = legs.find((one) => one.leg === leg.name)?.published?.postId;
    if (id !== undefined && carried.length === 1 && carried[0]?.id !== id) {
      differences.push(
        `leg ${leg.name}: the ledger names post ${id}, the network ${carried[0]?.id}`,
      );
    }
  }
  return { count, firstAt: first, differences };
}

function expectedPosts(state: string): [least: number, most: number] {
  if (state === 'published') return [1, 1];
  return state === 'in_doubt' || state === 'claimed' ? [0, 1] : [0, 0];
}

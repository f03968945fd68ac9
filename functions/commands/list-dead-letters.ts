// What of the feedback nobody could work on: which messages, since when, and why.

import * as z from 'zod/mini';
import type { DeadLetter } from '#domain/ports.ts';
import { parseMessage } from '#feedback/parse-message.ts';
import { findDeadLetterReason } from '#store/dead-letter-reasons.ts';
import { type CommandContext, requireScope } from './context.ts';
import { parseInput } from './parse-input.ts';

/** What is looked at is hidden from others meanwhile. */
const HIDDEN_SECONDS = 30;
/** Looking ends before the API's own time does, and leaves some to give everything back. */
const LOOK_MS = 15_000;
const LOOKED_AT_MAX = 5_000;

/** Where a page ended: when it was sent, then its id. */
const PLACE = /^(\d{1,15})-([\x21-\x7e]{1,128})$/;

export const ListDeadLettersInput = z.strictObject({
  limit: z.optional(z.int().check(z.gte(1), z.lte(1_000))),
  /** The `next` of the page before. */
  after: z.optional(z.string().check(z.regex(PLACE, 'after is the next of the page before'))),
});

/** Never the message itself: it may name a person. */
export interface ListedDeadLetter {
  readonly id: string;
  /** What it is, as far as it can be read: `email bounce`, `click`, `nothing known`. */
  readonly what: string;
  readonly burst?: string;
  readonly sentAt: number;
  readonly bytes: number;
  /** Why it was given back for the last time. */
  readonly reason: string;
  readonly receives?: number;
}

export interface ListedDeadLetters {
  readonly deadLetters: readonly ListedDeadLetter[];
  /** Every letter was looked at; otherwise there may be others among and behind these. */
  readonly isWhole: boolean;
  readonly next?: string;
}

/** What is known of a letter without asking further; its text is not kept. */
type Seen = ListedDeadLetter & { readonly receipt: string };

/**
 * In the order of their sending; a queue has none, so each page looks at all of them.
 * Somebody who redrives at the same time hides what he holds.
 */
export async function listDeadLetters(
  context: CommandContext,
  input: z.output<typeof ListDeadLettersInput>,
): Promise<ListedDeadLetters> {
  requireScope(context, 'viewer');
  const { limit = 200, after } = parseInput(ListDeadLettersInput, input);
  const { letters, isWhole } = await lookAtAll(context);
  const behind = letters.filter((letter) => isBehind(letter, after));
  const deadLetters: ListedDeadLetter[] = [];
  for (const letter of behind.slice(0, limit)) deadLetters.push(await explained(context, letter));
  const last = deadLetters.at(-1);
  const isMore = behind.length > limit && last !== undefined;
  return { deadLetters, isWhole, ...(isMore ? { next: `${last.sentAt}-${last.id}` } : {}) };
}

async function lookAtAll({ clock, deadLetters }: CommandContext) {
  const until = clock.now() + LOOK_MS;
  const found = new Map<string, Seen>();
  let isWhole = false;
  try {
    while (found.size < LOOKED_AT_MAX && clock.now() < until && !isWhole) {
      const page = await deadLetters.receive(HIDDEN_SECONDS);
      isWhole = page.every(({ id }) => found.has(id));
      for (const letter of page) found.set(letter.id, describe(letter));
    }
  } finally {
    const receipts = [...found.values()].map(({ receipt }) => receipt);
    await deadLetters.giveBack(receipts).catch(() => undefined);
  }
  return { letters: [...found.values()].sort(byPlace), isWhole };
}

type Place = Pick<ListedDeadLetter, 'sentAt' | 'id'>;

function byPlace(one: Place, other: Place): number {
  if (one.sentAt !== other.sentAt) return one.sentAt - other.sentAt;
  if (one.id === other.id) return 0;
  return one.id < other.id ? -1 : 1;
}

function isBehind(letter: Place, after: string | undefined): boolean {
  const [, sentAt, id] = PLACE.exec(after ?? '') ?? [];
  return id === undefined || byPlace(letter, { sentAt: Number(sentAt), id }) > 0;
}

function describe({ id, body, sentAt, receipt }: DeadLetter): Seen {
  const parsed = parseMessage(body);
  const event = parsed.kind === 'event' ? parsed.event : undefined;
  return {
    id,
    what: event
      ? [event.kind, ...('what' in event ? [event.what] : [])].join(' ')
      : 'nothing known',
    ...(event ? { burst: event.burst } : {}),
    sentAt,
    bytes: Buffer.byteLength(body),
    reason: parsed.kind === 'poison' ? parsed.reason : 'none was noted: whoever had it died',
    receipt,
  };
}

async function explained(
  { table }: CommandContext,
  { receipt: _receipt, ...letter }: Seen,
): Promise<ListedDeadLetter> {
  const noted = await findDeadLetterReason(table, letter.id);
  return noted ? { ...letter, reason: noted.reason, receives: noted.receives } : letter;
}

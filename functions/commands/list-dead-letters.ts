// What of the feedback nobody could work on: which messages, since when, and why.

import * as z from 'zod/mini';
import type { DeadLetter } from '#domain/ports.ts';
import { parseMessage } from '#feedback/parse-message.ts';
import { findDeadLetterReason } from '#store/dead-letter-reasons.ts';
import { type CommandContext, requireScope } from './context.ts';
import { parseInput } from './parse-input.ts';

/** What is looked at is hidden from others meanwhile. */
const HIDDEN_SECONDS = 30;
/** Looking ends before the API's own time does. */
const LOOK_MS = 15_000;

export const ListDeadLettersInput = z.strictObject({
  limit: z.optional(z.int().check(z.gte(1), z.lte(1_000))),
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
  /** There may be more than these. */
  readonly isWhole: boolean;
}

/** In the order of their sending. Somebody who redrives at the same time hides what he holds. */
export async function listDeadLetters(
  context: CommandContext,
  input: z.output<typeof ListDeadLettersInput>,
): Promise<ListedDeadLetters> {
  requireScope(context, 'viewer');
  const { limit = 200 } = parseInput(ListDeadLettersInput, input);
  const until = context.clock.now() + LOOK_MS;
  const found = new Map<string, DeadLetter>();
  let isWhole = false;
  try {
    while (found.size < limit && context.clock.now() < until && !isWhole) {
      const page = await context.deadLetters.receive(HIDDEN_SECONDS);
      isWhole = page.every(({ id }) => found.has(id));
      for (const one of page) found.set(one.id, one);
    }
  } finally {
    const receipts = [...found.values()].map(({ receipt }) => receipt);
    await context.deadLetters.giveBack(receipts).catch(() => undefined);
  }
  const letters = [...found.values()].sort((one, other) => one.sentAt - other.sentAt);
  const deadLetters: ListedDeadLetter[] = [];
  for (const letter of letters.slice(0, limit)) deadLetters.push(await describe(context, letter));
  return { deadLetters, isWhole };
}

async function describe(context: CommandContext, letter: DeadLetter): Promise<ListedDeadLetter> {
  const { id, body, sentAt } = letter;
  const noted = await findDeadLetterReason(context.table, id);
  const parsed = parseMessage(body);
  const event = parsed.kind === 'event' ? parsed.event : undefined;
  const unread = parsed.kind === 'poison' ? parsed.reason : 'none was noted: whoever had it died';
  return {
    id,
    what: event
      ? [event.kind, ...('what' in event ? [event.what] : [])].join(' ')
      : 'nothing known',
    ...(event ? { burst: event.burst } : {}),
    sentAt,
    bytes: Buffer.byteLength(body),
    reason: noted?.reason ?? unread,
    ...(noted ? { receives: noted.receives } : {}),
  };
}

// What people are told about a burst without having asked, and how far each of them has been told.

import * as z from 'zod/mini';
import { Id, InstantSchema, Mark } from './ids.ts';

export const NoticeAbout = z.enum([
  'missed',
  'held',
  'stopped',
  'leg',
  'in_doubt',
  'released',
  'finished',
  'morning_report',
  'answer_due',
]);
export type NoticeAbout = z.output<typeof NoticeAbout>;

export const DeliveryTry = z.strictObject({
  at: InstantSchema,
  /** `accepted`, an HTTP status, or the code of what went wrong. */
  outcome: z.string(),
});

export const NoticeDelivery = z.strictObject({
  /** An address, or an https URL. */
  to: z.string(),
  kind: z.enum(['email', 'webhook']),
  state: z.enum(['waiting', 'delivered', 'given_up']),
  /** Of `waiting`: not before. */
  nextAt: z.optional(InstantSchema),
  tries: z.array(DeliveryTry),
});
export type NoticeDelivery = z.output<typeof NoticeDelivery>;

export const Notice = z.strictObject({
  burst: Id,
  /** Of burst, kind and occasion, so that the same occasion is one notice: `missed-17`. */
  id: Mark,
  revision: z.int(),
  nonce: Mark,
  about: NoticeAbout,
  needsPerson: z.boolean(),
  createdAt: InstantSchema,
  subject: z.string(),
  text: z.string(),
  html: z.string(),
  /** The body of webhooks: the same bytes with every try. */
  payload: z.string(),
  deliveries: z.array(NoticeDelivery),
});
export type Notice = z.output<typeof Notice>;

/** What a receiver of webhooks recognises a repeat by. */
export function webhookIdOf({ burst, id }: Pick<Notice, 'burst' | 'id'>): string {
  return `${burst}.${id}`;
}

/** The next instant at which a delivery is due; undefined when nothing is left to do. */
export function dueAt({ deliveries }: Notice): number | undefined {
  const waiting = deliveries.filter(({ state }) => state === 'waiting');
  if (waiting.length === 0) return undefined;
  return Math.min(...waiting.map(({ nextAt = 0 }) => nextAt));
}

const MINUTE_MS = 60_000;
/** After the first try, the second, ...: a receiver that is down for a day still hears of it. */
const BACKOFF_MINUTES = [1, 5, 15, 60, 240, 720, 1_440];

/** The delivery with a try under way: whoever dies now leaves it to the next beat after the pause. */
export function claimTry(delivery: NoticeDelivery, now: number): NoticeDelivery {
  const pause = BACKOFF_MINUTES[delivery.tries.length] ?? 0;
  const tries = [...delivery.tries, { at: now, outcome: 'under way' }];
  return { ...delivery, nextAt: now + pause * MINUTE_MS, tries };
}

/** @param outcome `accepted` ends it; the last try, or one that is refused for good, gives up */
export function settleTry(
  delivery: NoticeDelivery,
  { outcome, isFinal }: { readonly outcome: string; readonly isFinal: boolean },
): NoticeDelivery {
  const last = delivery.tries.at(-1);
  const tries = [...delivery.tries.slice(0, -1), ...(last ? [{ ...last, outcome }] : [])];
  const { nextAt: _n, ...rest } = delivery;
  if (outcome === 'accepted') return { ...rest, state: 'delivered', tries };
  if (isFinal || tries.length > BACKOFF_MINUTES.length)
    return { ...rest, state: 'given_up', tries };
  return { ...delivery, tries };
}

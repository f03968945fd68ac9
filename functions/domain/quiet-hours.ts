// Quiet hours: local hours in which a recipient is not messaged, through every change of clocks.

import { Temporal } from 'temporal-polyfill';
import * as z from 'zod/mini';
import type { Instant } from './ports.ts';

const TIME_OF_DAY = /^(?:[01]\d|2[0-3]):[0-5]\d$/;
const timeOfDay = z.string().check(z.regex(TIME_OF_DAY, 'write a time of day such as 21:30'));

export const QuietHours = z.strictObject({
  /** Local time at which they begin; on the day before `to` when they last over midnight. */
  from: timeOfDay,
  /** Local time at which they are over. */
  to: timeOfDay,
  /** What becomes of a recipient whose turn comes inside them. */
  inside: z.enum(['hold_back', 'release_after']),
});
export type QuietHours = z.output<typeof QuietHours>;

export interface QuietStanding {
  readonly isQuiet: boolean;
  /** From this instant on it is the other way round. */
  readonly until: Instant;
}

/**
 * Whether an instant lies inside the quiet hours of a zone, and how long that stays so.
 * They begin when the local clock first reaches `from` (or first passes it, where a change skips
 * it) and end when it reaches `to` for the last time. Undefined for a zone nobody knows.
 */
export function quietStanding(
  hours: Pick<QuietHours, 'from' | 'to'>,
  zone: string,
  at: Instant,
): QuietStanding | undefined {
  const stretches = stretchesAround(hours, zone, at);
  if (!stretches) return undefined;
  let until = at;
  // A day that a zone skips makes two stretches touch: they are one.
  for (const { from, to } of stretches) if (from <= until && until < to) until = to;
  if (until > at) return { isQuiet: true, until };
  const next = stretches.find(({ from, to }) => from > at && to > from);
  return { isQuiet: false, until: next?.from ?? at + DAY_MS };
}

const DAY_MS = 86_400_000;
/** A day may be missing from a calendar, so two before and three after. */
const DAYS = [-2, -1, 0, 1, 2, 3];

/** Every stretch of quiet hours that may touch the days around an instant, earliest first. */
function stretchesAround(
  hours: Pick<QuietHours, 'from' | 'to'>,
  zone: string,
  at: Instant,
): { from: Instant; to: Instant }[] | undefined {
  const from = Temporal.PlainTime.from(hours.from);
  const to = Temporal.PlainTime.from(hours.to);
  const lastsOverMidnight = Temporal.PlainTime.compare(to, from) <= 0;
  try {
    const today = Temporal.Instant.fromEpochMilliseconds(Math.floor(at))
      .toZonedDateTimeISO(zone)
      .toPlainDate();
    return DAYS.map((days) => {
      const date = today.add({ days });
      const end = lastsOverMidnight ? date.add({ days: 1 }) : date;
      return {
        from: reached(date.toPlainDateTime(from), zone, 'earlier'),
        to: reached(end.toPlainDateTime(to), zone, 'later'),
      };
    });
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** The instant at which a local time is reached; of two the one asked for, of none the change. */
function reached(
  local: Temporal.PlainDateTime,
  zone: string,
  disambiguation: 'earlier' | 'later',
): Instant {
  const found = local.toZonedDateTime(zone, { disambiguation });
  if (found.toPlainDateTime().equals(local)) return found.epochMilliseconds;
  const after = local.toZonedDateTime(zone, { disambiguation: 'later' });
  const change = after.add({ milliseconds: 1 }).getTimeZoneTransition('previous');
  return (change ?? after).epochMilliseconds;
}

/** The standings of many recipients at about the same time: each zone is worked out once. */
export class QuietClock {
  readonly #hours: Pick<QuietHours, 'from' | 'to'>;
  readonly #homeZone: string;
  readonly #byZone = new Map<string, QuietStanding & { readonly since: Instant }>();

  /** @param homeZone for recipients whose zone is not known, or known to nobody */
  constructor(hours: Pick<QuietHours, 'from' | 'to'>, homeZone: string) {
    this.#hours = hours;
    this.#homeZone = homeZone;
  }

  standing(zone: string | undefined, at: Instant): QuietStanding {
    const name = zone ?? this.#homeZone;
    const known = this.#byZone.get(name);
    if (known && at >= known.since && at < known.until) return known;
    const found =
      quietStanding(this.#hours, name, at) ??
      quietStanding(this.#hours, this.#homeZone, at) ??
      quietStanding(this.#hours, 'UTC', at);
    const standing = { isQuiet: found?.isQuiet ?? false, until: found?.until ?? at + DAY_MS };
    this.#byZone.set(name, { ...standing, since: at });
    return standing;
  }
}

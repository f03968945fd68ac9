// The moment as people write it: a local time in a named zone, or an instant with its offset.

import { Temporal } from 'temporal-polyfill';
import { Refusal } from './faults.ts';
import { limits } from './limits.ts';
import type { Instant } from './ports.ts';

/** T and the zone it was planned in. */
export interface Moment {
  readonly at: Instant;
  /** IANA name; `UTC` where only an offset was given. */
  readonly zone: string;
}

export interface MomentOptions {
  readonly now: Instant;
  /** The zone meant where the text names none. Without it such a text is refused. */
  readonly zone?: string;
  /** A bare time of day means the first one after this instant; absent: after now. */
  readonly after?: Instant;
  /** A beginning may lie behind us: from then on. */
  readonly pastAllowed?: boolean;
  /** What the moment is called in a refusal: `burst.at`. */
  readonly field?: string;
}

const TEXT =
  /^(?:(?<date>\d{4}-\d{2}-\d{2})(?:T| +))?(?<time>\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?)(?: ?(?<offset>Z|[+-]\d{2}:\d{2}))?(?:(?: +|(?=\[))\[?(?<zone>[A-Za-z0-9_+./-]{1,64})\]?)?$/;

/**
 * Reads `2027-03-04 10:00 Europe/Paris`, `20:00 Europe/Paris` (the next one), `20:00` where
 * options name a zone, and ISO instants such as `2027-03-04T09:00:00Z`. An offset before the
 * zone decides between the two instants of a repeated hour: `2026-10-25 02:30 +01:00 Europe/Paris`.
 * Throws Refusal `moment_malformed`, `moment_impossible`, `moment_ambiguous`, `moment_past`,
 * `moment_too_far` or `zone_unknown`; never moves a moment by itself.
 */
export function parseMoment(text: string, options: MomentOptions): Moment {
  const parts = TEXT.exec(text.trim())?.groups;
  const time = parts?.time;
  if (!parts || time === undefined) throw malformed(text, options);
  const { date, offset } = parts;
  const zone = zoneOf(parts.zone ?? (offset ? 'UTC' : options.zone), text, options);
  if (!date) return nextTimeOfDay({ text, time, offset, zone }, options);
  const at = resolve({ text, plain: plainOf(date, time, text, options), offset, zone }, options);
  return inRange({ at, zone }, text, options);
}

/** `2027-03-04 10:00 Europe/Paris (+01:00), 2027-03-04 09:00 UTC`; seconds only where there are any. */
export function renderMoment(at: Instant, zone: string): string {
  const local = Temporal.Instant.fromEpochMilliseconds(Math.floor(at)).toZonedDateTimeISO(zone);
  const utc = local.withTimeZone('UTC');
  if (zone === 'UTC') return `${renderPlain(utc)} UTC`;
  return `${renderPlain(local)} ${zone} (${local.offset}), ${renderPlain(utc)} UTC`;
}

/** Whether the name stands for a zone with clock changes of its own, or is `UTC`. */
export function isZone(name: string): boolean {
  // Abbreviations (`CEST`, `EST`) name several zones or none, and bare offsets know no clock change.
  if (name !== 'UTC' && !/^[A-Z][A-Za-z_]*(?:\/[A-Za-z0-9_+-]+){1,2}$/.test(name)) return false;
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(name);
    return true;
  } catch {
    return false;
  }
}

interface Wanted {
  readonly text: string;
  readonly plain: Temporal.PlainDateTime;
  readonly offset: string | undefined;
  readonly zone: string;
}

function nextTimeOfDay(
  wanted: { text: string; time: string; offset: string | undefined; zone: string },
  options: MomentOptions,
): Moment {
  const { text, time, offset, zone } = wanted;
  const after = Math.max(options.after ?? options.now, options.now);
  const today = Temporal.Instant.fromEpochMilliseconds(Math.floor(after))
    .toZonedDateTimeISO(zone)
    .toPlainDate();
  for (const date of [today, today.add({ days: 1 })]) {
    const plain = plainOf(date.toString(), time, text, options);
    // A time already behind us may be ambiguous without harm: only its later instant matters.
    if (plain.toZonedDateTime(zone, { disambiguation: 'later' }).epochMilliseconds <= after)
      continue;
    const at = resolve({ text, plain, offset, zone }, options);
    if (at > after) return inRange({ at, zone }, text, options);
  }
  throw malformed(text, options);
}

function resolve(wanted: Wanted, options: MomentOptions): Instant {
  const { text, plain, offset, zone } = wanted;
  const earlier = plain.toZonedDateTime(zone, { disambiguation: 'earlier' });
  const later = plain.toZonedDateTime(zone, { disambiguation: 'later' });
  if (!earlier.toPlainDateTime().equals(plain)) throw impossible(wanted, earlier, later, options);
  if (offset === undefined) {
    if (earlier.epochMilliseconds === later.epochMilliseconds) return earlier.epochMilliseconds;
    throw refuse(
      'moment_ambiguous',
      `"${text}" happens twice in ${zone}, because the clocks go back: write either ` +
        `"${renderPlain(plain)} ${earlier.offset} ${zone}" or "${renderPlain(plain)} ${later.offset} ${zone}"`,
      options,
    );
  }
  const wantedOffset = offset === 'Z' ? '+00:00' : offset;
  const exact = zone === 'UTC' ? plain.toZonedDateTime(wantedOffset) : undefined;
  const found = exact ?? [earlier, later].find((one) => one.offset === wantedOffset);
  if (found) return found.epochMilliseconds;
  throw refuse(
    'moment_impossible',
    `"${text}" contradicts itself: ${zone} is at ${earlier.offset} then, not at ${wantedOffset}`,
    options,
  );
}

function impossible(
  wanted: Wanted,
  earlier: Temporal.ZonedDateTime,
  later: Temporal.ZonedDateTime,
  options: MomentOptions,
): Refusal {
  return refuse(
    'moment_impossible',
    `"${wanted.text}" does not exist in ${wanted.zone}, because the clocks go forward: ` +
      `write ${renderPlain(earlier)} or ${renderPlain(later)}`,
    options,
  );
}

function plainOf(
  date: string,
  time: string,
  text: string,
  options: MomentOptions,
): Temporal.PlainDateTime {
  const [year, month, day] = date.split('-').map(Number);
  const [hour, minute, rest = '0'] = time.split(':');
  const [second, fraction = ''] = rest.split('.');
  try {
    return Temporal.PlainDateTime.from(
      {
        year: year ?? 0,
        month: month ?? 0,
        day: day ?? 0,
        hour: Number(hour),
        minute: Number(minute),
        second: Number(second),
        millisecond: Number(fraction.padEnd(3, '0')),
      },
      { overflow: 'reject' },
    );
  } catch {
    throw refuse('moment_impossible', `"${text}" is no date and time of the calendar`, options);
  }
}

function zoneOf(zone: string | undefined, text: string, options: MomentOptions): string {
  if (zone === undefined) {
    throw refuse(
      'zone_missing',
      `"${text}" does not say in which zone: add one, for instance Europe/Paris`,
      options,
    );
  }
  if (isZone(zone))
    return Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(zone).timeZoneId;
  throw refuse(
    'zone_unknown',
    `"${zone}" is not a zone we know: use a name such as Europe/Paris, America/New_York or UTC`,
    options,
  );
}

function inRange(moment: Moment, text: string, options: MomentOptions): Moment {
  if (moment.at <= options.now && options.pastAllowed !== true) {
    throw refuse(
      'moment_past',
      `"${text}" is in the past: it is ${renderMoment(moment.at, moment.zone)}, ` +
        `and now is ${renderMoment(options.now - (options.now % 1_000), moment.zone)}`,
      options,
    );
  }
  if (moment.at - options.now > limits.momentAheadMs) {
    throw refuse(
      'moment_too_far',
      `"${text}" is too far ahead`,
      options,
      'at most five years ahead',
    );
  }
  return moment;
}

function renderPlain(time: Temporal.PlainDateTime | Temporal.ZonedDateTime): string {
  const [date = '', clock = ''] = time.toString().split('T');
  const [, hourMinute = '', seconds = ''] = /^(\d{2}:\d{2})(:\d{2}(?:\.\d+)?)?/.exec(clock) ?? [];
  return `${date} ${hourMinute}${seconds === ':00' ? '' : seconds}`;
}

function malformed(text: string, options: MomentOptions): Refusal {
  return refuse(
    'moment_malformed',
    `"${text.slice(0, 80)}" is not a moment: write 2027-03-04 10:00 Europe/Paris, 20:00 or an ISO instant`,
    options,
  );
}

function refuse(code: string, message: string, options: MomentOptions, limit?: string): Refusal {
  return new Refusal(code, message, {
    ...(options.field === undefined ? {} : { field: options.field }),
    ...(limit === undefined ? {} : { limit }),
  });
}

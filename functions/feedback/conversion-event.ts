// A conversion as the queue gets it: with an id that is the same for the same goal.

import { createHash } from 'node:crypto';
import type { ConversionEvent, PersonConversion } from '#domain/event.ts';
import type { Claims } from '#domain/token.ts';
import type { ConversionReport } from './conversion-report.ts';

/** The caller's id is only unique to the caller, so the click's claims go into the event's. */
export function conversionEvent(
  claims: Pick<Claims, 'burst' | 'leg' | 'call' | 'ordinal'>,
  report: Pick<ConversionReport, 'value' | 'at'>,
  id: string,
  now: number,
): ConversionEvent {
  const { burst, leg, call, ordinal } = claims;
  return {
    kind: 'conversion',
    id: eventId(claims, goalOf(id)),
    at: report.at ?? now,
    burst,
    leg,
    call,
    ...(ordinal === undefined ? {} : { ordinal }),
    ...(report.value === undefined ? {} : { value: report.value }),
  };
}

export interface ByPerson {
  readonly burst: string;
  /** See `personDigest`. */
  readonly person: string;
  /** `elsewhere`: the same report has a click id, which credits it. */
  readonly byPerson: PersonConversion['byPerson'];
}

/** Whose entry it is, is not known yet; the caller's id goes along as a digest. */
export function personConversion(
  { burst, person, byPerson }: ByPerson,
  report: Pick<ConversionReport, 'value' | 'at'>,
  id: string,
  now: number,
): PersonConversion {
  return {
    kind: 'person_conversion',
    at: report.at ?? now,
    burst,
    person,
    goal: goalOf(id),
    ...(report.value === undefined ? {} : { value: report.value }),
    byPerson,
  };
}

/** What becomes of it once it is known whose it is. */
export function eventOfPerson(
  { burst, at, goal, value, byPerson }: PersonConversion,
  entry: { readonly leg: string; readonly call: string; readonly ordinal: number },
): ConversionEvent {
  return {
    kind: 'conversion',
    id: eventId({ burst, ...entry }, goal),
    at,
    burst,
    ...entry,
    ...(value === undefined ? {} : { value }),
    byPerson,
  };
}

/** The same goal of the same recipient has one id, reported by click id or by person. */
function eventId(
  { burst, leg, call, ordinal }: Pick<Claims, 'burst' | 'leg' | 'call' | 'ordinal'>,
  goal: string,
): string {
  return short([burst, ...(ordinal === undefined ? [leg, call] : [ordinal]), goal].join('\n'));
}

function goalOf(id: string): string {
  return short(id);
}

function short(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 22);
}

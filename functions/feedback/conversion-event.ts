// A conversion as the queue gets it: the click's claims, and an id that is the same for the same goal.

import { createHash } from 'node:crypto';
import type { ConversionEvent } from '#domain/event.ts';
import type { Claims } from '#domain/token.ts';
import type { ConversionReport } from './conversion-report.ts';

/** The caller's id is only unique to the caller, so the click's claims go into the event's. */
export function conversionEvent(
  claims: Claims,
  report: Pick<ConversionReport, 'value' | 'at'>,
  id: string,
  now: number,
): ConversionEvent {
  const { burst, leg, call, ordinal } = claims;
  const name = `${burst}\n${leg}\n${call}\n${ordinal ?? ''}\n${id}`;
  return {
    kind: 'conversion',
    id: createHash('sha256').update(name).digest('base64url').slice(0, 22),
    at: report.at ?? now,
    burst,
    leg,
    call,
    ...(ordinal === undefined ? {} : { ordinal }),
    ...(report.value === undefined ? {} : { value: report.value }),
  };
}

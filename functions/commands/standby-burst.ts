// Puts a burst on stand-by: ready between two moments, released by a fire.

import * as z from 'zod/mini';
import { advance } from '#domain/advance.ts';
import type { Burst } from '#domain/burst.ts';
import { Refusal } from '#domain/faults.ts';
import { Id } from '#domain/ids.ts';
import { parseMoment } from '#domain/moment.ts';
import { changeBurst } from './change-burst.ts';
import { type CommandContext, dryIf, requireScope } from './context.ts';
import { describeBurst } from './describe-burst.ts';
import { parseInput } from './parse-input.ts';
import { withApprovalPolicy } from './require-approval.ts';
import { requireEnvelope } from './require-envelope.ts';
import type { ChangedBurstView } from './schedule-burst.ts';
import { storeLinks } from './store-links.ts';

export const StandbyBurstInput = z.strictObject({
  burst: Id,
  /** Not before; `now` for at once. Absent: as the campaign file says. */
  from: z.optional(z.string().check(z.maxLength(100))),
  until: z.optional(z.string().check(z.maxLength(100))),
  zone: z.optional(z.string().check(z.maxLength(64))),
  /** Says what would become of it and writes nothing. */
  dryRun: z.optional(z.boolean()),
});

/** Throws Refusal `moment_...`, `zone_...`, `not_approved`, `approval_expired` or `wrong_state`. */
export async function standbyBurst(
  context: CommandContext,
  input: z.output<typeof StandbyBurstInput>,
): Promise<ChangedBurstView> {
  requireScope(context, 'operator');
  const { burst: id, dryRun, ...wanted } = parseInput(StandbyBurstInput, input);
  const { burst, warnings } = await changeBurst(
    dryIf(context, dryRun),
    id,
    'standby',
    async (header) => {
      const now = context.clock.now();
      const span = spanOf(header, wanted, now);
      await requireEnvelope(context, header, undefined);
      const checked = await withApprovalPolicy(context, header);
      return advance(checked, { kind: 'standby', ...span, now });
    },
  );
  if (!dryRun) await storeLinks(context, burst);
  return { ...describeBurst(burst), warnings };
}

interface Wanted {
  readonly from?: string | undefined;
  readonly until?: string | undefined;
  readonly zone?: string | undefined;
}

function spanOf(burst: Burst, wanted: Wanted, now: number) {
  const zone = wanted.zone ?? burst.zone;
  const start = startOf(burst, wanted.from, zone, now);
  if (wanted.until === undefined) {
    if (burst.standbyUntil === undefined) throw missing('until');
    return { from: start.at, until: burst.standbyUntil, zone: start.zone };
  }
  const after = Math.max(start.at, now);
  const until = parseMoment(wanted.until, { now, zone: start.zone, after, field: 'until' });
  return { from: start.at, until: until.at, zone: start.zone };
}

function startOf(burst: Burst, from: string | undefined, zone: string, now: number) {
  if (from === 'now') return { at: now, zone };
  if (from !== undefined) return parseMoment(from, { now, zone, pastAllowed: true, field: 'from' });
  if (burst.standbyFrom !== undefined) return { at: burst.standbyFrom, zone };
  throw missing('from');
}

function missing(field: string): Refusal {
  return new Refusal(
    'moment_missing',
    `neither the command nor the campaign file says ${field} when`,
    {
      field,
    },
  );
}

// Gives a burst its moment.

import * as z from 'zod/mini';
import { advance } from '#domain/advance.ts';
import type { Burst } from '#domain/burst.ts';
import { Refusal } from '#domain/faults.ts';
import { Id } from '#domain/ids.ts';
import { type Moment, parseMoment } from '#domain/moment.ts';
import { changeBurst } from './change-burst.ts';
import { type CommandContext, dryIf, requireScope } from './context.ts';
import { type BurstView, describeBurst } from './describe-burst.ts';
import { parseInput } from './parse-input.ts';
import { withApprovalPolicy } from './require-approval.ts';
import { requireEnvelope } from './require-envelope.ts';
import { storeLinks } from './store-links.ts';

export const ScheduleBurstInput = z.strictObject({
  burst: Id,
  /** `2027-03-04 10:00 Europe/Paris`, `20:00`; absent: the moment of the campaign file. */
  at: z.optional(z.string().check(z.maxLength(100))),
  /** Where `at` names none; absent: the zone the burst was planned in. */
  zone: z.optional(z.string().check(z.maxLength(64))),
  /** Says what would become of it and writes nothing. */
  dryRun: z.optional(z.boolean()),
});

export interface ChangedBurstView extends BurstView {
  readonly warnings: readonly string[];
}

/** Throws Refusal `moment_...`, `zone_...`, `not_approved`, `approval_expired` or `wrong_state`. */
export async function scheduleBurst(
  context: CommandContext,
  input: z.output<typeof ScheduleBurstInput>,
): Promise<ChangedBurstView> {
  requireScope(context, 'operator');
  const { burst: id, at, zone, dryRun } = parseInput(ScheduleBurstInput, input);
  const { burst, warnings } = await changeBurst(
    dryIf(context, dryRun),
    id,
    'schedule',
    async (header) => {
      const now = context.clock.now();
      const moment = momentOf(header, { at, zone, now });
      await requireEnvelope(context, header, moment.at);
      const checked = await withApprovalPolicy(context, header);
      return advance(checked, { kind: 'schedule', momentAt: moment.at, zone: moment.zone, now });
    },
  );
  if (!dryRun) await storeLinks(context, burst);
  return { ...describeBurst(burst), warnings };
}

function momentOf(
  burst: Burst,
  wanted: { at: string | undefined; zone: string | undefined; now: number },
): Moment {
  const { at, zone, now } = wanted;
  if (at === undefined && zone !== undefined) {
    const message = 'zone: says where a moment is, and no moment is named';
    throw new Refusal('input_invalid', message, { field: 'zone' });
  }
  if (at !== undefined) return parseMoment(at, { now, zone: zone ?? burst.zone, field: 'at' });
  if (burst.momentAt !== undefined) return { at: burst.momentAt, zone: burst.zone };
  throw new Refusal('moment_missing', 'neither the command nor the campaign file says when', {
    field: 'at',
  });
}

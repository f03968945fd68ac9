// A person says yes to one very content.

import * as z from 'zod/mini';
import { advance } from '#domain/advance.ts';
import { parseDuration } from '#domain/duration.ts';
import { Refusal } from '#domain/faults.ts';
import { Id } from '#domain/ids.ts';
import { changeBurst } from './change-burst.ts';
import { type CommandContext, dryIf, requireScope } from './context.ts';
import { type BurstView, describeBurst } from './describe-burst.ts';
import { parseInput } from './parse-input.ts';

export const ApproveBurstInput = z.strictObject({
  burst: Id,
  /** What the approver has seen: without it an edit in between would be approved unseen. */
  contentHash: z.string().check(z.regex(/^[0-9a-f]{64}$/, 'a content hash is 64 of 0-9 and a-f')),
  /** How long the approval holds: `12h`, `7d`; 30 days where it is not said. */
  valid: z.optional(z.string()),
  /** Says what would become of it and writes nothing. */
  dryRun: z.optional(z.boolean()),
});

const VALID_MS = 30 * 86_400_000;

/** Throws Refusal `content_changed` when an edit came first, `own_approval` or `wrong_state`. */
export async function approveBurst(
  context: CommandContext,
  input: z.output<typeof ApproveBurstInput>,
): Promise<BurstView> {
  requireScope(context, 'approver');
  const { burst: id, contentHash, valid, dryRun } = parseInput(ApproveBurstInput, input);
  const validMs = valid === undefined ? VALID_MS : (parseDuration(valid) ?? 0);
  if (validMs < 60_000 || validMs > 90 * 86_400_000) {
    throw new Refusal('input_invalid', 'valid: an approval holds for 1m to 90d', {
      field: 'valid',
      limit: '1m to 90d',
    });
  }
  const now = context.clock.now();
  const approval = { contentHash, by: context.principal.name, at: now, expiresAt: now + validMs };
  const { burst } = await changeBurst(dryIf(context, dryRun), id, 'approve', (header) =>
    advance(header, { kind: 'approve', approval, now }),
  );
  return describeBurst(burst);
}

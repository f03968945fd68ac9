// A burst at its real size with nothing leaving: every email is written, every check is asked.

import * as z from 'zod/mini';
import { Id } from '#domain/ids.ts';
import type { EmailLegPlan, Plan } from '#domain/plan.ts';
import { matches } from '#domain/segment.ts';
import { listContacts } from '#store/audiences.ts';
import { loadPlan } from '#store/plans.ts';
import { findBurst } from './change-burst.ts';
import { type CommandContext, requireScope } from './context.ts';
import { type BurstView, describeBurst } from './describe-burst.ts';
import { type Forecast, forecast } from './forecast.ts';
import { parseInput } from './parse-input.ts';

export const RehearseBurstInput = z.strictObject({ burst: Id });

export interface RehearsedBurst extends BurstView {
  readonly forecast: Forecast;
  readonly written: Written;
}

export interface Written {
  readonly emails: number;
  /** Of HTML, text and subject, before the provider adds its own. */
  readonly bytes: number;
  readonly bytesMax: number;
  /** People whom no email can be written for, by reason: each would be refused at its call. */
  readonly refused: { readonly [reason: string]: number };
  /** False where the lists were too long to write to all of them now. */
  readonly isWhole: boolean;
}

/** The API answers within 29 s. */
const WRITE_MS = 12_000;

/** Nothing is written and no message leaves; the servers of posts are asked what they would take. */
export async function rehearseBurst(
  context: CommandContext,
  input: z.output<typeof RehearseBurstInput>,
): Promise<RehearsedBurst> {
  requireScope(context, 'operator');
  const { burst: id } = parseInput(RehearseBurstInput, input);
  const burst = await findBurst(context, id);
  const plan = await loadPlan(context.table, id, burst.contentHash);
  const foreseen = await forecast(context, plan, burst.momentAt);
  return { ...describeBurst(burst), forecast: foreseen, written: await writeAll(context, plan) };
}

async function writeAll(context: CommandContext, plan: Plan): Promise<Written> {
  const until = context.clock.now() + WRITE_MS;
  const sum = { emails: 0, bytes: 0, bytesMax: 0, refused: new Map<string, number>() };
  let isWhole = true;
  for (const leg of plan.legs) {
    if (leg.kind !== 'email') continue;
    isWhole = (await writeLeg(context, plan, leg, sum, until)) && isWhole;
  }
  return { ...sum, refused: Object.fromEntries(sum.refused), isWhole };
}

interface Sum {
  emails: number;
  bytes: number;
  bytesMax: number;
  readonly refused: Map<string, number>;
}

async function writeLeg(
  context: CommandContext,
  plan: Plan,
  leg: EmailLegPlan,
  sum: Sum,
  until: number,
): Promise<boolean> {
  const measure = context.channels.emailSizer(plan, leg);
  const calls = leg.allocation.filter(({ weight }) => weight > 0);
  for await (const page of listContacts(context.table, leg.audience)) {
    if (context.clock.now() > until) return false;
    for (const contact of page) {
      if (leg.segment && !matches(leg.segment, contact)) continue;
      const call = calls[sum.emails % calls.length]?.call ?? '';
      const { address, fields } = contact;
      const size = measure({ address, fields, call, digest: '', ordinal: sum.emails, attempt: 1 });
      sum.emails += 1;
      if (typeof size === 'string') sum.refused.set(size, (sum.refused.get(size) ?? 0) + 1);
      else {
        sum.bytes += size;
        sum.bytesMax = Math.max(sum.bytesMax, size);
      }
    }
  }
  return true;
}

// Signals: addresses whose call fires one burst, for systems that cannot keep a token.

import * as z from 'zod/mini';
import { parseDuration } from '#domain/duration.ts';
import { Refusal } from '#domain/faults.ts';
import { Id, Mark, Name } from '#domain/ids.ts';
import { findSignal, listSignals, type Signal, saveSignal, signalDigest } from '#store/signals.ts';
import { audit, findBurst } from './change-burst.ts';
import { type CommandContext, requireScope } from './context.ts';
import { fireBurst } from './fire-burst.ts';
import { pageFields, pageOf } from './page-of.ts';
import { parseInput } from './parse-input.ts';
import type { ChangedBurstView } from './schedule-burst.ts';

export const CreateSignalInput = z.strictObject({
  burst: Id,
  /** The caller's own: 160 bits of chance in hex, kept by nobody here. */
  secret: z.string().check(z.regex(/^[0-9a-f]{40}$/, '40 of 0-9 and a-f, by chance')),
  /** As which outcome it fires; needed where the burst has outcomes. */
  outcome: z.optional(Name),
  /** What will send it: stands in the audit log. */
  name: z.optional(Mark),
  /** `12h`, `7d`; absent: until stand-by ends, or a day. */
  valid: z.optional(z.string()),
});
export const ListSignalsInput = z.strictObject({ burst: Id, ...pageFields });
export const RevokeSignalInput = z.strictObject({ burst: Id, signal: Id });
/** `signal` is the secret part of the address. */
export const SendSignalInput = z.strictObject({ burst: Id, signal: Id });

export interface SignalView {
  readonly signal: string;
  readonly name: string;
  readonly outcome?: string;
  readonly createdBy: string;
  readonly expiresAt: number;
  readonly works: boolean;
}

export interface CreatedSignal extends SignalView {
  readonly burst: string;
}

const DAY_MS = 86_400_000;
const VALID_MAX_MS = 30 * DAY_MS;

/**
 * `POST /v1/signals/<burst>/<secret>` fires from now on. Throws Refusal `outcome_missing`,
 * `outcome_unknown`, `input_invalid` or `burst_unknown`.
 */
export async function createSignal(
  context: CommandContext,
  input: z.output<typeof CreateSignalInput>,
): Promise<CreatedSignal> {
  requireScope(context, 'operator');
  const {
    burst: id,
    secret,
    outcome,
    name = 'signal',
    valid,
  } = parseInput(CreateSignalInput, input);
  const burst = await findBurst(context, id);
  checkOutcome(burst.outcomes, outcome);
  const now = context.clock.now();
  const expiresAt = now + validMs(valid, (burst.standbyUntil ?? now + DAY_MS) - now);
  const digest = signalDigest(secret);
  const signal: Signal = {
    burst: id,
    id: digest.slice(0, 8),
    digest,
    ...(outcome === undefined ? {} : { outcome }),
    name,
    createdBy: context.principal.name,
    createdAt: now,
    expiresAt,
  };
  await saveSignal(context.table, signal);
  await audit(context, id, 'create_signal', undefined, { signal: signal.id, name, expiresAt });
  // Made before with this very secret and revoked since, it stays revoked.
  const stored = (await findSignal(context.table, id, secret)) ?? signal;
  return { burst: id, ...viewOf(stored, now) };
}

export interface ListedSignals {
  readonly burst: string;
  readonly signals: readonly SignalView[];
  readonly next?: string;
}

export async function showSignals(
  context: CommandContext,
  input: z.output<typeof ListSignalsInput>,
): Promise<ListedSignals> {
  requireScope(context, 'viewer');
  const { burst, ...wanted } = parseInput(ListSignalsInput, input);
  await findBurst(context, burst);
  const now = context.clock.now();
  const all = await listSignals(context.table, burst);
  const { page, next } = pageOf(all, wanted, ({ id }) => id);
  const signals = page.map((signal) => viewOf(signal, now));
  return next === undefined ? { burst, signals } : { burst, signals, next };
}

/** Ends it with the next call. Throws Refusal `signal_unknown`. */
export async function revokeSignal(
  context: CommandContext,
  input: z.output<typeof RevokeSignalInput>,
): Promise<SignalView> {
  requireScope(context, 'operator');
  const { burst, signal: id } = parseInput(RevokeSignalInput, input);
  const found = (await listSignals(context.table, burst)).find((one) => one.id === id);
  if (!found) {
    throw new Refusal('signal_unknown', `${burst} has no signal ${id}`, { field: 'signal' });
  }
  const now = context.clock.now();
  const revoked = { ...found, revokedAt: found.revokedAt ?? now };
  await saveSignal(context.table, revoked);
  await audit(context, burst, 'revoke_signal', undefined, { signal: id });
  return viewOf(revoked, now);
}

/** Whoever knows the address: one burst, one act. Throws Refusal `signal_unknown`, or as `fireBurst`. */
export async function sendSignal(
  context: CommandContext,
  input: z.output<typeof SendSignalInput>,
): Promise<Pick<ChangedBurstView, 'burst' | 'state' | 'warnings'>> {
  const { burst, signal: secret } = parseInput(SendSignalInput, input);
  const signal = await findSignal(context.table, burst, secret);
  // One and the same answer whether there is no such burst, no such signal, or one that ended.
  if (!signal || !viewOf(signal, context.clock.now()).works) {
    throw new Refusal('signal_unknown', 'this signal fires nothing');
  }
  const name = `signal-${signal.id}`;
  const as = { ...context, principal: { name, scopes: new Set(['operator'] as const) } };
  const { outcome } = signal;
  const fired = await fireBurst(as, outcome === undefined ? { burst } : { burst, outcome });
  return { burst, state: fired.state, warnings: fired.warnings };
}

function viewOf(signal: Signal, now: number): SignalView {
  const { id, name, outcome, createdBy, expiresAt, revokedAt } = signal;
  const works = revokedAt === undefined && now < expiresAt;
  const base = { signal: id, name, createdBy, expiresAt, works };
  return outcome === undefined ? base : { ...base, outcome };
}

function checkOutcome(outcomes: readonly string[] | undefined, outcome: string | undefined): void {
  const known = outcomes ?? [];
  if (outcome === undefined && known.length > 0) {
    throw new Refusal('outcome_missing', `say which outcome: ${known.join(', ')}`, {
      field: 'outcome',
    });
  }
  if (outcome === undefined || known.includes(outcome)) return;
  throw new Refusal('outcome_unknown', `there is no outcome ${outcome}`, { field: 'outcome' });
}

function validMs(text: string | undefined, usualMs: number): number {
  const wanted = text === undefined ? usualMs : (parseDuration(text) ?? 0);
  if (wanted >= 60_000 && wanted <= VALID_MAX_MS) return wanted;
  if (text === undefined) return Math.min(VALID_MAX_MS, Math.max(60_000, wanted));
  const limit = '1m to 30d';
  throw new Refusal('input_invalid', `valid: a signal works for ${limit}`, {
    field: 'valid',
    limit,
  });
}

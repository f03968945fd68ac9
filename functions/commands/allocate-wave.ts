// Decides which calls a later wave of an email leg carries, and lets it leave.

import * as z from 'zod/mini';
import { advance } from '#domain/advance.ts';
import { callsOfBet, remainingFrom, withBet } from '#domain/bet-wave.ts';
import { Refusal } from '#domain/faults.ts';
import { Id, Name } from '#domain/ids.ts';
import type { LegRange, ManifestHead, WaveRange } from '#domain/manifest.ts';
import type { Allocation, EmailLegPlan, Plan } from '#domain/plan.ts';
import { waveHistory } from '#domain/wave-history.ts';
import { waveBet } from '#statistics/wave-bet.ts';
import { loadManifestHead, saveManifestHead } from '#store/manifests.ts';
import { loadPlan } from '#store/plans.ts';
import { loadCounted } from '#store/tallies.ts';
import { audit, changeBurst, findBurst } from './change-burst.ts';
import { type CommandContext, requireScope } from './context.ts';
import { parseInput } from './parse-input.ts';

export const AllocateWaveInput = z.strictObject({
  burst: Id,
  leg: Name,
  /** Counted from 1; absent: the first that has no allocation yet. */
  wave: z.optional(z.int().check(z.gte(1), z.lte(100))),
  /** Weights by call of the plan; absent: what was planned for the wave. */
  calls: z.optional(z.record(Name, z.number().check(z.gte(0), z.lte(1_000_000)))),
});

export interface AllocatedWave {
  readonly burst: string;
  readonly leg: string;
  readonly wave: number;
  readonly recipients: number;
  readonly allocation: Allocation;
  readonly startAt: number;
}

const ATTEMPTS_MAX = 8;

/**
 * Stored once and never changed: it is there before the wave's first claim. The wave leaves at
 * once, or when a stopped burst is resumed. Throws Refusal `wrong_state`, `leg_unknown`,
 * `no_waves`, `wave_allocated`, `call_unknown` or `contended`.
 */
export async function allocateWave(
  context: CommandContext,
  input: z.output<typeof AllocateWaveInput>,
): Promise<AllocatedWave> {
  requireScope(context, 'operator');
  const wanted = parseInput(AllocateWaveInput, input);
  const burst = await findBurst(context, wanted.burst);
  if (burst.state !== 'releasing' && burst.state !== 'stopped') {
    throw new Refusal('wrong_state', `cannot allocate a wave of a burst that is ${burst.state}`);
  }
  const plan = await loadPlan(context.table, burst.id, burst.contentHash);
  const leg = plan.legs.find((one) => one.name === wanted.leg);
  if (leg?.kind !== 'email') throw noLeg(wanted.leg);
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
    const { head, range, waves } = await wavesOf(context, burst.id, leg.name);
    const index = openWave(waves, wanted.wave);
    if (index === undefined) {
      // Whoever allocated it may have ended before the runner was woken.
      await wake(context, burst.id);
      throw hasAllocation(wanted.wave);
    }
    const startAt = Math.floor(context.clock.now());
    const open = { ...waves[index], startAt } as WaveRange;
    const wave = wanted.calls
      ? { ...open, allocation: weightsOf(wanted.calls, plan.calls) }
      : await asPlanned(context, { plan, leg, range, index, open });
    const allocation = wave.allocation ?? [];
    const next = withWaves(head, { ...range, waves: waves.with(index, wave) });
    const saved = await saveManifestHead(context.table, head, next, context.entropy.id());
    if (saved.kind === 'lost') continue;
    const allocated = { leg: leg.name, wave: index + 1, allocation, startAt };
    await audit(context, burst.id, 'allocate_wave', undefined, allocated);
    await wake(context, burst.id);
    return { burst: burst.id, recipients: wave.to - wave.from, ...allocated };
  }
  throw new Refusal(
    'contended',
    `the manifest of burst ${burst.id} changes all the time, try again`,
  );
}

interface Open {
  readonly plan: Plan;
  readonly leg: EmailLegPlan;
  readonly range: LegRange;
  readonly index: number;
  readonly open: WaveRange;
}

/** What was planned for the wave: its own calls, the leg's, or a bet on what is answered so far. */
async function asPlanned(
  { table }: CommandContext,
  { plan, leg, range, index, open }: Open,
): Promise<WaveRange> {
  const planned = leg.waves?.[index];
  const { bet } = planned ?? {};
  if (!bet) return { ...open, allocation: [...(planned?.allocation ?? leg.allocation)] };
  const counted = await loadCounted(table, plan.burst);
  const calls = callsOfBet(leg);
  const history = waveHistory(counted?.roots.o?.tally ?? {}, {
    leg: leg.name,
    calls,
    metric: plan.registration.metric,
    waves: index,
  });
  const made = waveBet({ history, remaining: remainingFrom(range, index), bet });
  return withBet(open, leg.allocation, { bet, calls, history, ...made });
}

/** The stored allocation stands whatever becomes of this; without it the wave leaves a little later. */
async function wake(context: CommandContext, burst: string): Promise<void> {
  await changeBurst(context, burst, 'wake', (header) =>
    header.state === 'releasing'
      ? advance(header, { kind: 'wake', now: context.clock.now() })
      : { kind: 'advanced', burst: header, commands: [] },
  );
}

async function wavesOf(
  context: CommandContext,
  burst: string,
  leg: string,
): Promise<{ head: ManifestHead; range: LegRange; waves: WaveRange[] }> {
  const head = await loadManifestHead(context.table, burst);
  const range = head?.legs.find((one) => one.leg === leg);
  if (!head || !range) throw noLeg(leg);
  if (range.waves) return { head, range, waves: range.waves };
  throw new Refusal('no_waves', `leg ${leg} leaves as a whole, it has no waves`, { field: 'leg' });
}

/** The wave meant, counted from 0; undefined when it has its allocation already. */
function openWave(waves: readonly WaveRange[], wanted: number | undefined): number | undefined {
  const index = wanted === undefined ? waves.findIndex((one) => !one.allocation) : wanted - 1;
  const wave = waves[index];
  const limit = `1 to ${waves.length}`;
  if (wave && !wave.allocation) return index;
  if (wave || wanted === undefined) return undefined;
  throw new Refusal('wave_unknown', `there is no wave ${wanted}`, { field: 'wave', limit });
}

function hasAllocation(wanted: number | undefined): Refusal {
  const which = wanted === undefined ? 'every wave' : `wave ${wanted}`;
  const message = `${which} has its allocation, which never changes`;
  return new Refusal('wave_allocated', message, { field: 'wave' });
}

function weightsOf(weights: { readonly [call: string]: number }, calls: Plan['calls']): Allocation {
  const known = calls.map((call) => call.name);
  const allocation = Object.entries(weights).map(([call, weight]) => ({ call, weight }));
  const unknown = allocation.find(({ call }) => !known.includes(call));
  if (unknown) {
    const message = `there is no call "${unknown.call}"; there is ${known.join(', ')}`;
    throw new Refusal('call_unknown', message, { field: 'calls' });
  }
  if (allocation.some(({ weight }) => weight > 0)) return allocation;
  throw new Refusal('input_invalid', 'at least one call needs a weight above zero', {
    field: 'calls',
  });
}

function withWaves(head: ManifestHead, range: LegRange): ManifestHead {
  return { ...head, legs: head.legs.map((one) => (one.leg === range.leg ? range : one)) };
}

function noLeg(leg: string): Refusal {
  return new Refusal('leg_unknown', `there is no email leg "${leg}"`, { field: 'leg' });
}

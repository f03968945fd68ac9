// The steady look at bursts that were sent: keeps their counts, and the final report when it is due.

import { advance } from '#domain/advance.ts';
import { type Burst, wakeAt } from '#domain/burst.ts';
import { isFinal } from '#domain/leg.ts';
import type { Log, Table } from '#domain/ports.ts';
import { dueBursts, loadBurst, saveBurst } from '#store/bursts.ts';
import { loadTallies, type Sent, saveCurve } from '#store/tallies.ts';
import { answerCurveOf } from './answer-curve.ts';
import { type AnswerDue, noteTold, readFinally, watchAnswers } from './answers.ts';
import { keepSent } from './count-sent.ts';
import { keepParts } from './keep-parts.ts';

export interface MeasurePorts {
  readonly table: Table;
  readonly now: () => number;
  readonly id: () => string;
  readonly log: Log;
  /** Hears of every answer that was due, at least once; `id` is the same when it is told again. */
  readonly answerDue?: (due: AnswerDue) => Promise<void>;
  /** Asks the networks what became of its posts. */
  readonly measurePosts?: (burst: Burst) => Promise<void>;
  /** Counts who left by the links of a burst. */
  readonly countUnsubscribes?: (burst: Burst) => Promise<void>;
  /** Sees every burst that is looked at, for what others have to hear of it. */
  readonly news?: (burst: Burst, seen: { readonly inDoubt: number }) => Promise<void>;
}

/** Whatever waits for longer is looked at later: no counting window is as long. */
const AHEAD_MS = 120 * 86_400_000;
/** A burst that cannot be measuring before its moment is not read again until then. */
const LOOK_AGAIN_MS = 10 * 60_000;
/** Counts of a leg in doubt are taken again after this, others after an hour. */
const OPEN_FOR_MS = 60_000;
const CLOSED_FOR_MS = 3_600_000;
/** A runner has armed a burst by then, unless something is wrong. */
const ARMED_BEFORE_MS = 120_000;
/** One beat of the runner: a burst that was scheduled late is armed within it. */
const RUNNER_BEAT_MS = 60_000;

/** One look at everything; call it once a minute. A burst that fails is looked at again next time. */
export function createMeasure(ports: MeasurePorts): () => Promise<void> {
  const skipped = new Map<string, number>();
  const unarmed = new Map<string, number>();
  return async () => {
    const now = ports.now();
    for (const id of await dueBursts(ports.table, now + AHEAD_MS)) {
      if ((skipped.get(id) ?? 0) > now) continue;
      skipped.delete(id);
      const lookAgainAt = await look(ports, id, unarmed, now);
      if (lookAgainAt !== undefined) skipped.set(id, lookAgainAt);
    }
  };
}

/** @returns until when it need not be looked at */
async function look(
  ports: MeasurePorts,
  id: string,
  unarmed: Map<string, number>,
  now: number,
): Promise<number | undefined> {
  try {
    const burst = await loadBurst(ports.table, id);
    if (burst?.state === 'measuring') await measureBurst(ports, burst);
    else if (burst) {
      await readDecided(ports, burst);
      await ports.news?.(burst, { inDoubt: 0 });
      return watchArming(ports, burst, unarmed, now);
    }
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? error.code : String(error);
    ports.log.error('measure_failed', { burst: id, reason });
  }
  return undefined;
}

/**
 * Says `not_armed` of a burst that is near its moment and was so a beat ago: measure witnesses the
 * runner, because a runner that does not run cannot say so itself.
 * @returns until when the burst need not be looked at
 */
function watchArming(
  { log }: MeasurePorts,
  burst: Burst,
  unarmed: Map<string, number>,
  now: number,
): number | undefined {
  const wakesAt = wakeAt(burst) ?? now;
  const latest = now + LOOK_AGAIN_MS;
  if (burst.state !== 'scheduled') {
    unarmed.delete(burst.id);
    return Math.min(wakesAt, latest);
  }
  if (now < wakesAt - ARMED_BEFORE_MS) return Math.min(wakesAt - ARMED_BEFORE_MS, latest);
  const since = unarmed.get(burst.id) ?? now;
  unarmed.set(burst.id, since);
  if (now - since >= RUNNER_BEAT_MS / 2) log.error('not_armed', { burst: burst.id });
  return undefined;
}

/**
 * Counts what was sent, declares what may be declared, and says when an answer that was due is
 * there; past the counting window takes the one final read, keeps it and decides.
 */
export async function measureBurst(ports: MeasurePorts, burst: Burst): Promise<void> {
  const { table } = ports;
  const now = ports.now();
  const tallies = await loadTallies(table, burst.id);
  const { sent, curve } = tallies;
  await ports.countUnsubscribes?.(burst);
  await ports.measurePosts?.(burst);
  if (!curve) await saveCurve(table, burst.id, await answerCurveOf(table, burst));
  const isDue = burst.measureUntil !== undefined && now >= burst.measureUntil;
  const counted =
    isDue || isStale(burst, sent, now)
      ? await keepSent(table, burst, sent, { now, nonce: ports.id() })
      : sent;
  const inDoubt = tellDoubt(ports, burst, counted);
  await ports.news?.(burst, { inDoubt });
  const look = { table, burst, now, id: ports.id };
  if (!isDue) {
    await keepParts(table, burst, { now, why: 'look', tallies });
    const due = await watchAnswers(look);
    if (due) await tell(ports, due);
    return;
  }
  await tell(ports, await readFinally(look));
  const decided = advance(burst, { kind: 'decide', now });
  if (decided.kind === 'refused') return;
  const saved = await saveBurst(table, burst, decided.burst, ports.id());
  if (saved.kind === 'saved') ports.log.info('decided', { burst: burst.id });
}

/** Decided by a runner that was first: the one final read is taken all the same, and told. */
async function readDecided(ports: MeasurePorts, burst: Burst): Promise<void> {
  if (!burst.untold?.some(({ about }) => about === 'decided')) return;
  const { table } = ports;
  await tell(ports, await readFinally({ table, burst, now: ports.now(), id: ports.id }));
}

/** Told at least once: whoever hears of it drops a repeat by its id. */
async function tell(ports: MeasurePorts, due: AnswerDue): Promise<void> {
  const { id, burst, kind, report } = due;
  ports.log.info('answer_due', { burst, kind, id });
  await ports.answerDue?.(due);
  await noteTold(ports.table, due, { now: report.asOf, nonce: ports.id() });
}

/** Every minute while there is any: an alarm hears of doubt that lasts. */
function tellDoubt({ log }: MeasurePorts, burst: Burst, sent: Sent | undefined): number {
  const recipients = Object.values(sent?.byLink ?? {}).reduce(
    (sum, { inDoubt }) => sum + inDoubt,
    0,
  );
  const legs = burst.legs.filter(({ state }) => state === 'in_doubt').length;
  const count = recipients > 0 ? recipients : legs;
  if (count > 0) log.warn('in_doubt', { burst: burst.id, count });
  return count;
}

function isStale(burst: Burst, sent: Sent | undefined, now: number): boolean {
  if (!sent) return true;
  const isOpen = burst.legs.some((leg) => !isFinal(leg.state));
  return now - sent.countedAt >= (isOpen ? OPEN_FOR_MS : CLOSED_FOR_MS);
}

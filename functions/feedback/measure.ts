// The steady look at bursts that were sent: keeps their counts, and the final report when it is due.

import { advance } from '#domain/advance.ts';
import { type Burst, wakeAt } from '#domain/burst.ts';
import { isFinal } from '#domain/leg.ts';
import type { Log, Table } from '#domain/ports.ts';
import { dueBursts, loadBurst, saveBurst } from '#store/bursts.ts';
import { saveComparison } from '#store/comparisons.ts';
import { loadTallies, type Sent } from '#store/tallies.ts';
import { buildReport } from './build-report.ts';
import { keepSent } from './count-sent.ts';

export interface MeasurePorts {
  readonly table: Table;
  readonly now: () => number;
  readonly id: () => string;
  readonly log: Log;
}

/** Whatever waits for longer is looked at later: no counting window is as long. */
const AHEAD_MS = 120 * 86_400_000;
/** A burst that cannot be measuring before its moment is not read again until then. */
const LOOK_AGAIN_MS = 10 * 60_000;
/** Counts of a leg in doubt are taken again after this, others after an hour. */
const OPEN_FOR_MS = 60_000;
const CLOSED_FOR_MS = 3_600_000;

/** One look at everything; call it once a minute. A burst that fails is looked at again next time. */
export function createMeasure(ports: MeasurePorts): () => Promise<void> {
  const skipped = new Map<string, number>();
  return async () => {
    const now = ports.now();
    for (const id of await dueBursts(ports.table, now + AHEAD_MS)) {
      if ((skipped.get(id) ?? 0) > now) continue;
      skipped.delete(id);
      const lookAgainAt = await look(ports, id, now);
      if (lookAgainAt !== undefined) skipped.set(id, lookAgainAt);
    }
  };
}

/** @returns until when it need not be looked at */
async function look(ports: MeasurePorts, id: string, now: number): Promise<number | undefined> {
  try {
    const burst = await loadBurst(ports.table, id);
    if (burst?.state === 'measuring') await measureBurst(ports, burst);
    else if (burst) return Math.min(wakeAt(burst) ?? now, now + LOOK_AGAIN_MS);
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? error.code : String(error);
    ports.log.error('measure_failed', { burst: id, reason });
  }
  return undefined;
}

/** Counts what was sent; past the counting window keeps the final report and decides. */
export async function measureBurst(ports: MeasurePorts, burst: Burst): Promise<void> {
  const { table } = ports;
  const now = ports.now();
  const { sent } = await loadTallies(table, burst.id);
  const isDue = burst.measureUntil !== undefined && now >= burst.measureUntil;
  if (isDue || isStale(burst, sent, now)) {
    await keepSent(table, burst, sent, { now, nonce: ports.id() });
  }
  if (!isDue) return;
  const report = await buildReport(table, burst, now);
  await saveComparison(table, burst.id, { name: 'final', savedAt: now, report }, ports.id());
  const decided = advance(burst, { kind: 'decide', now });
  if (decided.kind === 'refused') return;
  const saved = await saveBurst(table, burst, decided.burst, ports.id());
  if (saved.kind === 'saved') ports.log.info('decided', { burst: burst.id });
}

function isStale(burst: Burst, sent: Sent | undefined, now: number): boolean {
  if (!sent) return true;
  const isOpen = burst.legs.some((leg) => !isFinal(leg.state));
  return now - sent.countedAt >= (isOpen ? OPEN_FOR_MS : CLOSED_FOR_MS);
}

// Reads what a report is computed from: one strong query, whatever the size of the list.

import type { Burst } from '#domain/burst.ts';
import type { WaveRange } from '#domain/manifest.ts';
import type { Table } from '#domain/ports.ts';
import { sumTallies } from '#domain/tally.ts';
import { loadManifestHead } from '#store/manifests.ts';
import { type Frame, loadTallies, type Sent, type Tallies } from '#store/tallies.ts';
import { frameFor, isLegTaken } from './burst-frames.ts';
import { countSent } from './count-sent.ts';
import { Declared, NativeMetrics, type ReportBasis } from './report-basis.ts';

/** Lists up to this size are counted from the ledger while no count is kept yet. */
const COUNT_NOW_MAX = 20_000;

/**
 * One strong query over a few small items; legs that left in waves take the manifest's head as
 * well, and while a burst is being sent the ledger of at most 20,000 recipients is counted.
 */
export async function loadBasis(
  table: Table,
  burst: Burst,
  marks: { readonly now: number; readonly finalRead: boolean },
): Promise<ReportBasis> {
  const tallies = await loadTallies(table, burst.id);
  const frame = await frameFor(table, burst, 'made', tallies.frame);
  const sent = tallies.sent?.byLink ?? (await sentSoFar(table, burst));
  const { o, v } = tallies.counted?.roots ?? {};
  const tally = sumTallies([o?.tally ?? {}, v?.tally ?? {}]);
  const { id, state, contentHash, zone, momentAt, outcome, legs } = burst;
  return {
    format: 'volley-basis-1',
    burst: {
      id,
      state,
      contentHash,
      zone,
      ...(momentAt === undefined ? {} : { momentAt }),
      ...(outcome === undefined ? {} : { outcome }),
      legs: legs.map((leg) => ({
        name: leg.name,
        ...(leg.outcome === undefined ? {} : { outcome: leg.outcome }),
        offsetMs: leg.offsetMs,
        state: leg.state,
      })),
    },
    frame,
    tally: sortedRows(tally) as ReportBasis['tally'],
    ...(sent ? { sent: sortedRows(sent) } : {}),
    declared: declaredOf(tallies),
    native: nativeOf(tallies),
    ...(await manifestPart(table, burst, frame, tally)),
    ...(tallies.curve ? { answerCurve: tallies.curve } : {}),
    ...(tallies.parts ? { parts: tallies.parts } : {}),
    ...marks,
  };
}

async function sentSoFar(table: Table, burst: Burst): Promise<Sent['byLink'] | undefined> {
  const { committedEpoch, recipients = 0 } = burst;
  if (committedEpoch === undefined || recipients > COUNT_NOW_MAX) return undefined;
  return countSent(table, burst);
}

/** The order in which rows became known must not show in an export. */
function sortedRows<T>(rows: { readonly [row: string]: T }): Record<string, T> {
  const names = Object.keys(rows).sort();
  return Object.fromEntries(names.map((name) => [name, rows[name] as T]));
}

function declaredOf({ winners }: Tallies): ReportBasis['declared'] {
  return winners.flatMap(({ report }) => {
    const { channel, winner, reason, at } = report as Declared;
    const parsed = Declared.safeParse({ channel, winner, reason, at });
    return parsed.success ? [parsed.data] : [];
  });
}

function nativeOf({ native }: Tallies): ReportBasis['native'] {
  return Object.fromEntries(
    Object.entries(native?.byLeg ?? {}).flatMap(([leg, metrics]) => {
      const parsed = NativeMetrics.safeParse(metrics);
      return parsed.success ? [[leg, parsed.data]] : [];
    }),
  );
}

/** Waves and holdout stand in the manifest's head, which is read only where there are any. */
async function manifestPart(
  table: Table,
  burst: Burst,
  frame: Frame,
  tally: object,
): Promise<Pick<ReportBasis, 'waves' | 'holdout'>> {
  const hasWaves = Object.keys(tally).some((row) => row.includes('#'));
  if (!hasWaves && frame.holdout === undefined) return { waves: [] };
  const head = await loadManifestHead(table, burst.id);
  // Of several outcomes one left: whom the others' legs would have reached was not treated.
  const legs = (head?.legs ?? []).filter(({ leg }) => isLegTaken(burst, leg));
  const heldOut = legs
    .flatMap(({ held = [] }) => held)
    .filter(({ reason }) => reason === 'holdout')
    .reduce((sum, { from, to }) => sum + to - from, 0);
  const treated = legs.reduce((sum, { from, sendableTo }) => sum + sendableTo - from, 0);
  return {
    waves: legs.flatMap(({ leg, waves = [] }) => (waves.length < 2 ? [] : [wavesOf(leg, waves)])),
    ...(heldOut > 0 ? { holdout: { treated, heldOut } } : {}),
  };
}

function wavesOf(leg: string, waves: readonly WaveRange[]): ReportBasis['waves'][number] {
  return {
    leg,
    waves: waves.map(({ startAt, allocation, bet }) => ({
      ...(startAt === undefined ? {} : { startAt }),
      ...(allocation === undefined ? {} : { allocation: [...allocation] }),
      ...(bet === undefined ? {} : { bet }),
    })),
  };
}

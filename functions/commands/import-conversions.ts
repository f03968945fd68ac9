// Conversions that somebody else's system knows of, brought in by their click ids.

import * as z from 'zod/mini';
import { parseKeyRing } from '#domain/key-ring.ts';
import { type Claims, verify } from '#domain/token.ts';
import { conversionEvent } from '#feedback/conversion-event.ts';
import { type ConversionReport, readReport } from '#feedback/conversion-report.ts';
import { type CommandContext, requireScope } from './context.ts';
import { inParallel } from './in-parallel.ts';
import { parseInput } from './parse-input.ts';
import { digestOf } from './secret-digest.ts';

const ROWS_MAX = 1_000;
const AT_ONCE = 16;

export const ImportConversionsInput = z.strictObject({
  rows: z
    .array(
      z.strictObject({
        /** The caller's own number of the row, for the rejects. */
        row: z.int().check(z.gte(0)),
        /** Our click id, as `{click}` put it into the destination. */
        click: z.string().check(z.maxLength(1_000)),
        /** An order number: the same one counts once. Absent: click, time and value together. */
        id: z.optional(z.string().check(z.maxLength(1_000))),
        /** Minor units (cents). */
        value: z.optional(z.int()),
        /** ISO 8601 with a zone. */
        at: z.optional(z.string().check(z.maxLength(100))),
      }),
    )
    .check(z.minLength(1), z.maxLength(ROWS_MAX)),
  dryRun: z.optional(z.boolean()),
});

export interface ImportedConversions {
  readonly taken: number;
  /** Of those taken: how many, and their value in minor units, by burst. */
  readonly bursts: { readonly [burst: string]: { readonly count: number; readonly value: number } };
  readonly rejects: readonly {
    readonly row: number;
    readonly code: string;
    readonly message: string;
  }[];
}

type Row = z.output<typeof ImportConversionsInput>['rows'][number];

/**
 * Each goes the way of every other conversion, through the queue: what was taken before counts
 * once. Rows that cannot be taken are named, the others are taken all the same.
 */
export async function importConversions(
  context: CommandContext,
  input: z.output<typeof ImportConversionsInput>,
): Promise<ImportedConversions> {
  requireScope(context, 'operator');
  const { rows, dryRun } = parseInput(ImportConversionsInput, input);
  const ring = parseKeyRing(await context.secrets.get('links/keys'));
  const host = new URL(context.linkBase).host;
  const now = context.clock.now();
  const rejects: { row: number; code: string; message: string }[] = [];
  const bursts: Record<string, { count: number; value: number }> = {};
  const bodies: string[] = [];
  for (const row of rows) {
    const read = readRow(row, now);
    const claims = 'click' in read ? verify(read.click, 'click', host, ring.clicks) : undefined;
    if ('problem' in read) rejects.push({ row: row.row, ...read.problem });
    else if (!claims) {
      const message = 'click: this is no click id of ours';
      rejects.push({ row: row.row, code: 'click_unknown', message });
    } else {
      const event = conversionEvent(claims, read, read.id ?? nameOf(claims, row), now);
      bodies.push(JSON.stringify(event));
      const sum = bursts[claims.burst] ?? { count: 0, value: 0 };
      bursts[claims.burst] = { count: sum.count + 1, value: sum.value + (read.value ?? 0) };
    }
  }
  // The feedback queue's own door: an answer that is lost may be given again.
  if (!dryRun) await inParallel(bodies, AT_ONCE, (body) => context.deadLetters.replay(body));
  return { taken: bodies.length, bursts, rejects };
}

function readRow(
  { click, id, value, at }: Row,
  now: number,
): ConversionReport | { readonly problem: { code: string; message: string } } {
  const report = readReport(JSON.stringify({ click, id, value, at }), now);
  if (!('field' in report)) return report;
  const { field, message, limit } = report;
  const bound = limit === undefined ? '' : ` (${limit})`;
  return { problem: { code: `${field}_invalid`, message: `${field} ${message}${bound}` } };
}

/** For whoever has no numbers of its own: two alike in the same second are one. */
function nameOf({ burst, leg, call }: Claims, { click, at, value }: Row): string {
  return `import-${digestOf([burst, leg, call, click, at, value].join('\n')).slice(0, 22)}`;
}

// Conversions that somebody else's system knows of, brought in by click id, by person, or by both.

import * as z from 'zod/mini';
import type { ConversionEvent, PersonConversion } from '#domain/event.ts';
import { parseKeyRing } from '#domain/key-ring.ts';
import { personDigest } from '#domain/person-key.ts';
import { type Claims, verify } from '#domain/token.ts';
import { conversionEvent, personConversion } from '#feedback/conversion-event.ts';
import { type ConversionReport, readReport } from '#feedback/conversion-report.ts';
import { loadBurst } from '#store/bursts.ts';
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
        click: z.optional(z.string().check(z.maxLength(1_000))),
        /** Who it was: an email address, its SHA-256 in hex, or a contact id. Needs a burst. */
        person: z.optional(z.string().check(z.maxLength(1_000))),
        /** Of whose list; absent beside a click id of ours: the click's. */
        burst: z.optional(z.string().check(z.maxLength(100))),
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
  /** Of those taken: how many tell who it was. */
  readonly byPerson: number;
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
  const take = await createTaker(context);
  const rejects: { row: number; code: string; message: string }[] = [];
  const bursts: Record<string, { count: number; value: number }> = {};
  const bodies: string[] = [];
  let taken = 0;
  let byPerson = 0;
  for (const row of rows) {
    const read = readRow(row, context.clock.now());
    const one = 'problem' in read ? read : await take(row, read);
    if ('problem' in one) {
      rejects.push({ row: row.row, ...one.problem });
      continue;
    }
    taken += 1;
    byPerson += one.isByPerson ? 1 : 0;
    bodies.push(...one.events.map((event) => JSON.stringify(event)));
    const sum = bursts[one.burst] ?? { count: 0, value: 0 };
    bursts[one.burst] = { count: sum.count + 1, value: sum.value + one.value };
  }
  // The feedback queue's own door: an answer that is lost may be given again.
  if (!dryRun) await inParallel(bodies, AT_ONCE, (body) => context.deadLetters.replay(body));
  return { taken, byPerson, bursts, rejects };
}

interface TakenRow {
  readonly burst: string;
  readonly value: number;
  readonly isByPerson: boolean;
  /** One by click id, one by person: they are told apart, and counted once. */
  readonly events: readonly (ConversionEvent | PersonConversion)[];
}

type Problem = { readonly problem: { readonly code: string; readonly message: string } };

/** What becomes of a row that was read: its events, or why there are none. */
async function createTaker(context: CommandContext) {
  const ring = parseKeyRing(await context.secrets.get('links/keys'));
  const host = new URL(context.linkBase).host;
  const now = context.clock.now();
  const bursts = new Map<string, Promise<Problem | undefined>>();
  const judge = (burst: string) => {
    const judged = bursts.get(burst) ?? problemOf(context, burst);
    bursts.set(burst, judged);
    return judged;
  };
  return async (row: Row, read: ConversionReport): Promise<TakenRow | Problem> => {
    const { click = '', person, value = 0 } = read;
    const claims = verify(click, 'click', host, ring.clicks);
    const burst = person?.burst ?? claims?.burst;
    if (burst === undefined) return problem('click_unknown', 'click: this is no click id of ours');
    const id = read.id ?? nameOf(row, claims, person?.contact);
    const byClick = claims ? [conversionEvent(claims, read, id, now)] : [];
    if (!person) return { burst, value, isByPerson: false, events: byClick };
    const refused = await judge(burst);
    if (refused) return refused;
    const digest = personDigest(person.contact, await context.suppressionKey());
    const whose = { burst, person: digest, byPerson: claims ? 'elsewhere' : 'credit' } as const;
    const events = [...byClick, personConversion(whose, read, id, now)];
    return { burst: claims?.burst ?? burst, value, isByPerson: true, events };
  };
}

/** Whoever is named by person has to be of a list that was frozen and went out. */
async function problemOf({ table }: CommandContext, id: string): Promise<Problem | undefined> {
  const burst = await loadBurst(table, id);
  if (!burst) return problem('burst_unknown', `burst: there is no burst ${id}`);
  if (burst.committedEpoch !== undefined) return undefined;
  return problem('burst_not_out', `burst: ${id} is not out yet`);
}

function problem(code: string, message: string): Problem {
  return { problem: { code, message } };
}

/** An empty cell beside a person's is none. */
function readRow(
  { click, person, burst, id, value, at }: Row,
  now: number,
): ConversionReport | Problem {
  const own = click === '' && person !== undefined ? undefined : click;
  const report = readReport(JSON.stringify({ click: own, person, burst, id, value, at }), now);
  if (!('field' in report)) return report;
  const { field, message, limit } = report;
  const bound = limit === undefined ? '' : ` (${limit})`;
  return problem(`${field}_invalid`, `${field} ${message}${bound}`);
}

/** For whoever has no numbers of its own: two alike in the same second are one. */
function nameOf({ click, at, value }: Row, claims: Claims | undefined, contact = ''): string {
  const whose = claims ? [claims.burst, claims.leg, claims.call, click] : [contact];
  return `import-${digestOf([...whose, at, value].join('\n')).slice(0, 22)}`;
}

// Makes notices of what happened to a burst: each occasion is stored once, whoever dies in between.

import { advance } from '#domain/advance.ts';
import { type Burst, isLeased } from '#domain/burst.ts';
import { codeOf, Fault, Refusal } from '#domain/faults.ts';
import { parseMoment } from '#domain/moment.ts';
import type { Untold } from '#domain/untold.ts';
import type { AnswerDue } from '#feedback/answers.ts';
import type { BurstReport } from '#feedback/report-of.ts';
import { appendAudit, lastAudit } from '#store/audit-log.ts';
import { loadBurst, saveBurst } from '#store/bursts.ts';
import { loadNotice, saveNotice } from '#store/notices.ts';
import { loadPlan } from '#store/plans.ts';
import { composeNotice, type Occasion } from './compose-notice.ts';
import type { NoticePorts } from './ports.ts';

/** Nothing is written to a header so shortly after its moment. */
const QUIET_AFTER_MS = 5_000;
/** What is in doubt for less may well be settled by itself. */
const DOUBT_LASTS_MS = 5 * 60_000;
/** A burst of the small hours has its morning report the next day. */
const MORNING_AFTER_MS = 6 * 3_600_000;
const ATTEMPTS_MAX = 8;

/** To be called with every burst that is looked at; cheap where there is nothing new. */
export async function tellNews(
  ports: NoticePorts,
  burst: Burst,
  { inDoubt }: { readonly inDoubt: number },
): Promise<void> {
  const now = ports.now();
  if (isNearMoment(burst, now)) return;
  const untold = burst.untold ?? [];
  const occasions = [
    ...untold.flatMap((one) => occasionOf(one, burst)),
    ...(isDoubtLasting(burst, inDoubt, now)
      ? [{ about: 'in_doubt', id: 'in_doubt' } as const]
      : []),
    ...(isMorning(burst, now) ? [{ about: 'morning_report', id: 'morning' } as const] : []),
  ];
  for (const occasion of occasions) await storeNotice(ports, burst, occasion);
  // A runner that is at work writes its own; what it has not written yet stays in the header.
  const isAlone = !isLeased(burst, now);
  if (isAlone) await keepDeeds(ports, burst);
  await clear(ports, burst, isAlone);
}

/** An answer that was promised is there: `answer-mature`, `answer-final`. */
export async function tellAnswer(ports: NoticePorts, due: AnswerDue): Promise<void> {
  const burst = await loadBurst(ports.table, due.burst, { consistent: true });
  if (!burst) return;
  await storeNotice(ports, burst, { about: 'answer_due', id: `answer-${due.kind}` }, due.report);
}

function occasionOf({ about, leg, revision }: Untold, burst: Burst): Occasion[] {
  // The answer has a notice of its own, made with the report it was read from.
  if (about === 'decided') return [];
  if (about !== 'leg' || leg === undefined) {
    return about === 'leg' ? [] : [{ about, id: `${about}-${revision}` }];
  }
  const state = burst.legs.find((one) => one.name === leg)?.state;
  // Settled meanwhile: nobody need look at it any more.
  if (state === 'published' || state === 'sent') return [];
  return [{ about: 'leg', id: `leg-${revision}`, leg }];
}

async function storeNotice(
  ports: NoticePorts,
  burst: Burst,
  occasion: Occasion,
  given?: BurstReport,
): Promise<void> {
  const { table, log, pages } = ports;
  if (await loadNotice(table, burst.id, occasion.id)) return;
  const plan = await loadPlan(table, burst.id, burst.contentHash);
  const report = given ?? (await reportFor(ports, burst));
  const head = await lastAudit(table, burst.id);
  const notice = composeNotice(occasion, {
    burst,
    targets: plan.notify,
    link: `${pages}/console/bursts/${burst.id}`,
    now: ports.now(),
    ...(report === undefined ? {} : { report }),
    ...(head === undefined ? {} : { auditHead: { position: head.position, hash: head.hash } }),
  });
  const nonce = ports.id();
  const saved = await saveNotice(table, undefined, { ...notice, nonce }, nonce);
  if (saved.kind === 'lost') return;
  const { about, id } = occasion;
  // Heads noted elsewhere are what a chain is checked against.
  log.info('notice', { burst: burst.id, about, id, auditHead: head?.hash ?? '' });
}

/** A notice without its counts is better than none. */
async function reportFor(ports: NoticePorts, burst: Burst): Promise<BurstReport | undefined> {
  if (burst.releasedAt === undefined) return undefined;
  try {
    return await ports.buildReport(burst);
  } catch (error) {
    if (error instanceof Fault && error.retryable) throw error;
    ports.log.warn('notice_without_report', { burst: burst.id, code: codeOf(error) });
    return undefined;
  }
}

/** What a runner that is gone left in the header and not in the audit log, and what measuring did. */
async function keepDeeds({ table, now }: NoticePorts, burst: Burst): Promise<void> {
  const deeds = burst.deeds ?? [];
  for (const { revision, at, what, reason } of deeds) {
    const entry = { burst: burst.id, id: `r${revision}`, at, by: 'runner', what };
    await appendAudit(table, { ...entry, ...(reason === undefined ? {} : { after: { reason } }) });
  }
  const known = new Set(deeds.map(({ revision }) => revision));
  for (const { about, revision } of burst.untold ?? []) {
    if (about !== 'decided' || known.has(revision)) continue;
    const entry = { burst: burst.id, id: `r${revision}`, at: now(), by: 'measure', what: about };
    await appendAudit(table, entry);
  }
}

async function clear(
  { table, id }: NoticePorts,
  seen: Burst,
  areDeedsKept: boolean,
): Promise<void> {
  const upTo = lastRevision(seen.untold);
  const deedsUpTo = areDeedsKept ? lastRevision(seen.deeds) : -1;
  if (upTo < 0 && deedsUpTo < 0) return;
  let burst: Burst | undefined = seen;
  for (let attempt = 0; burst && attempt < ATTEMPTS_MAX; attempt += 1) {
    const answer = advance(burst, { kind: 'told', upTo, deedsUpTo });
    if (answer.kind === 'refused' || answer.burst === burst) return;
    const saved = await saveBurst(table, burst, answer.burst, id());
    if (saved.kind === 'saved') return;
    burst = saved.current;
  }
}

function lastRevision(of: readonly { readonly revision: number }[] = []): number {
  return Math.max(-1, ...of.map(({ revision }) => revision));
}

function isNearMoment({ momentAt, state }: Burst, now: number): boolean {
  if (momentAt === undefined || (state !== 'armed' && state !== 'releasing')) return false;
  return Math.abs(now - momentAt) < QUIET_AFTER_MS;
}

function isDoubtLasting({ sentAt, state }: Burst, inDoubt: number, now: number): boolean {
  return state === 'measuring' && inDoubt > 0 && now >= (sentAt ?? now) + DOUBT_LASTS_MS;
}

/** Once, from the first eight o'clock of the burst's own zone on, while there is no final answer. */
function isMorning({ sentAt, state, zone }: Burst, now: number): boolean {
  if (sentAt === undefined || state !== 'measuring') return false;
  try {
    const after = sentAt + MORNING_AFTER_MS;
    return now >= parseMoment('08:00', { now: after, after, zone }).at;
  } catch (error) {
    // A morning that a clock change took away: the next one has an eight o'clock again.
    if (error instanceof Refusal) return false;
    throw error;
  }
}

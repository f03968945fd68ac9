// Turns a campaign file into a burst, or into the new content of one that has not been released.

import * as z from 'zod/mini';
import { advance } from '#domain/advance.ts';
import { type Burst, SCHEMA_VERSION } from '#domain/burst.ts';
import { fileLimits } from '#domain/campaign-file.ts';
import { contentHash } from '#domain/content-hash.ts';
import { Refusal } from '#domain/faults.ts';
import { refuseFile } from '#domain/file-problem.ts';
import { Id } from '#domain/ids.ts';
import type { Plan } from '#domain/plan.ts';
import { type CampaignSource, readCampaignFile } from '#domain/read-campaign-file.ts';
import { createBurst, loadBurst } from '#store/bursts.ts';
import { saveMedia } from '#store/media.ts';
import { notePlannedBurst } from '#store/planned-bursts.ts';
import { savePlan } from '#store/plans.ts';
import { audienceId } from './audience-id.ts';
import { audit, changeBurst } from './change-burst.ts';
import { type CompiledPlan, compilePlan } from './compile-plan.ts';
import { type CommandContext, requireScope } from './context.ts';
import { type AudienceCount, countAudiences, isAbove, totalOf } from './count-audiences.ts';
import { type BurstView, describeBurst, requireVersion } from './describe-burst.ts';
import { parseInput } from './parse-input.ts';
import { refuseTakenIds } from './refuse-taken-ids.ts';
import { refuseUnknownLists } from './refuse-unknown-lists.ts';
import { refuseUnverifiedSenders } from './refuse-unverified-senders.ts';
import { storeLinks } from './store-links.ts';

const FileContent = z.union([
  z.strictObject({ text: z.string() }),
  z.strictObject({ base64: z.string() }),
]);

export const PlanBurstInput = z.strictObject({
  /** Absent: named after the campaign, or after the file. */
  burst: z.optional(Id),
  /** The campaign file itself. */
  file: z.strictObject({
    name: z.string().check(z.minLength(1), z.maxLength(200)),
    text: z.string(),
  }),
  /** Files it names, by the name it uses. */
  files: z.optional(z.record(z.string(), FileContent)),
  /** Finds every problem and writes nothing. */
  dryRun: z.optional(z.boolean()),
});

export interface PlannedBurst extends BurstView {
  /** What the file left open and what was taken instead. */
  readonly defaults: readonly string[];
  /** What it says without saying it: messages compared rather than calls, parts of one list. */
  readonly notes: readonly string[];
  readonly audiences: readonly AudienceCount[];
  readonly warnings: readonly string[];
  /** False when the very same content was planned already, or nothing was to be written. */
  readonly isChanged: boolean;
}

/**
 * Planning the same content again changes nothing; other content takes the burst back to draft,
 * and with it any approval. Throws Refusal `campaign_file_invalid` with file, line and field, of a
 * sender too whom the email account has not verified, or `wrong_state` once the burst is being
 * released.
 */
export async function planBurst(
  context: CommandContext,
  input: z.output<typeof PlanBurstInput>,
): Promise<PlannedBurst> {
  requireScope(context, 'operator');
  const given = parseInput(PlanBurstInput, input);
  const { source, audiences, wanted, envelopeHash, ...read } = await readPlan(context, given);
  const asked = await refuseUnverifiedSenders(context, source, read.compiled.plan);
  const compiled = { ...read.compiled, notes: [...read.compiled.notes, ...asked] };
  if (given.dryRun) return answer(wanted, compiled, audiences, []);
  for (const media of compiled.media) await saveMedia(context.table, media.bytes);
  await savePlan(context.table, compiled.plan);
  await notePlannedBurst(context.table, wanted.id);
  const { burst, isChanged, warnings } = await writeHeader(context, wanted, envelopeHash);
  if (isChanged) await storeLinks(context, burst);
  return { ...answer(burst, compiled, audiences, warnings), isChanged };
}

export interface ReadPlan {
  readonly source: CampaignSource;
  readonly compiled: CompiledPlan;
  readonly audiences: readonly AudienceCount[];
  /** The header it would have. */
  readonly wanted: Burst;
  /** Of a plan with an envelope: the hash of what is approved, its free text left open. */
  readonly envelopeHash?: string;
}

/** What a campaign file and its files come to; writes nothing. Throws as `planBurst` does. */
export async function readPlan(
  context: CommandContext,
  input: z.output<typeof PlanBurstInput>,
): Promise<ReadPlan> {
  const { file, ...given } = input;
  const reading = readCampaignFile(file.text, file.name);
  if (reading.kind === 'refused') throw refuseFile(reading.problems);
  const { source } = reading;
  const options = {
    burst: given.burst ?? idOf(source),
    now: context.clock.now(),
    linkBase: context.linkBase,
    configurationSet: context.configurationSet,
    files: bytesOf(given.files ?? {}),
  };
  const read = compilePlan(source, options);
  const { plan } = read;
  const open = plan.envelope && compilePlan(source, { ...options, isUnfilled: true });
  const audiences = await countAudiences(context, plan);
  refuseEmptyLists(source, audiences, plan);
  await refuseUnknownLists(context, source, plan);
  await refuseTakenIds(context, source, plan);
  const compiled = { ...read, notes: [...read.notes, ...uncounted(audiences, plan)] };
  const wanted = headerOf(context, compiled, totalOf(audiences));
  const envelopeHash = open && contentHash(open.plan);
  return { source, compiled, audiences, wanted, ...(envelopeHash ? { envelopeHash } : {}) };
}

async function writeHeader(
  context: CommandContext,
  wanted: Burst,
  envelopeHash: string | undefined,
) {
  if (!(await loadBurst(context.table, wanted.id, { consistent: true }))) {
    requireVersion(context.expected, undefined);
    const saved = await createBurst(context.table, wanted, context.entropy.id());
    if (saved.kind === 'saved') {
      await audit(context, wanted.id, 'plan', undefined, { contentHash: wanted.contentHash });
      return { burst: saved.item, isChanged: true, warnings: [] };
    }
  }
  return changeBurst(context, wanted.id, 'plan', (burst) => {
    if (isSame(burst, wanted)) return { kind: 'advanced', burst, commands: [] };
    const { contentHash: hash, legs } = wanted;
    const edited = advance(burst, { kind: 'edit', contentHash: hash, legs });
    if (edited.kind === 'refused') return edited;
    const content = withContent(edited.burst, wanted);
    return { ...edited, burst: keepingApproval(burst, content, envelopeHash) };
  });
}

/** Another free text inside the envelope that was approved leaves its approval standing. */
function keepingApproval(before: Burst, after: Burst, envelopeHash: string | undefined): Burst {
  const { approval } = before;
  const approved = approval?.envelopeHash ?? approval?.contentHash;
  if (!approval || envelopeHash === undefined || approved !== envelopeHash) return after;
  const { contentHash: hash } = after;
  const kept = { ...approval, contentHash: hash, envelopeHash };
  // It is the envelope's planner whom nobody may stand in for, not whoever fills it in.
  return { ...after, state: 'approved', plannedBy: before.plannedBy, approval: kept };
}

/** The header of this content, as it stands before anybody approves it. */
function headerOf(
  context: CommandContext,
  compiled: CompiledPlan,
  recipients: number | undefined,
): Burst {
  const { plan, moment, standby } = compiled;
  const above = plan.approvalAbove;
  const isLarge = above !== undefined && isAbove(recipients, above);
  return {
    id: plan.burst,
    schemaVersion: SCHEMA_VERSION,
    state: 'draft',
    revision: 0,
    nonce: context.entropy.id(),
    contentHash: contentHash(plan),
    plannedBy: context.principal.name,
    approvalPolicy: compiled.approval === 'second' || isLarge ? 'second' : 'none',
    zone: moment?.zone ?? standby?.zone ?? 'UTC',
    ...(moment === undefined ? {} : { momentAt: moment.at }),
    ...(standby === undefined ? {} : { standbyFrom: standby.from, standbyUntil: standby.until }),
    ...(plan.outcomes === undefined ? {} : { outcomes: plan.outcomes }),
    epoch: 0,
    lanes: 0,
    policy: plan.policy,
    ...(plan.envelope === undefined ? {} : { envelope: plan.envelope }),
    legs: [...compiled.legs],
  };
}

/** An edited header with everything that the content decides, and its editor as its planner. */
function withContent(edited: Burst, wanted: Burst): Burst {
  const { outcomes: _o, momentAt: _m, standbyFrom: _f, standbyUntil: _u, ...kept } = edited;
  const { envelope: _e, ...rest } = kept;
  const { plannedBy, approvalPolicy, zone, policy } = wanted;
  const { outcomes, momentAt, standbyFrom, standbyUntil } = wanted;
  return {
    ...rest,
    plannedBy,
    approvalPolicy,
    zone,
    policy,
    ...(wanted.envelope === undefined ? {} : { envelope: wanted.envelope }),
    ...(outcomes === undefined ? {} : { outcomes }),
    ...(momentAt === undefined ? {} : { momentAt }),
    ...(standbyFrom === undefined ? {} : { standbyFrom }),
    ...(standbyUntil === undefined ? {} : { standbyUntil }),
  };
}

/** The same content for the same moment; a burst that was rescheduled by hand keeps that moment. */
function isSame(burst: Burst, wanted: Burst): boolean {
  if (burst.contentHash !== wanted.contentHash) return false;
  if (burst.state !== 'draft') return true;
  return (
    // A draft that nobody could count the people of may be counted by now.
    burst.approvalPolicy === wanted.approvalPolicy &&
    burst.momentAt === wanted.momentAt &&
    burst.standbyFrom === wanted.standbyFrom &&
    burst.standbyUntil === wanted.standbyUntil
  );
}

function answer(
  burst: Burst,
  compiled: CompiledPlan,
  audiences: readonly AudienceCount[],
  warnings: readonly string[],
): PlannedBurst {
  const { defaults, notes } = compiled;
  return { ...describeBurst(burst), defaults, notes, audiences, warnings, isChanged: false };
}

function idOf(source: CampaignSource): string {
  const id = source.file.campaign ?? audienceId(source.name.replace(/\.(?:ya?ml|json)$/i, ''));
  if (id !== undefined) return id;
  throw new Refusal('input_invalid', 'burst: no id comes out of the name of the file', {
    field: 'burst',
    limit: '1 to 64 of a-z, 0-9 and -',
  });
}

function bytesOf(files: { readonly [name: string]: z.output<typeof FileContent> }) {
  const names = Object.keys(files);
  if (names.length > fileLimits.filesMax) {
    throw new Refusal('input_invalid', `files: there are ${names.length}`, {
      field: 'files',
      limit: `at most ${fileLimits.filesMax}`,
    });
  }
  for (const [name, content] of Object.entries(files)) {
    // Before a byte of it is looked at: no file that could be taken is nearly as long.
    const { length } = 'text' in content ? content.text : content.base64;
    if (length <= 2 * fileLimits.imageBytes) continue;
    throw new Refusal('input_invalid', `files: "${name.slice(0, 80)}" is too large`, {
      field: 'files',
      limit: `at most ${fileLimits.imageBytes} bytes`,
    });
  }
  return new Map(
    Object.entries(files).map(([name, content]) => [
      name,
      'text' in content ? Buffer.from(content.text) : Buffer.from(content.base64, 'base64'),
    ]),
  );
}

/** What nobody could count, and what follows from that. */
function uncounted(audiences: readonly AudienceCount[], { approvalAbove }: Plan): string[] {
  const lists = audiences.filter(({ contacts }) => contacts === undefined);
  const then = approvalAbove === undefined ? '' : ', so that a second person has to approve it';
  return lists.map(
    ({ leg, audience }) => `${leg}: too many people on ${audience} to count them now${then}`,
  );
}

function refuseEmptyLists(
  source: CampaignSource,
  audiences: readonly AudienceCount[],
  plan: Plan,
): void {
  const isPart = (name: string) =>
    plan.legs.some((leg) => leg.kind === 'email' && leg.name === name && leg.segment);
  const problems = audiences
    .filter((one) => one.contacts === 0)
    .map((one) =>
      source.problem({
        path: ['burst', 'legs', one.leg, 'to'],
        message: isPart(one.leg)
          ? `of the list "${one.audience}" nobody is meant by this segment`
          : `there is nobody in the list "${one.audience}": import it first`,
      }),
    );
  if (problems.length > 0) throw refuseFile(problems);
}

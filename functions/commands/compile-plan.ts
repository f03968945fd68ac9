// From a campaign file and the files it names to the plan that is approved, stored and sent.

import { createHash } from 'node:crypto';
import { parseAddress } from '#domain/address.ts';
import { RESERVED_NAMES } from '#domain/campaign-file.ts';
import { parseDestination } from '#domain/destination.ts';
import { parseDuration, renderDuration } from '#domain/duration.ts';
import { Refusal } from '#domain/faults.ts';
import { type FileProblem, type Path, refuseFile } from '#domain/file-problem.ts';
import type { LegSummary } from '#domain/leg.ts';
import type { LegFile } from '#domain/leg-file.ts';
import { limits } from '#domain/limits.ts';
import { type Moment, parseMoment } from '#domain/moment.ts';
import { type CallToAction, type LegPlan, Plan } from '#domain/plan.ts';
import type { CampaignSource } from '#domain/read-campaign-file.ts';
import { envelopeOf, type Fill, fillOf } from './compile-envelope.ts';
import { frequencyCapOf, holdoutOf } from './compile-holding.ts';
import { compileLeg } from './compile-leg.ts';
import { registrationOf } from './compile-registration.ts';
import { disjoint } from './compile-segments.ts';
import { followUpsOf } from './compile-then.ts';

export interface CompileOptions {
  readonly burst: string;
  readonly now: number;
  /** Where this deployment serves tracked links: `https://go.example.com`. */
  readonly linkBase: string;
  readonly configurationSet: string;
  /** Leaves the envelope's free text open, as it was approved. */
  readonly isUnfilled?: boolean;
  /** By the name the campaign file uses. */
  readonly files: ReadonlyMap<string, Uint8Array>;
}

export interface Media {
  readonly sha256: string;
  readonly type: string;
  readonly bytes: Uint8Array;
}

export interface CompiledPlan {
  readonly plan: Plan;
  readonly legs: readonly LegSummary[];
  readonly media: readonly Media[];
  readonly moment?: Moment;
  readonly standby?: { readonly from: number; readonly until: number; readonly zone: string };
  /** `second` always; with `plan.approvalAbove` only above so many recipients. */
  readonly approval: 'none' | 'second';
  /** What the file left open and what was taken instead, one sentence each. */
  readonly defaults: readonly string[];
  /** What the file says without saying it, one sentence each. */
  readonly notes: readonly string[];
}

/** What the compiling of one file gathers on its way. */
export class Compilation {
  readonly source: CampaignSource;
  readonly options: CompileOptions;
  readonly problems: FileProblem[] = [];
  readonly defaults: string[] = [];
  readonly notes: string[] = [];
  readonly media = new Map<string, Media>();
  /** What stands where the envelope's field does. */
  fill: Fill | undefined;

  constructor(source: CampaignSource, options: CompileOptions) {
    this.source = source;
    this.options = options;
  }

  problem(path: Path, message: string, limit?: string): undefined {
    const found = limit === undefined ? { path, message } : { path, message, limit };
    this.problems.push(this.source.problem(found));
    return undefined;
  }

  /** The value, or the default, which is then stated. */
  orDefault<T>(path: Path, value: T | undefined, fallback: T, shown = String(fallback)): T {
    if (value !== undefined) return value;
    this.defaults.push(`${path.join('.')}: ${shown}`);
    return fallback;
  }

  /** Milliseconds of a duration, or the default. */
  duration(path: Path, text: string | undefined, fallbackMs: number): number {
    const given = text === undefined ? undefined : parseDuration(text);
    return this.orDefault(path, given, fallbackMs, renderDuration(fallbackMs));
  }

  /** The bytes of a file that came along; a problem when it did not or is too large. */
  bytes(path: Path, name: string, bytesMax: number): Uint8Array | undefined {
    const bytes = this.options.files.get(name);
    if (!bytes) return this.problem(path, `the file "${name}" is missing`);
    if (bytes.length > bytesMax) {
      return this.problem(
        path,
        `the file "${name}" has ${bytes.length} bytes`,
        `at most ${bytesMax} bytes`,
      );
    }
    return bytes;
  }

  keep(bytes: Uint8Array, type: string): string {
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    this.media.set(sha256, { sha256, type, bytes });
    return sha256;
  }
}

/**
 * Pure: same file, files and options, same plan. Throws Refusal `campaign_file_invalid` that
 * names every problem with file, line and field.
 */
export function compilePlan(source: CampaignSource, options: CompileOptions): CompiledPlan {
  const compilation = new Compilation(source, options);
  const { file } = source;
  const linkBase = linkBaseOf(compilation);
  const calls = callsOf(compilation, new URL(linkBase).host);
  compilation.fill = fillOf(compilation);
  const legs = legsOf(compilation, calls);
  const timing = timingOf(compilation);
  const withinMs = compilation.duration(['goal', 'within'], file.goal?.within, 7 * 86_400_000);
  if (withinMs < 60_000 || withinMs > 90 * 86_400_000) {
    compilation.problem(['goal', 'within'], 'the goal must count within reason', '1m to 90d');
  }
  const approval = approvalOf(compilation);
  const notify = notifyOf(compilation);
  const cap = frequencyCapOf(compilation);
  const holdout = holdoutOf(compilation);
  const plans = legs.map((leg) => leg.plan);
  const registration = registrationOf(compilation, plans);
  const envelope = envelopeOf(compilation, plans);
  const followUps = followUpsOf(compilation, plans, calls);
  if (compilation.problems.length > 0) throw refuseFile(compilation.problems);
  const { goal, burst } = file;
  const outcomes = burst.outcomes ? Object.keys(burst.outcomes) : undefined;
  const plan: Plan = Plan.parse({
    burst: options.burst,
    campaign: compilation.orDefault(['campaign'], file.campaign, options.burst),
    ...(file.offer === undefined ? {} : { offer: file.offer }),
    ...(goal === undefined
      ? {}
      : {
          goal: {
            count: goal.count,
            withinMs,
            ...(goal.target === undefined ? {} : { target: goal.target }),
          },
        }),
    linkBase,
    notify,
    calls,
    utm: compilation.orDefault(['utm'], file.utm, true),
    legs: plans,
    ...(followUps.length === 0 ? {} : { followUps }),
    ...(outcomes === undefined ? {} : { outcomes }),
    ...(approval.above === undefined ? {} : { approvalAbove: approval.above }),
    policy: compilation.orDefault(['burst', 'in-doubt'], burst['in-doubt'], 'at-most-once'),
    ...cap,
    ...holdout,
    ...envelope,
    attributionMs: withinMs,
    registration,
    plannedAt: options.now,
  });
  return {
    plan,
    legs: legs.map((leg) => leg.summary),
    media: [...compilation.media.values()],
    ...timing,
    approval: approval.policy,
    defaults: compilation.defaults,
    notes: compilation.notes,
  };
}

function linkBaseOf(compilation: Compilation): string {
  const { linkBase } = compilation.options;
  const { links } = compilation.source.file;
  const host = new URL(linkBase).host;
  if (compilation.orDefault(['links'], links, host) !== host) {
    compilation.problem(
      ['links'],
      `"${links}" is not the link domain of this deployment, which is ${host}`,
    );
  }
  return linkBase;
}

function callsOf(compilation: Compilation, linkHost: string): CallToAction[] {
  const { calls } = compilation.source.file;
  const names = Object.keys(calls);
  if (names.length < limits.callsMin || names.length > limits.callsMax) {
    compilation.problem(
      ['calls'],
      `there are ${names.length} calls`,
      `${limits.callsMin} to ${limits.callsMax}`,
    );
  }
  return Object.entries(calls).map(([name, call]) => {
    if (isReserved(name)) compilation.problem(['calls', name], `"${name}" is a reserved word`);
    const destination = parseDestination(call.to, linkHost);
    if (destination.kind === 'refused') {
      compilation.problem(['calls', name, 'to'], destination.message, destination.limit);
      return { name, say: call.say, to: '' };
    }
    const typed = /^https?:\/\/([^/?#:]+)/i.exec(call.to)?.[1] ?? '';
    if (/[^\u0021-\u007e]/.test(typed)) {
      compilation.notes.push(
        `calls.${name}.to: the host is ${destination.host}, whatever it looks like: make sure that it is meant`,
      );
    }
    return { name, say: call.say, to: destination.url };
  });
}

const NAME_MAX = 40;

export interface CompiledLeg {
  readonly plan: LegPlan;
  readonly summary: LegSummary;
}

/** Legs of every outcome and legs of one; the latter carry the outcome's name before their own. */
function legsOf(compilation: Compilation, calls: readonly CallToAction[]): readonly CompiledLeg[] {
  const { burst } = compilation.source.file;
  const compiled: CompiledLeg[] = [];
  const names = new Set<string>();
  const add = (path: Path, name: string, leg: LegFile, outcome?: string): void => {
    if (names.has(name)) compilation.problem(path, `two legs are called "${name}"`);
    names.add(name);
    for (const found of compileLeg(compilation, { path, name, leg, calls, outcome })) {
      if (found.plan.name !== name && names.has(found.plan.name)) {
        compilation.problem(path, `a post of this series and a leg are both "${found.plan.name}"`);
      }
      if (found.plan.name.length > NAME_MAX) {
        const message = `"${found.plan.name}" is too long a name for a post of a series`;
        compilation.problem(path, message, `at most ${NAME_MAX} characters`);
      }
      compiled.push(found);
    }
  };
  for (const [name, leg] of Object.entries(burst.legs ?? {}))
    add(['burst', 'legs', name], name, leg);
  for (const [outcome, { legs }] of Object.entries(burst.outcomes ?? {})) {
    const path = ['burst', 'outcomes', outcome];
    if (isReserved(outcome)) compilation.problem(path, `"${outcome}" is a reserved word`);
    for (const [name, leg] of Object.entries(legs)) {
      const full = `${outcome}-${name}`;
      if (full.length > 40)
        compilation.problem(
          [...path, 'legs', name],
          `"${full}" is too long`,
          'at most 40 characters with the outcome before it',
        );
      else add([...path, 'legs', name], full, leg, outcome);
    }
  }
  checkNumbers(compilation, names.size, compiled);
  return disjoint(compilation, compiled);
}

/** How much one burst may be; `legs` as the file names them. */
function checkNumbers(
  compilation: Compilation,
  legs: number,
  compiled: readonly CompiledLeg[],
): void {
  const waves = compiled.reduce((sum, { plan }) => sum + wavesOf(plan), 0);
  const tooMuch = (what: string, most: string) => compilation.problem(['burst'], what, most);
  if (legs === 0) compilation.problem(['burst'], 'the burst has no leg');
  if (legs > limits.legsMax) tooMuch(`there are ${legs} legs`, `at most ${limits.legsMax}`);
  if (compiled.length > limits.postsMax) {
    tooMuch(`there are ${compiled.length} posts and emails`, `at most ${limits.postsMax}`);
  }
  if (waves > limits.wavesMax) {
    tooMuch(`the legs leave in ${waves} waves`, `at most ${limits.wavesMax} together`);
  }
}

function wavesOf(plan: LegPlan): number {
  return plan.kind === 'email' ? (plan.waves?.length ?? 0) : 0;
}

function timingOf(compilation: Compilation): Pick<CompiledPlan, 'moment' | 'standby'> {
  const { burst } = compilation.source.file;
  const { now } = compilation.options;
  if (burst.at !== undefined && burst.standby !== undefined) {
    compilation.problem(['burst', 'at'], 'a burst has a moment or a stand-by, not both');
  }
  if (burst.outcomes !== undefined && burst.standby === undefined) {
    compilation.problem(['burst', 'outcomes'], 'outcomes need a stand-by: one of them is fired');
  }
  try {
    if (burst.standby) {
      const pastAllowed = true;
      const from = parseMoment(burst.standby.from, {
        now,
        pastAllowed,
        field: 'burst.standby.from',
      });
      const { zone } = from;
      const until = parseMoment(burst.standby.until, {
        now,
        zone,
        after: from.at,
        field: 'burst.standby.until',
      });
      if (until.at > from.at) return { standby: { from: from.at, until: until.at, zone } };
      compilation.problem(['burst', 'standby', 'until'], 'stand-by must end after it begins');
    } else if (burst.at !== undefined) {
      return { moment: parseMoment(burst.at, { now, field: 'burst.at' }) };
    } else {
      compilation.defaults.push('burst.at: none yet, said when the burst is scheduled');
    }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    compilation.problem(
      (error.details.field ?? 'burst').split('.'),
      error.message,
      error.details.limit,
    );
  }
  return {};
}

function approvalOf(compilation: Compilation): { policy: 'none' | 'second'; above?: number } {
  const text = compilation.orDefault(
    ['burst', 'approval'],
    compilation.source.file.burst.approval,
    'none',
  );
  const above = / above (\d+)$/.exec(text)?.[1];
  if (above !== undefined) return { policy: 'none', above: Number(above) };
  return { policy: text === 'none' ? 'none' : 'second' };
}

function notifyOf(compilation: Compilation): string[] {
  const { notify } = compilation.source.file;
  return compilation.orDefault(['notify'], notify, [], 'nobody').flatMap((text, index) => {
    const target = notifyTarget(text);
    if ('to' in target) return [target.to];
    compilation.problem(['notify', index], target.problem);
    return [];
  });
}

/** An address, or where a signed webhook goes; that it may be called is checked at every call. */
function notifyTarget(text: string): { readonly to: string } | { readonly problem: string } {
  if (/^https?:/i.test(text)) {
    const url = URL.canParse(text) ? new URL(text) : undefined;
    const isPlain = url?.protocol === 'https:' && url.username === '' && url.hash === '';
    const isLocal = url?.protocol === 'http:' && /^(?:127\.0\.0\.1|localhost)$/.test(url.hostname);
    if (url && (isPlain || isLocal)) return { to: url.href };
    return { problem: 'a webhook is an https address without name, password or fragment' };
  }
  const parsed = parseAddress(text);
  return parsed.kind === 'address' ? { to: parsed.address } : { problem: parsed.message };
}

function isReserved(name: string): boolean {
  return RESERVED_NAMES.some((reserved) => reserved === name);
}

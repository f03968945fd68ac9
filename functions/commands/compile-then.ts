// What follows a burst: thanks to whoever converted, a reminder to whoever did not click.

import { createHash } from 'node:crypto';
import { type FollowUpFile, fileLimits } from '#domain/campaign-file.ts';
import { type CompiledEmail, compileEmail } from '#domain/compile-email.ts';
import { parseDuration } from '#domain/duration.ts';
import { Refusal } from '#domain/faults.ts';
import type { Path } from '#domain/file-problem.ts';
import { limits } from '#domain/limits.ts';
import type {
  Allocation,
  CallToAction,
  EmailLegPlan,
  FollowUpPlan,
  LegPlan,
} from '#domain/plan.ts';
import { parseSender } from '#domain/sender.ts';
import { allocationFrom } from './compile-allocation.ts';
import type { Compilation } from './compile-plan.ts';

const AFTER_MIN_MS = 10 * 60_000;
const AFTER_MAX_MS = 30 * 86_400_000;
const ID_MAX = 64;
/** One follow-up for every entry of `then`; each has a leg for every email leg of the burst. */
export function followUpsOf(
  compilation: Compilation,
  legs: readonly LegPlan[],
  calls: readonly CallToAction[],
): FollowUpPlan[] {
  const emails = legs.filter((leg) => leg.kind === 'email');
  const given = Object.entries(compilation.source.file.burst.then ?? {});
  return given.flatMap(([name, file]) => {
    const path = ['burst', 'then', name];
    if (emails.length === 0) {
      // A leg that could not be read is there all the same, and what is wrong with it is said.
      if (compilation.problems.length === 0) {
        compilation.problem(path, 'a follow-up needs an email leg that it follows');
      }
      return [];
    }
    const afterMs = afterOf(compilation, path, file);
    const content = contentOf(compilation, path, file, calls);
    const from = file.from === undefined ? undefined : senderOf(compilation, path, file.from);
    const deadlineMs = compilation.duration([...path, 'late'], file.late, limits.emailDeadlineMs);
    if (!content) return [];
    const burst = idOf(compilation.options.burst, name);
    const more = { ...content, ...(from === undefined ? {} : { from }), deadlineMs };
    const own = emails.map((leg) => legOf(leg, compilation.options.burst, file.who, more));
    return [{ name, burst, afterMs, legs: own }];
  });
}

/** `atlas-launch-thank`; of a long name the end is its hash. */
function idOf(burst: string, name: string): string {
  const id = `${burst}-${name.replaceAll('_', '-')}`;
  if (id.length <= ID_MAX) return id;
  const mark = createHash('sha256').update(id).digest('hex').slice(0, 8);
  return `${id.slice(0, ID_MAX - 9).replace(/-+$/, '')}-${mark}`;
}

interface Content extends CompiledEmail {
  readonly allocation: Allocation;
}

type More = Content & Pick<EmailLegPlan, 'deadlineMs'> & { readonly from?: string };

/** The leg it follows with other words, for those whom that one reached. */
function legOf(
  leg: EmailLegPlan,
  burst: string,
  who: FollowUpFile['who'],
  more: More,
): EmailLegPlan {
  const { waves: _w, first: _f, firstWave: _a, firstWaveReason: _r, segment: _s, ...rest } = leg;
  const { exceptLists: _e, skipConverted: _c, ...base } = rest;
  const isReminder = who !== 'converted';
  return {
    ...base,
    ...more,
    ...(isReminder ? { skipConverted: {} } : {}),
    followUp: { burst, leg: leg.name, who },
    offsetMs: 0,
    ifNotReady: 'hold',
  };
}

function afterOf(compilation: Compilation, path: Path, file: FollowUpFile): number {
  const afterMs = parseDuration(file.after) ?? 0;
  if (afterMs < AFTER_MIN_MS || afterMs > AFTER_MAX_MS) {
    const message = 'a follow-up leaves some time after the moment';
    compilation.problem([...path, 'after'], message, '10m to 30d');
  }
  return afterMs;
}

function senderOf(compilation: Compilation, path: Path, text: string): string | undefined {
  const sender = parseSender(text);
  if (sender.kind === 'sender') return sender.header;
  return compilation.problem([...path, 'from'], sender.message);
}

function contentOf(
  compilation: Compilation,
  path: Path,
  file: FollowUpFile,
  calls: readonly CallToAction[],
): Content | undefined {
  const field = [...path, 'body'];
  const bytes = compilation.bytes(field, file.body, fileLimits.bodyBytes);
  if (!bytes) return undefined;
  const body = Buffer.from(bytes).toString('utf8');
  const heading = /^#{1,6}[ \t]+(.+?)[ \t#]*$/m.exec(body)?.[1];
  if (file.subject === undefined && heading === undefined) {
    const message = `"${file.body}" has no heading that could be the subject`;
    return compilation.problem([...path, 'subject'], message, 'a subject, or # a heading');
  }
  const subject = compilation.orDefault([...path, 'subject'], file.subject, heading ?? '');
  const allocation = allocationOf(compilation, path, { file, body, calls });
  if (!allocation) return undefined;
  try {
    return { ...compileEmail({ subject, body, calls, mayAskNothing: true }), allocation };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return compilation.problem(field, error.message, error.details.limit);
  }
}

/** Nothing is asked where {call} stands nowhere; the first call then has no link that could count. */
function allocationOf(
  compilation: Compilation,
  path: Path,
  {
    file,
    body,
    calls,
  }: {
    readonly file: FollowUpFile;
    readonly body: string;
    readonly calls: readonly CallToAction[];
  },
): Allocation | undefined {
  const field = [...path, 'calls'];
  if (file.calls !== undefined) return allocationFrom(compilation, field, file.calls, calls);
  if (body.includes('{call}')) {
    const message = 'the body holds {call}, and nobody says which';
    return compilation.problem(field, message, 'for instance calls: split');
  }
  return calls.slice(0, 1).map(({ name }) => ({ call: name, weight: 1 }));
}

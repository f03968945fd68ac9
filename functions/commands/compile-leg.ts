// One leg of a campaign file: what it says, to whom, and when it would be too late.

import { parseAddress } from '#domain/address.ts';
import { fileLimits } from '#domain/campaign-file.ts';
import { type CompiledEmail, compileEmail } from '#domain/compile-email.ts';
import { parseDuration } from '#domain/duration.ts';
import { Refusal } from '#domain/faults.ts';
import type { Path } from '#domain/file-problem.ts';
import type { BroadcastLegFile, EmailLegFile, LegFile } from '#domain/leg-file.ts';
import { limits } from '#domain/limits.ts';
import type { BroadcastLegPlan, CallToAction, EmailLegPlan, LegPlan } from '#domain/plan.ts';
import { parseSender } from '#domain/sender.ts';
import { audienceId } from './audience-id.ts';
import { allocationFrom } from './compile-allocation.ts';
import { filled } from './compile-envelope.ts';
import { firstWaveOf } from './compile-first-wave.ts';
import { holdingOf } from './compile-holding.ts';
import type { Compilation, CompiledLeg } from './compile-plan.ts';
import { postsOf } from './compile-post-calls.ts';

interface Input<L> {
  readonly path: Path;
  readonly name: string;
  readonly leg: L;
  readonly calls: readonly CallToAction[];
  readonly outcome: string | undefined;
}

const OFFSET_MAX_MS = 24 * 3_600_000;
const LATE_MAX_MS = 7 * 86_400_000;

/**
 * One leg, or one for each post of a series; none when the leg has a problem, which then stands
 * in the compilation.
 */
export function compileLeg(compilation: Compilation, input: Input<LegFile>): CompiledLeg[] {
  const { leg } = input;
  if (leg.channel !== 'email') {
    const posts = compileBroadcastLeg(compilation, { ...input, leg: leg as BroadcastLegFile });
    return posts.map(withSummary);
  }
  const plan = compileEmailLeg(compilation, { ...input, leg: leg as EmailLegFile });
  return plan ? [withSummary(plan)] : [];
}

function withSummary(plan: LegPlan): CompiledLeg {
  const { name, channel, offsetMs, deadlineMs, ifNotReady, outcome } = plan;
  const summary = { name, channel, offsetMs, deadlineMs, ifNotReady, state: 'planned' as const };
  return { plan, summary: outcome === undefined ? summary : { ...summary, outcome } };
}

function timingOf(compilation: Compilation, { path, leg, outcome }: Input<LegFile>) {
  const { burst } = compilation.source.file;
  const offsetMs = leg.offset === undefined ? 0 : (parseDuration(leg.offset) ?? 0);
  if (Math.abs(offsetMs) > OFFSET_MAX_MS) {
    compilation.problem(
      [...path, 'offset'],
      'the leg starts too far from the moment',
      'at most 24h',
    );
  }
  const usualMs = leg.channel === 'email' ? limits.emailDeadlineMs : limits.broadcastDeadlineMs;
  const deadlineMs = compilation.duration([...path, 'late'], leg.late ?? burst.late, usualMs);
  if (deadlineMs < 1_000 || deadlineMs > LATE_MAX_MS) {
    compilation.problem([...path, 'late'], 'a leg is late after a sensible time', '1s to 7d');
  }
  const stated = leg['if-not-ready'] ?? burst['if-not-ready'];
  const ifNotReady = compilation.orDefault([...path, 'if-not-ready'], stated, 'hold' as const);
  const timing = { offsetMs, deadlineMs, ifNotReady };
  return outcome === undefined ? timing : { ...timing, outcome };
}

function compileEmailLeg(
  compilation: Compilation,
  input: Input<EmailLegFile>,
): EmailLegPlan | undefined {
  const { path, name, leg } = input;
  const timing = timingOf(compilation, input);
  const audience = audienceOf(compilation, input);
  const allocation = allocationFrom(compilation, [...path, 'calls'], leg.calls, input.calls);
  const holding = holdingOf(compilation, { ...input, allocation: allocation ?? [] });
  const from = senderOf(compilation, [...path, 'from'], leg.from);
  const replyTo =
    leg['reply-to'] === undefined
      ? undefined
      : replyToOf(compilation, [...path, 'reply-to'], leg['reply-to']);
  const content = contentOf(compilation, input);
  if (audience === undefined || allocation === undefined || from === undefined || !content)
    return undefined;
  return {
    kind: 'email',
    name,
    channel: 'email',
    audience,
    ...whoOf(leg),
    ...segmentsOf(compilation, input),
    ...(leg.first === undefined ? {} : { first: leg.first }),
    allocation,
    ...holding,
    ...firstWaveOf(compilation, input),
    from,
    ...(replyTo === undefined ? {} : { replyTo }),
    ...content,
    configurationSet: compilation.options.configurationSet,
    ...timing,
  };
}

function whoOf({ to }: EmailLegFile): Pick<EmailLegPlan, 'segment' | 'requireConsent'> {
  if (typeof to === 'string') return {};
  return {
    ...(to.segment === undefined ? {} : { segment: to.segment }),
    ...(to.consent === undefined ? {} : { requireConsent: true }),
  };
}

function segmentsOf(
  compilation: Compilation,
  { path, leg }: Input<EmailLegFile>,
): Pick<EmailLegPlan, 'segments'> {
  const segments = Object.entries(leg.segments ?? {}).map(([name, segment]) => ({ name, segment }));
  if (segments.length === 0) return {};
  if (segments.length > limits.segmentsMax) {
    const message = `${segments.length} segments are more than anybody looks at`;
    compilation.problem([...path, 'segments'], message, `at most ${limits.segmentsMax}`);
  }
  return { segments };
}

function audienceOf(
  compilation: Compilation,
  { path, leg }: Input<EmailLegFile>,
): string | undefined {
  const list = typeof leg.to === 'string' ? leg.to : leg.to.list;
  const audience = audienceId(list);
  if (audience !== undefined) return audience;
  return compilation.problem(
    [...path, 'to'],
    `"${list}" is no name of a list`,
    'a file name or an id of a-z, 0-9 and -, 1 to 64 characters',
  );
}

function senderOf(compilation: Compilation, path: Path, text: string): string | undefined {
  const sender = parseSender(text);
  return sender.kind === 'sender' ? sender.header : compilation.problem(path, sender.message);
}

function replyToOf(compilation: Compilation, path: Path, text: string): string | undefined {
  const address = parseAddress(text);
  return address.kind === 'address' ? address.address : compilation.problem(path, address.message);
}

function contentOf(compilation: Compilation, input: Input<EmailLegFile>) {
  const { path, leg, calls } = input;
  const field = [...path, 'body'];
  const bytes = compilation.bytes(field, leg.body, fileLimits.bodyBytes);
  if (!bytes) return undefined;
  let body: string;
  try {
    body = filled(
      new TextDecoder('utf-8', { fatal: true }).decode(bytes),
      compilation.fill,
      'markdown',
    );
  } catch {
    return compilation.problem(field, `the file "${leg.body}" is not UTF-8 text`);
  }
  noteHtml(compilation, leg.body, body);
  // The body alone first, so that what is wrong with the subject is said of the subject.
  try {
    compileEmail({ subject: 'Subject', body, calls });
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const { line, limit } = error.details;
    compilation.problems.push({
      file: leg.body,
      ...(line === undefined ? {} : { line }),
      field: field.join('.'),
      message: error.message,
      ...(limit === undefined ? {} : { limit }),
    });
    return undefined;
  }
  try {
    return withFallbacks(
      compilation,
      input,
      body,
      compileEmail({ subject: filled(leg.subject, compilation.fill, 'plain'), body, calls }),
    );
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return compilation.problem([...path, 'subject'], error.message, error.details.limit);
  }
}

/** Nothing is taken out in silence: what looks like HTML is not HTML here. */
function noteHtml(compilation: Compilation, file: string, body: string): void {
  const index = body.search(/<\/?[a-z][a-z0-9]*(?:\s[^<>]*)?>/i);
  if (index < 0) return;
  const line = body.slice(0, index).split('\n').length;
  const note = `${file}:${line}: HTML is read as text here and shown as it stands; write Markdown`;
  if (!compilation.notes.includes(note)) compilation.notes.push(note);
}

/** A column without a fallback reads `Hi ,` to whoever lacks it; an empty one is said: `{name|}`. */
function withFallbacks(
  compilation: Compilation,
  { path, leg }: Input<EmailLegFile>,
  body: string,
  compiled: CompiledEmail,
): CompiledEmail {
  for (const [name, fallback] of Object.entries(compiled.slots)) {
    const isStated = new RegExp(`\\{\\s*${name}\\s*\\|`).test(`${leg.subject}\n${body}`);
    if (fallback !== '' || isStated) continue;
    const message = `{${name}} has no fallback: write {${name}|there}, or {${name}|} for nothing`;
    const inSubject = leg.subject.includes(`{${name}`);
    compilation.problem([...path, inSubject ? 'subject' : 'body'], message);
  }
  return compiled;
}

function compileBroadcastLeg(
  compilation: Compilation,
  input: Input<BroadcastLegFile>,
): BroadcastLegPlan[] {
  const { path, name, leg } = input;
  const timing = timingOf(compilation, input);
  const posts = postsOf(compilation, input, leg.calls);
  const announcement = filled(leg.text, compilation.fill, 'plain');
  checkText(compilation, [...path, 'text'], announcement);
  const image = leg.image === undefined ? undefined : imageOf(compilation, path, leg.image);
  return posts.map(({ suffix, afterMs, carried }) => ({
    kind: 'broadcast',
    name: `${name}${suffix}`,
    channel: leg.channel,
    connection: leg.connection ?? leg.channel,
    ...carried,
    text: announcement,
    ...(leg.language === undefined ? {} : { language: leg.language }),
    ...(image === undefined ? {} : { image }),
    ...timing,
    offsetMs: timing.offsetMs + afterMs,
  }));
}

function checkText(compilation: Compilation, path: Path, text: string): void {
  const placeholders = [...text.matchAll(/\{([^{}]*)\}/g)].map(([, inner]) => inner);
  const count = placeholders.filter((inner) => inner === 'call').length;
  if (count !== 1) {
    compilation.problem(
      path,
      `{call} stands ${count === 0 ? 'nowhere' : `${count} times`} in the text`,
      'exactly once',
    );
  }
  const other = placeholders.find((inner) => inner !== 'call');
  if (other !== undefined) {
    compilation.problem(
      path,
      `a post knows {call} only, not {${other.slice(0, 40)}}: everybody reads the same`,
    );
  }
  if (/[\p{Cc}]/u.test(text.replaceAll('\n', '')))
    compilation.problem(path, 'the text holds a control character');
}

function imageOf(compilation: Compilation, path: Path, image: { file: string; alt: string }) {
  const field = [...path, 'image', 'file'];
  const bytes = compilation.bytes(field, image.file, fileLimits.imageBytes);
  if (!bytes) return undefined;
  const type = imageType(bytes);
  if (!type)
    return compilation.problem(
      field,
      `"${image.file}" is no image we know`,
      'PNG, JPEG, GIF or WebP',
    );
  return { sha256: compilation.keep(bytes, type), type, alt: image.alt };
}

/** By the first bytes, never by the name. */
function imageType(bytes: Uint8Array): string | undefined {
  const head = Buffer.from(bytes.subarray(0, 12)).toString('latin1');
  if (head.startsWith('\u0089PNG\r\n\u001a\n')) return 'image/png';
  if (head.startsWith('\u00ff\u00d8\u00ff')) return 'image/jpeg';
  if (/^GIF8[79]a/.test(head)) return 'image/gif';
  if (head.startsWith('RIFF') && head.endsWith('WEBP')) return 'image/webp';
  return undefined;
}

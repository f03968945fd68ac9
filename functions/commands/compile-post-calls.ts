// What a post says to do: one call, one of a series by chance, or whatever its link decides.

import { drawSeries } from '#domain/draw-series.ts';
import { parseDuration } from '#domain/duration.ts';
import type { Path } from '#domain/file-problem.ts';
import type { PostCalls } from '#domain/leg-file.ts';
import type { BroadcastLegPlan, CallToAction } from '#domain/plan.ts';
import { isKnownCall } from './compile-allocation.ts';
import type { Compilation } from './compile-plan.ts';

type Carried = Pick<BroadcastLegPlan, 'call' | 'visitors' | 'say' | 'series'>;

/** One post of a leg: what it carries, and how long after the leg's start it goes out. */
export interface PlannedPost {
  /** Behind the leg's name; empty where it is one post. */
  readonly suffix: string;
  readonly afterMs: number;
  readonly carried: Carried;
}

interface Input {
  readonly path: Path;
  readonly name: string;
  readonly calls: readonly CallToAction[];
}

const EVERY_MIN_MS = 10 * 60_000;
const EVERY_MAX_MS = 7 * 86_400_000;
const READ_MAX_MS = 30 * 86_400_000;
const SPAN_MAX_MS = 30 * 86_400_000;
const DAY_MS = 86_400_000;
/** Fewer can prove nothing, whatever they say (statistics S16). */
const POSTS_A_CALL = 4;
const PAIRS = 6;

/** The posts of a leg in their order; none where something is wrong, which is then said. */
export function postsOf(compilation: Compilation, input: Input, given: PostCalls): PlannedPost[] {
  const field = [...input.path, 'calls'];
  if (typeof given === 'string') {
    if (given === 'split') {
      const message = 'a post cannot be split: everybody sees the same one, so name one call';
      compilation.problem(field, message, 'a call, a series, or after-the-click');
      return [];
    }
    if (!isKnownCall(compilation, field, given, input.calls)) return [];
    return [{ suffix: '', afterMs: 0, carried: { call: given } }];
  }
  if ('series' in given) return seriesOf(compilation, input, given);
  const place = [...field, 'after-the-click'];
  const visitors = callsOf(compilation, place, given['after-the-click'], input.calls);
  if (!visitors) return [];
  compilation.notes.push(
    `${input.name} is one post: chance decides behind its link, so it tests the page that is asked to convince and not the post (randomised after the click)`,
  );
  return [{ suffix: '', afterMs: 0, carried: { call: 'split', visitors, say: given.say } }];
}

function callsOf(
  compilation: Compilation,
  field: Path,
  given: string | readonly string[] | undefined,
  calls: readonly CallToAction[],
): string[] | undefined {
  const names =
    given === undefined || given === 'split' ? calls.map(({ name }) => name) : [given].flat();
  const known = names.map((name) => isKnownCall(compilation, field, name, calls));
  if (known.includes(false)) return undefined;
  if (new Set(names).size === names.length && names.length > 1) return names;
  return compilation.problem(field, 'there have to be two calls at least, each named once');
}

type SeriesFile = Extract<PostCalls, { series: number }>;

function seriesOf(compilation: Compilation, input: Input, given: SeriesFile): PlannedPost[] {
  const field = [...input.path, 'calls'];
  const names = callsOf(compilation, [...field, 'of'], given.of, input.calls);
  const paired = compilation.orDefault([...field, 'pairs'], given.pairs, false);
  const readMs = compilation.duration([...field, 'read'], given.read, DAY_MS);
  const everyMs = parseDuration(given.every) ?? 0;
  if (!names || !isSound(compilation, field, { ...given, calls: names.length, paired, readMs })) {
    return [];
  }
  const { series: slots } = given;
  noteFew(compilation, input.name, { slots, calls: names.length, paired });
  const seed = `${compilation.options.burst}/${input.name}`;
  return drawSeries({ seed, calls: names, slots, paired }).map((call, slot) => ({
    suffix: `-${String(slot + 1).padStart(2, '0')}`,
    afterMs: slot * everyMs,
    carried: { call, series: { name: input.name, slot, paired, readMs } },
  }));
}

interface Sound extends Pick<SeriesFile, 'series' | 'every'> {
  readonly calls: number;
  readonly paired: boolean;
  readonly readMs: number;
}

function isSound(compilation: Compilation, field: Path, one: Sound): boolean {
  const { series, calls, paired, readMs } = one;
  const everyMs = parseDuration(one.every) ?? 0;
  const before = compilation.problems.length;
  if (paired && calls !== 2) {
    compilation.problem([...field, 'pairs'], `pairs are of two calls, and there are ${calls}`, '2');
  }
  if (series % calls !== 0) {
    const message = `${series} posts are not even over ${calls} calls`;
    compilation.problem([...field, 'series'], message, `a multiple of ${calls}`);
  }
  if (everyMs < EVERY_MIN_MS || everyMs > EVERY_MAX_MS) {
    compilation.problem([...field, 'every'], 'posts follow each other in time', '10m to 7d');
  }
  if (readMs < EVERY_MIN_MS || readMs > READ_MAX_MS) {
    compilation.problem([...field, 'read'], 'a post is read after a sensible time', '10m to 30d');
  }
  if (series * everyMs > SPAN_MAX_MS) {
    compilation.problem([...field, 'every'], 'the series lasts too long', 'at most 30d in all');
  }
  return compilation.problems.length === before;
}

function noteFew(
  compilation: Compilation,
  name: string,
  { slots, calls, paired }: { slots: number; calls: number; paired: boolean },
): void {
  const each = slots / calls;
  if (each >= (paired ? PAIRS : POSTS_A_CALL)) return;
  const wanted = paired ? `${PAIRS} pairs` : `${POSTS_A_CALL} posts a call`;
  compilation.notes.push(`${name}: ${each} posts a call prove nothing: from ${wanted} on they can`);
}

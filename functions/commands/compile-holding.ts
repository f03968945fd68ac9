// Who of a campaign file's lists is left out or kept for later: quiet hours, caps, waves.

import { parseDuration } from '#domain/duration.ts';
import type { Path } from '#domain/file-problem.ts';
import { ID_PATTERN } from '#domain/ids.ts';
import type { EmailLegFile, WaveFile } from '#domain/leg-file.ts';
import type { Allocation, CallToAction, EmailLegPlan, Plan, WavePlan } from '#domain/plan.ts';
import type { QuietHours } from '#domain/quiet-hours.ts';
import { audienceId } from './audience-id.ts';
import { allocationFrom } from './compile-allocation.ts';
import type { Compilation } from './compile-plan.ts';
import { testWaves } from './compile-test.ts';

interface Input {
  readonly path: Path;
  readonly leg: EmailLegFile;
  readonly calls: readonly CallToAction[];
  readonly allocation: Allocation;
}

type Holding = Pick<EmailLegPlan, 'quietHours' | 'skipConverted' | 'exceptLists' | 'waves'>;

const AFTER_MAX_MS = 30 * 86_400_000;
const CAP_MAX_MS = 90 * 86_400_000;
const HOLDOUT_ENOUGH = 0.05;
const INSIDE = { 'hold-back': 'hold_back', 'release-after': 'release_after' } as const;

/** The parts of an email leg that hold recipients back; each only where the file asks for it. */
export function holdingOf(compilation: Compilation, input: Input): Holding {
  const quietHours = quietHoursOf(compilation, input);
  const except = exceptOf(compilation, input);
  const waves = wavesOf(compilation, input);
  return {
    ...(waves === undefined ? {} : { waves }),
    ...(quietHours === undefined ? {} : { quietHours }),
    ...except,
  };
}

function quietHoursOf(compilation: Compilation, { path, leg }: Input): QuietHours | undefined {
  const { burst } = compilation.source.file;
  const ofLeg = leg['quiet-hours'];
  const given = ofLeg ?? burst['quiet-hours'];
  if (given === undefined) return undefined;
  const field = [...(ofLeg === undefined ? ['burst'] : path), 'quiet-hours'];
  const [from = '', to = ''] =
    typeof given === 'string' ? given.split('-') : [given.from, given.to];
  if (from === to) {
    return compilation.problem(field, 'quiet hours that end as they begin never let anybody out');
  }
  const said = typeof given === 'string' ? undefined : given.inside;
  const inside = compilation.orDefault([...field, 'inside'], said, 'hold-back');
  return { from, to, inside: INSIDE[inside] };
}

/**
 * `converted`: in any burst of the campaign; `converted in atlas-launch`: in that one; anything
 * else is the name of a list.
 */
function exceptOf(
  compilation: Compilation,
  { path, leg }: Input,
): Pick<EmailLegPlan, 'skipConverted' | 'exceptLists'> {
  const except = typeof leg.to === 'string' ? [] : (leg.to.except ?? []);
  const field = [...path, 'to', 'except'];
  const converted = except.filter((text) => CONVERTED.test(text.trim()));
  const skip = converted.flatMap((text) => skipOf(compilation, field, text.trim()) ?? []);
  if (skip.length > 1) {
    compilation.problem(field, 'who has converted is left out once, of one burst or of all');
  }
  const lists = except
    .filter((text) => !CONVERTED.test(text.trim()))
    .flatMap((text) => listOf(compilation, field, text.trim()) ?? []);
  const [skipConverted] = skip;
  return {
    ...(skipConverted === undefined ? {} : { skipConverted }),
    ...(lists.length === 0 ? {} : { exceptLists: [...new Set(lists)] }),
  };
}

const CONVERTED = /^converted(?: in (\S+))?$/;

function skipOf(
  compilation: Compilation,
  field: Path,
  text: string,
): EmailLegPlan['skipConverted'] {
  const [, burst] = CONVERTED.exec(text) ?? [];
  if (burst === undefined) return {};
  if (ID_PATTERN.test(burst)) return { burst };
  return compilation.problem(field, `"${burst.slice(0, 64)}" is no name of a burst`);
}

function listOf(compilation: Compilation, field: Path, text: string): string | undefined {
  const list = audienceId(text);
  if (list !== undefined) return list;
  const message = `"${text.slice(0, 64)}" is no name of a list`;
  return compilation.problem(field, message, 'a list, converted, or converted in BURST');
}

function wavesOf(compilation: Compilation, input: Input): WavePlan[] | undefined {
  const { path, leg } = input;
  const test = testWaves(compilation, input);
  if (leg.waves === undefined || leg.test !== undefined) return test;
  const waves = leg.waves.map((wave, index): WavePlan => {
    const field = [...path, 'waves', index];
    checkSize(compilation, field, wave, index === (leg.waves ?? []).length - 1);
    const afterMs = afterOf(compilation, field, wave, index);
    return {
      ...(wave.share === undefined ? {} : { share: percentOf(wave.share) / 100 }),
      ...(wave.recipients === undefined ? {} : { recipients: wave.recipients }),
      ...waveCallsOf(compilation, input, wave, index),
      ...(afterMs === undefined ? {} : { afterMs }),
    };
  });
  checkTogether(compilation, [...path, 'waves'], leg.waves, waves);
  return waves;
}

function waveCallsOf(
  compilation: Compilation,
  { path, calls, allocation }: Input,
  wave: WaveFile,
  index: number,
): Pick<WavePlan, 'allocation' | 'bet'> {
  if (wave.calls === undefined) return {};
  const field = [...path, 'waves', index, 'calls'];
  if (wave.calls === 'best') {
    checkBet(compilation, field, index, allocation);
    return { bet: 'best' };
  }
  const own = allocationFrom(compilation, field, wave.calls, calls);
  return own === undefined ? {} : { allocation: own };
}

function checkBet(
  compilation: Compilation,
  field: Path,
  index: number,
  allocation: Allocation,
): void {
  if (index === 0) compilation.problem(field, 'nobody has answered before the first wave');
  if (allocation.filter(({ weight }) => weight > 0).length > 1) return;
  compilation.problem(
    field,
    'there is one call only, so none is best',
    'for instance calls: split',
  );
}

function checkSize(compilation: Compilation, field: Path, wave: WaveFile, isLast: boolean): void {
  const sizes = [wave.share, wave.recipients].filter((size) => size !== undefined).length;
  if (sizes === 2) compilation.problem(field, 'a wave has a share or a number of recipients');
  if (sizes === 0 && !isLast) {
    const message = 'only the last wave takes what is left: give this one a share or recipients';
    compilation.problem(field, message, 'share: 10%, or recipients: 500');
  }
  const percent = wave.share === undefined ? 1 : percentOf(wave.share);
  if (percent <= 0 || percent > 100) {
    compilation.problem([...field, 'share'], 'a share is a part of the list', '0.1% to 100%');
  }
}

function afterOf(
  compilation: Compilation,
  field: Path,
  wave: WaveFile,
  index: number,
): number | undefined {
  if (wave.after === undefined) {
    // It is said, because nothing but a person's order ends the wait.
    const when = 'when its calls are allocated by a person';
    if (index > 0) compilation.orDefault([...field, 'after'], undefined, when);
    return undefined;
  }
  if (index === 0) {
    return compilation.problem([...field, 'after'], 'the first wave leaves when the leg does');
  }
  const afterMs = parseDuration(wave.after) ?? 0;
  if (afterMs > 0 && afterMs <= AFTER_MAX_MS) return afterMs;
  return compilation.problem(
    [...field, 'after'],
    'a wave leaves some time after the leg began',
    'up to 30d',
  );
}

function checkTogether(
  compilation: Compilation,
  field: Path,
  files: readonly WaveFile[],
  waves: readonly WavePlan[],
): void {
  const shares = files.flatMap(({ share }) => (share === undefined ? [] : [percentOf(share)]));
  const total = shares.reduce((sum, share) => sum + share, 0);
  const isWhole = shares.length === files.length;
  if (total > 100.000_001 || (isWhole && total < 99.999_999)) {
    const message = `the shares add up to ${Math.round(total * 1_000) / 1_000}%`;
    compilation.problem(field, message, '100%; a last wave without a share takes the rest');
  }
  const times = waves.flatMap(({ afterMs }) => (afterMs === undefined ? [] : [afterMs]));
  if (times.some((time, index) => index > 0 && time <= (times[index - 1] ?? 0))) {
    compilation.problem(field, 'each wave leaves after the one before it');
  }
}

function percentOf(share: string): number {
  return Number(share.replace('%', '').trim());
}

/** Over all bursts, this one included; absent where the file sets none. */
export function frequencyCapOf(compilation: Compilation): Pick<Plan, 'frequencyCap'> {
  const cap = compilation.source.file.burst['frequency-cap'];
  if (cap === undefined) return {};
  const withinMs = parseDuration(cap.within) ?? 0;
  if (withinMs < 60_000 || withinMs > CAP_MAX_MS) {
    const field = ['burst', 'frequency-cap', 'within'];
    compilation.problem(field, 'a cap counts within reason', '1m to 90d');
  }
  return { frequencyCap: { messages: cap.messages, withinMs: Math.max(1, withinMs) } };
}

/** A share of every list that gets no message at all; absent where the file asks for none. */
export function holdoutOf(compilation: Compilation): Pick<Plan, 'holdout'> {
  const text = compilation.source.file.burst.holdout;
  if (text === undefined) return {};
  const holdout = percentOf(text) / 100;
  if (holdout < 0.01 || holdout > 0.5) {
    compilation.problem(['burst', 'holdout'], `a holdout of ${text} tells nothing`, '1% to 50%');
    return {};
  }
  if (holdout < HOLDOUT_ENOUGH) {
    compilation.notes.push(
      `burst.holdout: ${text} is little: what the messages brought is told from 5% on`,
    );
  }
  return { holdout };
}

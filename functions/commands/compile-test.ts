// Test some, then send the rest what did best: a bet, planned as two waves.

import { parseDuration } from '#domain/duration.ts';
import type { Path } from '#domain/file-problem.ts';
import { shareOf } from '#domain/file-values.ts';
import type { EmailLegFile, TestFile } from '#domain/leg-file.ts';
import type { Allocation, WavePlan } from '#domain/plan.ts';
import { registrationDefaults } from '#domain/registration.ts';
import type { Compilation } from './compile-plan.ts';

const WAIT_MIN_MS = 10 * 60_000;
const WAIT_MAX_MS = 7 * 86_400_000;
/** Of the expected rate: what rates of calls differ by where nobody says. */
const USUAL_SPREAD = 0.2;

interface Input {
  readonly path: Path;
  readonly leg: EmailLegFile;
  readonly allocation: Allocation;
}

/** The waves of a leg with a `test`; undefined without one. */
export function testWaves(
  compilation: Compilation,
  { path, leg, allocation }: Input,
): WavePlan[] | undefined {
  const { test } = leg;
  if (test === undefined) return undefined;
  const field = [...path, 'test'];
  if (leg.waves) {
    return compilation.problem(field, 'a leg has a test or waves, not both');
  }
  if (allocation.filter(({ weight }) => weight > 0).length < 2) {
    return compilation.problem(
      field,
      'a test needs two calls at least',
      'for instance calls: split',
    );
  }
  const first = sizeOf(compilation, field, test);
  const afterMs = waitOf(compilation, field, typeof test === 'object' ? test.wait : undefined);
  return [first, { bet: 'roll', afterMs }];
}

function sizeOf(compilation: Compilation, field: Path, test: TestFile): WavePlan {
  const given = typeof test === 'object' ? test.size : test;
  const size = compilation.orDefault([...field, 'size'], given, 'auto');
  if (typeof size === 'number') return { recipients: size };
  if (size !== 'auto') {
    const share = shareOf(size);
    if (share >= 0.01 && share <= 0.9) return { share };
    compilation.problem(field, `a test of ${size} is none`, '1% to 90%');
    return {};
  }
  const { compare } = compilation.source.file;
  const expected = compare?.['expected-rate'];
  const rate = expected === undefined ? registrationDefaults.expectedRate : shareOf(expected);
  const text = typeof test === 'object' ? test.spread : undefined;
  const usual = rate * USUAL_SPREAD;
  const spread = compilation.orDefault(
    [...field, 'spread'],
    text === undefined ? undefined : shareOf(text),
    usual,
    `${Number((usual * 100).toPrecision(3))}%`,
  );
  if (spread > 0 && spread < 1) return { test: { rate, spread } };
  compilation.problem([...field, 'spread'], `rates do not differ by ${text}`, 'more than 0%');
  return {};
}

function waitOf(compilation: Compilation, field: Path, text: string | undefined): number {
  const { compare, goal } = compilation.source.file;
  const metric = compare?.metric ?? (goal ? 'conversion' : 'click');
  const usual = registrationDefaults.waitMs[metric];
  const given = text === undefined ? undefined : parseDuration(text);
  const afterMs = compilation.orDefault(
    [...field, 'wait'],
    given,
    usual,
    `${usual / 3_600_000}h after the leg began`,
  );
  if (afterMs < WAIT_MIN_MS || afterMs > WAIT_MAX_MS) {
    compilation.problem([...field, 'wait'], 'a test is read after a sensible time', '10m to 7d');
  }
  return afterMs;
}

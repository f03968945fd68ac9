// Walks the list of bad inputs surface by surface: one test per entry, so that a new line in
// attacks.json is a failing test until somebody answers it.

import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, test } from 'vitest';
import { Refusal } from '#domain/faults.ts';

export interface Attack {
  readonly id: string;
  readonly surface: string;
  readonly class: string;
  // Every entry has its own shape, which its handler knows.
  // biome-ignore lint/suspicious/noExplicitAny: the file is data of many shapes
  readonly input: any;
  /** For people. */
  readonly expected: string;
  /** What a test asserts. */
  readonly check?: { readonly [name: string]: unknown };
  readonly ref?: string;
}

/** What became of one refused input: a refusal, or the value by which it was answered. */
interface Tried<T> {
  readonly refusal?: Refusal;
  readonly value?: T;
}

export interface Probe {
  /**
   * Tries one single input that has to be refused. Fails when anything but a Refusal is thrown,
   * when `providerCalls` counts more than before, or when it takes more than 50 ms of CPU.
   * The attempt may be made twice: a slow first time may be the machine's.
   */
  refused<T>(
    attempt: () => T | Promise<T>,
    providerCalls?: () => number,
  ): Promise<Tried<Awaited<T>>>;
}

export type Handler = (attack: Attack, probe: Probe) => void | Promise<void>;

export interface Exceptions {
  /** Entries that need a later surface, with what they wait for. */
  readonly pending?: Readonly<Record<string, string>>;
  /** Entries that presuppose what Volley does not have, with the reason. */
  readonly notApplicable?: Readonly<Record<string, string>>;
}

const CPU_MS_MAX = 50;

const file = new URL('./attacks.json', import.meta.url);
const { attacks } = JSON.parse(readFileSync(file, 'utf8')) as { attacks: readonly Attack[] };

/** Declares the tests of a surface and prints one line of JSON with their count at the end. */
export function walkSurface(
  surface: string,
  handlers: Readonly<Record<string, Handler>>,
  { pending = {}, notApplicable = {} }: Exceptions = {},
): void {
  const entries = attacks.filter((attack) => attack.surface === surface);
  const count = { passed: 0, failed: 0 };

  describe(`attacks on ${surface}`, () => {
    test('every answer belongs to exactly one entry', () => {
      const answered = [handlers, pending, notApplicable].flatMap((one) => Object.keys(one));
      const ids = new Set(entries.map((entry) => entry.id));
      expect(answered.filter((id) => !ids.has(id))).toEqual([]);
      expect(answered.filter((id, at) => answered.indexOf(id) !== at)).toEqual([]);
    });

    test.each(entries)('$id $class', async (attack) => {
      const reason = pending[attack.id] ?? notApplicable[attack.id];
      if (reason !== undefined) return expect(reason).not.toBe('');
      try {
        await handlerOf(attack, handlers)(attack, probe);
        count.passed += 1;
      } catch (error) {
        count.failed += 1;
        throw error;
      }
    });
  });

  afterAll(() => {
    const waiting = { pending: Object.keys(pending), notApplicable: Object.keys(notApplicable) };
    console.log(JSON.stringify({ surface, entries: entries.length, ...count, ...waiting }));
  });
}

/** Throws by name for an entry that nobody answers. */
export function handlerOf(attack: Attack, handlers: Readonly<Record<string, Handler>>): Handler {
  const handler = Object.hasOwn(handlers, attack.id) ? handlers[attack.id] : undefined;
  if (!handler) throw new Error(`nobody answers ${attack.id}: ${attack.expected}`);
  return handler;
}

export const probe: Probe = {
  async refused(attempt, providerCalls = () => 0) {
    const before = providerCalls();
    let { tried, cpuMs } = await timed(attempt);
    if (cpuMs > CPU_MS_MAX) ({ tried, cpuMs } = await timed(attempt));
    expect(cpuMs, 'milliseconds of CPU').toBeLessThanOrEqual(CPU_MS_MAX);
    expect(providerCalls() - before, 'calls of a provider').toBe(0);
    return tried;
  },
};

async function timed<T>(
  attempt: () => T | Promise<T>,
): Promise<{ tried: Tried<Awaited<T>>; cpuMs: number }> {
  const started = process.cpuUsage();
  const tried = await outcome(attempt);
  const { user, system } = process.cpuUsage(started);
  return { tried, cpuMs: (user + system) / 1_000 };
}

async function outcome<T>(attempt: () => T | Promise<T>): Promise<Tried<Awaited<T>>> {
  try {
    return { value: await attempt() };
  } catch (error) {
    // A Refusal is an answer; everything else has escaped.
    if (error instanceof Refusal) return { refusal: error };
    throw error;
  }
}

import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import type { Channel } from '#channels/contract.ts';
import type { RunnerPorts, TickOptions } from '#runner/ports.ts';
import { tick } from '#runner/tick.ts';
import { type Change, changed } from './load-hooks.ts';
import { naiveTick } from './naive-runner.ts';
import { Thread } from './pool.ts';
import { lineOf, recordedSeeds, sumOf } from './record-run.ts';
import { optionsOf, parseReduction } from './reduction.ts';
import { emptyTally, runSeed, type Tally } from './run-seeds.ts';
import { shrink } from './shrink.ts';
import { tellStory } from './tell-story.ts';
import { runWorld, type Subject } from './world.ts';

describe('a seed that runs twice', () => {
  test('is one in a hundred', async () => {
    const tally = emptyTally();
    for (const seed of [99, 100, 101]) await runSeed(seed, tally);
    expect(tally.twice).toBe(1);
    expect(tally.failures).toEqual([]);
  });

  test('breaks V20 when code remembers something from one world to the next', async () => {
    let worlds = 0;
    const forgetful = (ports: RunnerPorts, options: TickOptions) => {
      worlds += 1;
      ports.log.info('ticks_so_far', { worlds });
      return tick(ports, options);
    };
    const tally = emptyTally();
    await runSeed(100, tally, forgetful);
    expect(tally.failures.map((one) => one.invariant)).toContain('V20');
  });
});

describe('a thread that remembers what it worked out', () => {
  const seeds = Array.from({ length: 40 }, (_, index) => 2_001 + index);
  const quick = async (changes: readonly Change[] = []) => {
    const thread = new Thread(changes);
    try {
      return await thread.ask<Tally>({ kind: 'seeds', seeds });
    } finally {
      await thread.end();
    }
  };

  test('leaves the traces of one that does not', async () => {
    const plain = emptyTally();
    for (const seed of seeds) await runSeed(seed, plain);
    expect(await quick()).toEqual(plain);
  });

  test('leaves others when it takes one thing for another', async () => {
    const { hash } = await quick();
    const file = 'functions/domain/hmac.ts';
    const find = "const asked = key + '\\n' + text;";
    const mixedUp = await quick([{ file, find, replace: 'const asked = text.slice(0, 9);' }]);
    expect(mixedUp.hash).not.toBe(hash);
  });
});

/** The real runner over a client that makes every bulk call twice. */
const doubleTick: Subject = (ports, options) => {
  const channels = [...ports.channels].map(([name, channel]): [string, Channel] => {
    if (channel.kind !== 'addressable') return [name, channel];
    const prepare: typeof channel.prepare = async (context) => {
      const sender = await channel.prepare(context);
      const send: typeof sender.send = async (batch) => {
        await sender.send(batch);
        return sender.send(batch);
      };
      return { ...sender, send };
    };
    return [name, { ...channel, prepare }];
  });
  return tick({ ...ports, channels: new Map(channels) }, options);
};

/** The first seed in which this sender sends twice. */
async function doubleSend(subject: Subject): Promise<number> {
  for (let seed = 1; ; seed += 1) {
    const { violations } = await runWorld({ seed, subject });
    if (violations.some((one) => one.invariant === 'V1')) return seed;
  }
}

describe('a failure', () => {
  test('shrinks to one burst and a handful of people, and is replayed by what is printed', async () => {
    const seed = await doubleSend(doubleTick);
    const shrunk = await shrink(seed, 'V1', doubleTick);
    const { reduction, history } = shrunk ?? {};
    expect(history?.bursts).toHaveLength(1);
    expect(history?.recipients).toBeLessThanOrEqual(20);
    expect(history?.struck).toEqual([]);
    expect(history?.doings.length).toBeLessThanOrEqual(4);
    expect(history?.violations.map((one) => one.invariant)).toContain('V1');

    const words = optionsOf(reduction ?? { without: [] }).split(' ');
    const option = (name: string) => words[words.indexOf(`--${name}`) + 1];
    const replayed = parseReduction({
      without: option('without'),
      strikes: option('strikes'),
      people: option('people'),
    });
    const again = await runWorld({ seed, subject: doubleTick, reduction: replayed });
    expect(again.traceHash).toBe(history?.traceHash);
  });

  test('is told with its timeline and its command', async () => {
    const seed = await doubleSend(naiveTick);
    const story = await tellStory(seed, 'V1', naiveTick);
    expect(story).toMatch(/VIOLATION V1 .* got 2 emails/);
    expect(story).toContain(`npm run sim -- --seed ${seed} --trace --`);
  });

  test('that does not come again is said to be just that', async () => {
    expect(await tellStory(4, 'V1')).toBe('seed 4 broke V1 once and not again');
  });
});

describe('a recorded run', () => {
  const row = { commit: 'abc', from: 7, seeds: 20_000, steps: 3e7, violations: 0, seconds: 240.4 };

  test('is one line, and the next run of the commit goes on behind it', () => {
    const line = lineOf(row, new Date('2026-11-22T03:04:05Z'));
    expect(line).toBe('| 2026-11-22 03:04 | abc | 7 | 20,000 | 30,000,000 | 0 | 240 |\n');
    expect(recordedSeeds('abc', line + line)).toBe(40_000);
    expect(recordedSeeds('other', line)).toBe(0);
  });

  test('all of them are summed up, and the guarantees say the sum that the rows make', async () => {
    const line = lineOf(row, new Date(0));
    const other = lineOf({ ...row, commit: 'def', seeds: 500 }, new Date(0));
    expect(sumOf(`| Date |\n| --- |\n${line}${line}${other}`)).toMatch(
      /^Recorded without a violation: 40,500 fresh seeds with 90,000,000 steps, of 2 commits /,
    );
    const rows = await readFile('docs/sim-runs.md', 'utf8');
    expect(await readFile('docs/guarantees.md', 'utf8')).toContain(sumOf(rows));
  });

  test('is refused with a violation', () => {
    expect(() => lineOf({ ...row, violations: 1 }, new Date(0))).toThrow('1 violations');
  });
});

describe('a change of source text', () => {
  const change = { file: 'a.ts', find: 'one', replace: 'two' };

  test('stands where its words stood', () => {
    expect(changed('one more', change)).toBe('two more');
  });

  test.each(['none', 'one and one'])('is refused in "%s"', (text) => {
    const words = text === 'none' ? 'zero' : text;
    expect(() => changed(words, change)).toThrow('a.ts holds "one"');
  });
});

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type BlackBoxOptions, runBlackBox } from './blackbox.ts';
import { buildBundles, type Edit } from './bundles.ts';
import { compareSdkDefault } from './sdk-default.ts';

const short: BlackBoxOptions = {
  seed: 4,
  seconds: 10,
  killsPerSecond: 2,
  runners: 3,
  lapse: 10,
  lists: [100, 300],
  burstEveryMs: 1_000,
  postDeadlineSeconds: 4,
  healSeconds: 60,
};

describe('real processes under kill -9', { timeout: 150_000 }, () => {
  test('nobody twice, nobody missed, and every burst comes to rest', async () => {
    const result = await runBlackBox(short);
    expect(result.findings).toEqual([]);
    const { duplicates, unaccounted, unfinished, mistimed } = result;
    expect({ duplicates, unaccounted, unfinished, mistimed }).toEqual({
      duplicates: 0,
      unaccounted: 0,
      unfinished: 0,
      mistimed: 0,
    });
    expect(result.kills).toBeGreaterThanOrEqual(15);
    expect(result.accepted).toBeGreaterThan(100);
    expect(result.takeovers).toBeGreaterThan(0);
  });

  // Killed where it hurts, and only until the bug has shown itself.
  const planted: BlackBoxOptions = {
    ...short,
    seconds: 60,
    lists: [400],
    emailOnly: true,
    untilDuplicate: true,
    healSeconds: 0,
  };

  test('a runner that sends and then records is caught', async () => {
    const { duplicates } = await runBlackBox({ ...planted, runner: 'naive' });
    expect(duplicates).toBeGreaterThan(0);
  });

  test('a runner that takes over old claims is caught', async () => {
    const edits: Edit[] = [
      {
        file: 'functions/runner/work-lane.ts',
        from: "if (claimStanding(window, sending.holding.burst) !== 'ours') {",
        to: 'if (window.epoch < 0 && claimStanding(window, sending.holding.burst)) {',
      },
    ];
    const { duplicates } = await runBlackBox({ ...planted, edits });
    expect(duplicates).toBeGreaterThan(0);
  });

  test('the SDK by default sends again what was sent, our client does not', async () => {
    const { sdkDuplicates, ourDuplicates } = await compareSdkDefault();
    expect(sdkDuplicates).toBeGreaterThan(0);
    expect(ourDuplicates).toBe(0);
  });
});

test('an edit whose text is gone stops the build instead of testing nothing', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'volley-test-'));
  const edit = { file: 'functions/domain/limits.ts', from: 'no such text', to: '' };
  await expect(buildBundles(folder, [edit])).rejects.toThrow(/0 times, not once/);
  rmSync(folder, { recursive: true });
});

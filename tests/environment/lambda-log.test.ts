import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test, vi } from 'vitest';
import type { Log } from '#domain/ports.ts';
import { createLambdaLog } from '#environment/lambda-log.ts';
import { createLog } from '#environment/log.ts';
import { createMeteredLog } from '#environment/metered-log.ts';

function linesOf(make: () => Log, write: (log: Log) => void): Record<string, unknown>[] {
  const printed: string[] = [];
  const note = (text: string | Uint8Array): boolean => {
    printed.push(String(text));
    return true;
  };
  const spies = [process.stdout, process.stderr].map((stream) =>
    vi.spyOn(stream, 'write').mockImplementation(note),
  );
  try {
    write(make());
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
  return printed
    .join('')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

describe('a line', () => {
  test.each([
    ['of a public function', () => createLog()],
    ['of any other', () => createLambdaLog('prod-volley-api')],
  ])('%s is one object with its event and the burst it belongs to', (_whose, make) => {
    const [line, without] = linesOf(make, (log) => {
      log.warn('click_unrecorded', { burst: 'polls-close', count: 1 });
      log.info('feedback_ignored', { foreign: 2 });
    });
    expect(line).toMatchObject({
      level: 'warn',
      event: 'click_unrecorded',
      burst: 'polls-close',
      correlation_id: 'polls-close',
      count: 1,
    });
    expect(without).toMatchObject({ level: 'info', event: 'feedback_ignored', foreign: 2 });
    expect(without).not.toHaveProperty('correlation_id');
  });
});

describe('a figure', () => {
  const make = () => createMeteredLog('prod-volley-run');

  test('stands beside its line in the embedded metric format, under the same correlation id', () => {
    const [line, metric] = linesOf(make, (log) =>
      log.info('released', {
        burst: 'polls-close',
        leg: 'email',
        latenessMs: 253.2,
        overdueMs: 3.2,
      }),
    );
    expect(line).toMatchObject({ event: 'released', service: 'prod-volley-run' });
    expect(metric).toEqual({
      _aws: {
        Timestamp: expect.any(Number),
        CloudWatchMetrics: [
          {
            Namespace: 'Volley',
            Dimensions: [['service']],
            Metrics: [{ Name: 'Overdue', Unit: 'Milliseconds' }],
          },
        ],
      },
      service: 'prod-volley-run',
      correlation_id: 'polls-close',
      Overdue: 3.2,
    });
  });

  test('is each burst its own, and none where there is nothing to tell', () => {
    const said = linesOf(make, (log) => {
      log.error('not_armed', { burst: 'one' });
      log.error('not_armed', { burst: 'two' });
      log.info('released', { burst: 'one', leg: 'email' });
      log.info('recorded', { burst: 'one', events: 5 });
    });
    const figures = said.filter((line) => '_aws' in line);
    expect(figures.map((line) => [line.correlation_id, line.NotArmed])).toEqual([
      ['one', 1],
      ['two', 1],
    ]);
  });
});

/** Lines that cannot know a burst, each with why. */
const WITHOUT_BURST: { readonly [event: string]: string } = {
  feedback_ignored: 'counts messages of many senders',
  message_poison: 'nobody can read what it is about',
  reasons_lost: 'of a whole batch of the queue',
};

test('every line of a burst says which, wherever it is written', () => {
  const files = readdirSync('functions', { recursive: true, encoding: 'utf8' });
  const calls = files
    .filter((file) => /\.tsx?$/.test(file) && !file.startsWith('environment'))
    .flatMap((file) => {
      const text = readFileSync(`functions/${file}`, 'utf8');
      const found = text.matchAll(/\blog\.(?:info|warn|error)\(\s*'(\w+)'([\s\S]*?)\);/g);
      return [...found].map(([, event = '', fields = '']) => ({ file, event, fields }));
    });
  expect(calls.length).toBeGreaterThan(25);
  const silent = calls.filter(
    ({ event, fields }) => !/\bburst\b/.test(fields) && !(event in WITHOUT_BURST),
  );
  expect(silent.map(({ file, event }) => `${file}: ${event}`)).toEqual([]);
  const idle = Object.keys(WITHOUT_BURST).filter(
    (event) => !calls.some((one) => one.event === event),
  );
  expect(idle).toEqual([]);
});

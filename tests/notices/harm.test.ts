import { expect, test } from 'vitest';
import { buildReport } from '#feedback/build-report.ts';
import { composeNotice } from '#notices/compose-notice.ts';
import { anExample, DAY } from '../console/an-example.ts';
import { measureAt, T } from '../feedback/feedback-world.ts';

test('the answer says which call drives people away, and not more than one sentence of it', async () => {
  const example = await anExample();
  await measureAt(example, T + 2 * DAY);
  const { table, burst } = example.world;
  const report = await buildReport(table, burst, T + 2 * DAY);
  const facts = { burst, targets: [], link: 'https://example.com/b', now: T + 2 * DAY };
  const told = { about: 'answer_due', id: 'answer-mature' } as const;
  const notice = composeNotice(told, { ...facts, report });
  expect(notice.text).toMatch(
    /Before you use it again: “Watch the count with us”: [\d.]+ % complained/,
  );
  expect(notice.text.match(/more than chance/g)).toHaveLength(1);
  const legs = report.legs.map((leg) => ({ ...leg, harm: [] }));
  expect(composeNotice(told, { ...facts, report: { ...report, legs } }).text).not.toMatch(
    /use it again/,
  );
});

import { expect, test } from 'vitest';
import type { BurstReport, CallReport } from '#feedback/report-of.ts';
import { drawAnswer } from '#notices/draw-answer.ts';

function call(say: string, over: Partial<CallReport>): CallReport {
  return { call: 'x', say, uniqueClicks: 0, converting: 0, rate: null, ...over } as CallReport;
}

function report(calls: CallReport[]): BurstReport {
  return { metric: 'click', legs: [{ leg: 'email', calls }] } as unknown as BurstReport;
}

const widths = (html: string, colour: string) =>
  [...html.matchAll(new RegExp(`width="(\\d+)" height="16" bgcolor="${colour}"`, 'g'))].map(
    ([, width]) => Number(width),
  );

test('a bar is dark up to where the rate surely is and light up to where it may be', () => {
  const html = drawAnswer(
    report([
      call('One', { rate: { of: 0.03, lo: 0.02, hi: 0.04 } }),
      call('Two', { rate: { of: 0.01, lo: 0.005, hi: 0.02 } }),
    ]),
  );
  expect(widths(html, '#0b5cad')).toEqual([150, 38]);
  expect(widths(html, '#a9cdf0')).toEqual([150, 112]);
  expect(html).toContain('3.0 %');
});

test('posts show how many people, in one colour, because nobody knows how many were reached', () => {
  const html = drawAnswer(report([call('One', { uniqueClicks: 40 }), call('Two', {})]));
  expect(widths(html, '#0b5cad')).toEqual([300]);
  expect(widths(html, '#a9cdf0')).toEqual([]);
});

test('the wording of a call is text, never markup', () => {
  expect(drawAnswer(report([call('<b>"x"</b>', {})]))).toContain('&lt;b&gt;&quot;x&quot;');
});

test('a report without calls has no picture', () => {
  expect(drawAnswer(report([]))).toBe('');
});

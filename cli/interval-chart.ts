// Rates with their 95 % intervals, drawn on one scale that begins at 0.

import type { CallReport } from '#feedback/report-of.ts';
import { percent } from '#feedback/say-time.ts';
import { widthOf } from './words.ts';

const SCALE_MAX = 30;
/** Shorter than this an interval says nothing; labels then stand above. */
const SCALE_MIN = 18;

type Rate = NonNullable<CallReport['rate']>;

export interface RatedCall {
  readonly label: string;
  readonly rate: Rate;
}

/** @param width of the window, in columns; the scale is shorter in a narrow one */
export function intervalChart(rated: readonly RatedCall[], width: number): string[] {
  const most = Math.max(...rated.map(({ rate }) => rate.hi), 0.001);
  const figures = rated.map(({ rate: { of, lo, hi } }) => {
    return `${percent(of)} (${percent(lo)} to ${percent(hi)})`;
  });
  const widest = Math.max(...rated.map(({ label }) => widthOf(label)));
  const besides = 4 + Math.max(...figures.map((figure) => figure.length));
  const room = width - besides - widest - 2;
  const isAbove = room < SCALE_MIN;
  const columns = Math.max(SCALE_MIN, Math.min(SCALE_MAX, isAbove ? width - besides : room));
  const indent = isAbove ? '  ' : ' '.repeat(widest + 4);
  return [
    ...rated.flatMap(({ label, rate }, at) => {
      const line = `${drawn(rate, most, columns)}  ${figures[at]}`;
      if (isAbove) return [`  ${label}`, `  ${line}`];
      return [`  ${label}${' '.repeat(widest - widthOf(label))}  ${line}`];
    }),
    `${indent}0${percent(most).padStart(columns - 1)}`,
  ];
}

/** An interval on a scale from 0 to `most`: `    ├──●───┤      `. */
function drawn({ of, lo, hi }: Rate, most: number, columns: number): string {
  const last = columns - 1;
  const [from = 0, at = 0, to = 0] = [lo, of, hi].map((value) =>
    Math.min(last, Math.max(0, Math.round((value / most) * last))),
  );
  return Array.from({ length: columns }, (_, column) => {
    if (column === at) return '●';
    if (column === from) return '├';
    if (column === to) return '┤';
    return column > from && column < to ? '─' : ' ';
  }).join('');
}

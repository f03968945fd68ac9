// A live view in the window it has: what is too wide is wrapped, what is too high is left out.

import { widthOf } from './words.ts';
import { wrapped } from './wrapped.ts';

export interface WindowSize {
  readonly columns: number;
  readonly rows: number;
}

/** Where there is no room for everything, the figures stay, and what a person may do next. */
export function fittedView(
  facts: readonly string[],
  figures: readonly string[],
  { columns, rows }: WindowSize,
): string[] {
  // The last column stays free: some terminals go to the next row when it is written.
  const width = Math.max(20, columns - 1);
  const wrap = (lines: readonly string[]) => lines.flatMap((line) => wrapped(line, width));
  const cut = (lines: readonly string[]) => lines.map((line) => clip(line, width));
  const all = [...wrap(facts), ...wrap(figures)];
  if (rowsOf(all, columns) <= rows) return all;
  const low = wrap(figures);
  const lowRows = rowsOf(low, columns);
  const room = rows - lowRows;
  return lowRows <= rows / 2
    ? [...beginning(cut(facts), room, width), ...low]
    : [...beginning(cut(facts), rows - figures.length, width), ...cut(figures)].slice(0, rows);
}

/** How many rows of a terminal they take. */
export function rowsOf(lines: readonly string[], columns: number): number {
  return lines.reduce((sum, line) => sum + Math.max(1, Math.ceil(widthOf(line) / columns)), 0);
}

function beginning(facts: readonly string[], room: number, width: number): string[] {
  if (facts.length <= room) return [...facts];
  const kept = Math.max(1, room - 1);
  const left = `  ${facts.length - kept} more: a higher window has room for them`;
  return [...facts.slice(0, kept), clip(left, width)];
}

function clip(line: string, width: number): string {
  if (widthOf(line) <= width) return line;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are left out of a cut line
  const plain = line.replace(/\u001b\[[0-9;]*m/g, '');
  let cut = '';
  for (const one of plain) {
    if (widthOf(cut + one) >= width) break;
    cut += one;
  }
  return `${cut}…`;
}

// A line that is wider than the window goes on below itself, between words and under its own text.

import { widthOf } from './words.ts';

/**
 * What no blank divides, an address for instance, stays whole, so that it can be copied; where the
 * window is narrower than that, the terminal breaks it.
 * @param width in columns of the terminal; infinite where nobody looks
 */
export function wrapped(line: string, width: number): string[] {
  if (widthOf(line) <= width) return [line];
  const indent = indentOf(line, width);
  const [first = '', ...words] = line.slice(indent).split(' ');
  const rows = [line.slice(0, indent) + first];
  for (const word of words) {
    const row = rows.at(-1) ?? '';
    if (widthOf(row) + 1 + widthOf(word) <= width) rows[rows.length - 1] = `${row} ${word}`;
    else rows.push(' '.repeat(indent) + word);
  }
  return rows.map((row) => row.trimEnd());
}

/** Where the text of `  label       text` begins; of a sentence, its own beginning. */
function indentOf(line: string, width: number): number {
  const at = /^ {2}\S+(?: \S+)*? {2,}/.exec(line)?.[0].length ?? 0;
  const isLabelled = at > 0 && at <= width / 2;
  return isLabelled ? at : (/^ */.exec(line)?.[0].length ?? 0);
}

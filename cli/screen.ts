// The terminal: whether there is one, its colours, questions, and what is redrawn in place.

import { createInterface } from 'node:readline/promises';
import { CommandFailure, exitCodes } from './command.ts';
import { widthOf } from './words.ts';

const out = process.stdout;

/** Redrawn in place only where somebody looks; a pipe, a log or a dumb terminal gets plain lines. */
export function isLive(): boolean {
  return out.isTTY === true && process.env.TERM !== 'dumb';
}

function isColoured(): boolean {
  return isLive() && !process.env.NO_COLOR;
}

const paint = (code: string) => (text: string) =>
  isColoured() ? `\u001b[${code}m${text}\u001b[0m` : text;

export const style = {
  bold: paint('1'),
  dim: paint('2'),
  red: paint('31'),
  green: paint('32'),
  yellow: paint('33'),
} as const;

export function say(...lines: readonly string[]): void {
  out.write(lines.map((line) => `${line}\n`).join(''));
}

/** What is no part of the answer: notes and warnings, so that standard output can be piped. */
export function note(...lines: readonly string[]): void {
  process.stderr.write(lines.map((line) => `${line}\n`).join(''));
}

/** One JSON object, or the lines for a person. */
export function answer(isJson: boolean, data: object, lines: readonly string[]): void {
  if (isJson) out.write(`${JSON.stringify(data)}\n`);
  else say(...lines);
}

/**
 * Asks before something leaves. Without a terminal nobody can answer: refused rather than guessed.
 * Throws CommandFailure with exit code 4.
 */
export async function confirm(question: string, isSaid: boolean): Promise<void> {
  if (isSaid) return;
  if (process.stdin.isTTY !== true) {
    throw new CommandFailure(
      `${question}\nnobody is there to ask: say it with --yes`,
      exitCodes.unconfirmed,
      'unconfirmed',
    );
  }
  const asking = createInterface({ input: process.stdin, output: process.stderr });
  const left = new AbortController();
  // Ctrl-C and Ctrl-D say no.
  asking.once('close', () => left.abort());
  try {
    const answered = await asking.question(`${question} [y/N] `, { signal: left.signal });
    const said = answered.trim().toLowerCase();
    if (said === 'y' || said === 'yes') return;
  } catch (error) {
    if ((error as { name?: string }).name !== 'AbortError') throw error;
    note('');
  } finally {
    asking.close();
  }
  throw new CommandFailure('nothing was done', exitCodes.unconfirmed, 'unconfirmed');
}

/** Lines that are replaced by the next ones. */
export class Live {
  /** Widths of the lines that are shown. */
  #shown: readonly number[] = [];

  /** Where there are more lines than rows, those of the figures stay. */
  show(facts: readonly string[], figures: readonly string[]): void {
    const columns = out.columns ?? 100;
    const width = Math.max(20, columns - 1);
    const rows = Math.max(3, (out.rows ?? 50) - 1);
    // A line that wraps would be counted as one: cut instead.
    const cut = fitting(facts, figures, rows).map((line) =>
      widthOf(line) > width ? clip(line, width) : line,
    );
    // In a window that became narrower, what was shown takes more rows by now.
    const up = this.#shown.reduce((sum, one) => sum + Math.max(1, Math.ceil(one / columns)), 0);
    const back = up === 0 ? '' : `\u001b[${up}A`;
    out.write(`${back}${cut.map((line) => `\r\u001b[2K${line}\n`).join('')}\u001b[0J`);
    this.#shown = cut.map(widthOf);
  }

  /** Something else was written below: the next lines stand under it. */
  leave(): void {
    this.#shown = [];
  }
}

function fitting(facts: readonly string[], figures: readonly string[], rows: number): string[] {
  if (facts.length + figures.length <= rows) return [...facts, ...figures];
  const kept = Math.max(1, rows - figures.length - 1);
  const left = `  ${facts.length - kept} more: a higher window has room for them`;
  return [...facts.slice(0, kept), left, ...figures].slice(0, rows);
}

function clip(line: string, width: number): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are left out of a cut line
  const plain = line.replace(/\u001b\[[0-9;]*m/g, '');
  let cut = '';
  for (const one of plain) {
    if (widthOf(cut + one) >= width) break;
    cut += one;
  }
  return `${cut}…`;
}

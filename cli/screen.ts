// The terminal: whether there is one, its colours, questions, and what is redrawn in place.

import { createInterface } from 'node:readline/promises';
import { CommandFailure, exitCodes } from './command.ts';
import { fittedView, rowsOf } from './fitted-view.ts';

const out = process.stdout;

/** Redrawn in place only where somebody looks; a pipe, a log or a dumb terminal gets plain lines. */
export function isLive(): boolean {
  return out.isTTY === true && process.env.TERM !== 'dumb';
}

/** How wide a line may be: no limit for a pipe or a file. */
export function lineWidth(): number {
  return isLive() ? (out.columns ?? 100) : Number.POSITIVE_INFINITY;
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
  #shown: readonly string[] = [];

  show(facts: readonly string[], figures: readonly string[]): void {
    const columns = out.columns ?? 100;
    const rows = Math.max(3, (out.rows ?? 50) - 1);
    const lines = fittedView(facts, figures, { columns, rows });
    // In a window that became narrower, what was shown takes more rows by now.
    const up = rowsOf(this.#shown, columns);
    const back = up === 0 ? '' : `\u001b[${up}A`;
    out.write(`${back}\r\u001b[0J${lines.map((line) => `${line}\n`).join('')}`);
    this.#shown = lines;
  }

  /** Something else was written below: the next lines stand under it. */
  leave(): void {
    this.#shown = [];
  }
}

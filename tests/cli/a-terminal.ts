// A terminal that is none: what a person would see of what is written, and what they type.

import { PassThrough } from 'node:stream';
import { vi } from 'vitest';

export interface Terminal {
  /** The rows as they stand, trailing blanks cut; those that were scrolled away are before them. */
  screen(): string[];
  /** Everything that was ever written, escape sequences included. */
  written(): string;
  /** Waits until the text has been written since the last answer, then types the line. */
  reply(question: string, line: string | (() => Promise<string>)): Promise<void>;
  /** Ctrl-D: nobody types any more. */
  leave(): void;
  /** The window gets another width; rows that no longer fit are wrapped, as most terminals do. */
  resize(columns: number): void;
  restore(): void;
}

export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}

/** Stands in for standard input, output and error of this process until it is restored. */
export function aTerminal({ columns, rows }: TerminalSize): Terminal {
  const display = new Display(columns, rows);
  let written = '';
  let answeredTo = 0;
  const take = (text: unknown): boolean => {
    written += String(text);
    display.write(String(text));
    return true;
  };
  const input = Object.assign(new PassThrough(), { isTTY: true });
  const given = Object.getOwnPropertyDescriptors(process.stdout);
  const kept = (['isTTY', 'columns', 'rows'] as const).map((name) => [name, given[name]] as const);
  Object.defineProperties(process.stdout, {
    isTTY: { value: true, configurable: true },
    columns: { get: () => display.columns, configurable: true },
    rows: { get: () => display.rows, configurable: true },
  });
  const spies = [
    vi.spyOn(process.stdout, 'write').mockImplementation(take),
    vi.spyOn(process.stderr, 'write').mockImplementation(take),
    vi.spyOn(process, 'stdin', 'get').mockReturnValue(input as never),
  ];
  const kind = process.env.TERM;
  process.env.TERM = 'xterm-256color';
  return {
    screen: () => display.lines(),
    leave: () => void input.end(),
    written: () => written,
    async reply(question, line) {
      await vi.waitFor(() => {
        if (!written.slice(answeredTo).includes(question)) {
          throw new Error(`nobody asked "${question}" but said: ${written.slice(answeredTo)}`);
        }
      }, 10_000);
      answeredTo = written.length;
      input.write(`${typeof line === 'string' ? line : await line()}\n`);
    },
    resize: (columns) => display.resize(columns),
    restore() {
      for (const spy of spies) spy.mockRestore();
      process.env.TERM = kind;
      if (kind === undefined) delete process.env.TERM;
      for (const [name, descriptor] of kept) {
        if (descriptor) Object.defineProperty(process.stdout, name, descriptor);
        else Reflect.deleteProperty(process.stdout, name);
      }
    },
  };
}

/** As much of a VT100 as is written to it; anything else is an error, and so is text beyond a row. */
class Display {
  columns: number;
  readonly rows: number;
  #lines: string[] = [''];
  #row = 0;
  #column = 0;

  constructor(columns: number, rows: number) {
    this.columns = columns;
    this.rows = rows;
  }

  lines(): string[] {
    return this.#lines.map((line) => line.trimEnd());
  }

  resize(columns: number): void {
    this.columns = columns;
    const rows = new RegExp(`.{1,${columns}}`, 'gu');
    this.#lines = this.#lines.flatMap((line) => line.trimEnd().match(rows) ?? ['']);
    this.#row = this.#lines.length - 1;
  }

  write(text: string): void {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with one
    for (const [piece] of text.matchAll(/\u001b\[([0-9;]*)([A-Za-z])|[\s\S]/gu)) {
      if (piece.startsWith('\u001b')) this.#obey(piece);
      else if (piece === '\n') this.#newLine();
      else if (piece === '\r') this.#column = 0;
      else this.#put(piece);
    }
  }

  #obey(sequence: string): void {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with one
    const [, given = '', what] = /^\u001b\[([0-9;]*)([A-Za-z])$/.exec(sequence) ?? [];
    if (what === 'm') return;
    if (what === 'A') this.#up(Number(given || 1));
    else if (what === 'K' && given === '2') this.#lines[this.#row] = '';
    else if (what === 'J' && (given === '0' || given === '')) this.#clearBelow();
    else if (what === 'G') this.#column = Number(given || 1) - 1;
    else throw new Error(`${JSON.stringify(sequence)} is not known to this terminal`);
  }

  /** What has left the screen at the top is out of reach. */
  #up(rows: number): void {
    const top = Math.max(0, this.#lines.length - this.rows);
    this.#row = Math.max(top, this.#row - rows);
  }

  #clearBelow(): void {
    this.#lines = this.#lines.slice(0, this.#row + 1);
    this.#lines[this.#row] = (this.#lines[this.#row] ?? '').slice(0, this.#column);
  }

  #newLine(): void {
    this.#row += 1;
    this.#column = 0;
    if (this.#row === this.#lines.length) this.#lines.push('');
  }

  #put(character: string): void {
    if (this.#column === this.columns) this.#newLine();
    const line = (this.#lines[this.#row] ?? '').padEnd(this.#column);
    this.#lines[this.#row] =
      line.slice(0, this.#column) + character + line.slice(this.#column + character.length);
    this.#column += character.length;
  }
}

// What happened, as a hash that two runs of one seed must share, and as a timeline to read.

import { hashText } from './stream.ts';

export class Trace {
  /** Lines are kept only when somebody wants to read them. */
  readonly lines: string[] | undefined;
  #hash = 0x811c9dc5;
  readonly #startAt: number;

  constructor(startAt: number, isKept: boolean) {
    this.#startAt = startAt;
    this.lines = isKept ? [] : undefined;
  }

  note(at: number, who: string, what: string): void {
    this.#hash = hashText(what, hashText(who, this.#hash ^ Math.round((at - this.#startAt) * 1e3)));
    this.lines?.push(`${seconds(at - this.#startAt)} ${who.padEnd(9)} ${what}`);
  }

  get hash(): string {
    return (this.#hash >>> 0).toString(16).padStart(8, '0');
  }
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1_000).toFixed(3).padStart(10)}s`;
}

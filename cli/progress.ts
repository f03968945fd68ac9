// How far long work has come: one line redrawn on a terminal, a line now and then elsewhere.

import { note } from './screen.ts';
import { count, span } from './words.ts';

const EVERY_MS = 200;
const QUIET_EVERY_MS = 10_000;

export class Progress {
  readonly #total: number;
  readonly #unit: string;
  readonly #isShown: boolean;
  readonly #startedAt = performance.now();
  #shownAt = performance.now();
  #hasLine = false;

  constructor(total: number, unit: string, isShown: boolean) {
    this.#total = total;
    this.#unit = unit;
    this.#isShown = isShown;
  }

  show(done: number): void {
    const isLive = process.stderr.isTTY === true;
    const now = performance.now();
    if (!this.#isShown || now - this.#shownAt < (isLive ? EVERY_MS : QUIET_EVERY_MS)) return;
    this.#shownAt = now;
    const spent = now - this.#startedAt;
    const left = done === 0 ? 0 : (spent / done) * (this.#total - done);
    const share = this.#total === 0 ? 100 : Math.floor((done / this.#total) * 100);
    const line = `${count(done)} of ${count(this.#total)} ${this.#unit}, ${share} %, about ${span(left)} left`;
    if (isLive) process.stderr.write(`\r\u001b[2K${line}`);
    else note(line);
    this.#hasLine = isLive;
  }

  end(): void {
    if (this.#hasLine) process.stderr.write('\r\u001b[2K');
    this.#hasLine = false;
  }
}

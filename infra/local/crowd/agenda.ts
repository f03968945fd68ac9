// What the readers still mean to do, and when.

export class Agenda {
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #running = new Set<Promise<void>>();
  #stopped = false;

  /** Things that have not happened yet or are happening. */
  get open(): number {
    return this.#timers.size + this.#running.size;
  }

  after(ms: number, act: () => Promise<void>): void {
    if (this.#stopped) return;
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      const running = act()
        .catch(() => undefined)
        .finally(() => this.#running.delete(running));
      this.#running.add(running);
    }, ms);
    this.#timers.add(timer);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
    await Promise.all(this.#running);
  }
}

/** A log-normal time: half of the readers are faster than the median, a few take very long. */
export function logNormal(medianMs: number, sigma: number, random: () => number): number {
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return medianMs * Math.exp(sigma * normal);
}

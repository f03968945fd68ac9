// From a seed that breaks a promise to the smallest world found that still breaks it: first whole
// classes of faults go, then single faults, then what people do, then people.

import type { PlacedStrike } from './fault-plan.ts';
import { doingName, NOTHING_LEFT_OUT, type Reduction } from './reduction.ts';
import { type History, runWorld, type Subject } from './world.ts';

export interface Shrunk {
  readonly reduction: Reduction;
  /** The smallest history that still breaks the invariant, with its timeline. */
  readonly history: History;
  readonly worlds: number;
}

/** Worlds that are tried at most: a few seconds. */
const WORLDS_MAX = 400;
const PEOPLE = [2, 4, 8, 16, 32, 64, 120, 200] as const;

/** Undefined when the seed does not break this invariant. */
export async function shrink(
  seed: number,
  invariant: string,
  subject?: Subject,
): Promise<Shrunk | undefined> {
  const search = new Search(seed, invariant, subject);
  return (await search.begin()) ? search.run() : undefined;
}

class Search {
  readonly #seed: number;
  readonly #invariant: string;
  readonly #subject: Subject | undefined;
  #reduction = NOTHING_LEFT_OUT;
  #history: History | undefined;
  #worlds = 0;

  constructor(seed: number, invariant: string, subject: Subject | undefined) {
    this.#seed = seed;
    this.#invariant = invariant;
    this.#subject = subject;
  }

  begin(): Promise<boolean> {
    return this.#try(NOTHING_LEFT_OUT);
  }

  async run(): Promise<Shrunk> {
    await this.#leaveOut(() => [...this.#found.faultClasses]);
    // From here on faults are placed one by one and no longer drawn.
    await this.#try({ ...this.#reduction, strikes: this.#found.struck });
    // What was left out may make something else superfluous: until nothing more goes.
    for (let before = -1; before !== this.#size; ) {
      before = this.#size;
      await this.#fewerStrikes();
      await this.#leaveOut(() => this.#found.bursts.slice(1));
      await this.#leaveOut(() => this.#found.bursts.slice(0, -1));
      await this.#leaveOut(() => this.#found.doings.map(doingName).reverse());
      await this.#fewerPeople();
    }
    const history = await this.#world(this.#reduction, true);
    return { reduction: this.#reduction, history, worlds: this.#worlds };
  }

  get #found(): History {
    if (!this.#history) throw new Error('nothing has failed yet');
    return this.#history;
  }

  get #size(): number {
    const { without, strikes, people = 0 } = this.#reduction;
    return without.length * 1_000 - (strikes?.length ?? 0) - people / 1_000;
  }

  /** Whether the world still fails under this reduction; it is kept when it does. */
  async #try(reduction: Reduction): Promise<boolean> {
    if (this.#worlds >= WORLDS_MAX) return false;
    this.#worlds += 1;
    const history = await this.#world(reduction, false);
    if (!history.violations.some((one) => one.invariant === this.#invariant)) return false;
    this.#reduction = reduction;
    this.#history = history;
    return true;
  }

  #world(reduction: Reduction, isTraced: boolean): Promise<History> {
    const subject = this.#subject ? { subject: this.#subject } : {};
    return runWorld({ seed: this.#seed, reduction, isTraced, ...subject });
  }

  /** Leaves out one name after the other, as long as the world still fails. */
  async #leaveOut(names: () => readonly string[]): Promise<void> {
    for (const name of names()) {
      const without = [...this.#reduction.without, name];
      await this.#try({ ...this.#reduction, without });
    }
  }

  /** Halves first, then quarters, down to single strikes. */
  async #fewerStrikes(): Promise<void> {
    let strikes: readonly PlacedStrike[] = this.#found.struck;
    for (let size = strikes.length; size >= 1; size = Math.floor(size / 2)) {
      for (let at = 0; at < strikes.length; ) {
        const fewer = [...strikes.slice(0, at), ...strikes.slice(at + size)];
        if (await this.#try({ ...this.#reduction, strikes: fewer })) strikes = fewer;
        else at += size;
      }
    }
  }

  async #fewerPeople(): Promise<void> {
    for (const people of PEOPLE) {
      if (people >= (this.#reduction.people ?? Number.POSITIVE_INFINITY)) return;
      if (await this.#try({ ...this.#reduction, people })) return;
    }
  }
}

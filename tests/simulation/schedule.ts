// Virtual time: one heap of what happens when. Everything in a simulated world runs from here.

import type { Stream } from './stream.ts';

interface Happening {
  readonly at: number;
  readonly tie: number;
  readonly serial: number;
  readonly run: () => void;
  /** Code under test was resumed: its microtasks run to their end before the next happening. */
  readonly resumes: boolean;
}

/** Immediates queued at a time; microtasks are drained between any two of them. */
const BATCH = 16;
/** Happenings in a row after which microtasks are drained although no code was resumed. */
const QUIET_MAX = 32;

export class Schedule {
  /** Milliseconds since 1970, the true time of the world; nodes see it through their own clocks. */
  now: number;
  steps = 0;
  readonly #ties: Stream;
  readonly #heap: Happening[] = [];
  #serial = 0;

  constructor(startAt: number, ties: Stream) {
    this.now = startAt;
    this.#ties = ties;
  }

  /** Runs at that time, or as soon as possible; among equal times chance decides. */
  at(time: number, run: () => void, resumes = true): void {
    const at = Math.max(time, this.now);
    const happening = { at, tie: this.#ties.bits(), serial: this.#serial, run, resumes };
    this.#serial += 1;
    push(this.#heap, happening);
  }

  after(milliseconds: number, run: () => void, resumes = true): void {
    this.at(this.now + Math.max(0, milliseconds), run, resumes);
  }

  /** Works the heap off until it is empty or `isOver` says so; `isOver` is asked at every step. */
  run(isOver: () => boolean, stepsMax: number): Promise<void> {
    return new Promise((resolve, reject) => {
      let isRunning = true;
      const end = (settle: () => void) => {
        isRunning = false;
        settle();
      };
      const step = () => {
        if (!isRunning) return;
        try {
          if (!this.#step(isOver)) end(resolve);
          else if (this.steps > stepsMax) {
            end(() => reject(new Error(`the world did not come to rest in ${stepsMax} steps`)));
          }
        } catch (error) {
          end(() => reject(error));
        }
      };
      const fill = () => {
        if (!isRunning) return;
        for (let index = 0; index < BATCH; index += 1) setImmediate(step);
        setImmediate(fill);
      };
      fill();
    });
  }

  /** One happening that resumes code, and a few before it that do not. */
  #step(isOver: () => boolean): boolean {
    for (let quiet = 0; ; quiet += 1) {
      if (isOver()) return false;
      const happening = pop(this.#heap);
      if (!happening) return false;
      this.now = happening.at;
      this.steps += 1;
      happening.run();
      if (happening.resumes || quiet >= QUIET_MAX) return true;
    }
  }
}

function isBefore(one: Happening, other: Happening): boolean {
  if (one.at !== other.at) return one.at < other.at;
  if (one.tie !== other.tie) return one.tie < other.tie;
  return one.serial < other.serial;
}

function push(heap: Happening[], happening: Happening): void {
  let index = heap.length;
  heap.push(happening);
  while (index > 0) {
    const above = (index - 1) >> 1;
    const parent = heap[above] as Happening;
    if (!isBefore(happening, parent)) break;
    heap[index] = parent;
    index = above;
  }
  heap[index] = happening;
}

function pop(heap: Happening[]): Happening | undefined {
  const top = heap[0];
  const last = heap.pop();
  if (!top || !last || heap.length === 0) return top;
  let index = 0;
  for (;;) {
    let child = 2 * index + 1;
    if (child >= heap.length) break;
    const right = heap[child + 1];
    if (right && isBefore(right, heap[child] as Happening)) child += 1;
    const smaller = heap[child] as Happening;
    if (!isBefore(smaller, last)) break;
    heap[index] = smaller;
    index = child;
  }
  heap[index] = last;
  return top;
}

// The containers that invocations run in, and the beats that start them.

import { SimNode, type Surroundings } from './node.ts';
import type { Stream } from './stream.ts';

export interface FleetSettings {
  /** How far a container's clock may be off. */
  readonly skewMs: number;
  /** The function's time limit is met in the middle of the work (C5). */
  readonly isCutShort: boolean;
  /** Ticks come late and several at once (T3). */
  readonly isUnpunctual: boolean;
}

export interface Invocation {
  readonly node: SimNode;
  /** By the node's own clock: hand over before. */
  readonly until: number;
  readonly holder: string;
}

const TIME_LIMIT_MS = 900_000;
/** What an entry keeps back for handing over. */
const MARGIN_MS = 30_000;

export class Fleet {
  readonly nodes: SimNode[] = [];
  readonly settings: FleetSettings;
  readonly #world: Surroundings;
  readonly #chance: Stream;
  readonly #kind: string;
  #isHealed = false;
  #invocations = 0;

  constructor(world: Surroundings, kind: string, chance: Stream, settings: FleetSettings) {
    this.#world = world;
    this.#kind = kind;
    this.#chance = chance;
    this.settings = settings;
  }

  get isBusy(): boolean {
    return this.nodes.some((node) => node.isAlive && node.isBusy);
  }

  get busy(): SimNode[] {
    return this.nodes.filter((node) => node.isAlive && node.isBusy);
  }

  heal(): void {
    this.#isHealed = true;
  }

  /** Runs it in a warm container, if chance wills and one is free, else in a new one. */
  invoke(
    run: (invocation: Invocation) => Promise<void>,
    ended?: (error: unknown) => void,
  ): SimNode {
    const { schedule } = this.#world;
    const node = this.#container();
    this.#invocations += 1;
    const holder = `${node.name}-${this.#invocations}`;
    const { limitMs, killedAfterMs } = this.#limits();
    const until = node.clock.now() + limitMs - Math.min(MARGIN_MS, limitMs / 3);
    let isOver = false;
    node.invoke(
      () => run({ node, until, holder }),
      (error) => {
        isOver = true;
        ended?.(error);
      },
    );
    const kill = () => {
      if (!isOver) node.crash('at its time limit');
    };
    schedule.after(killedAfterMs, kill, false);
    return node;
  }

  /** The whole fleet at once, as a deployment does it (C4). */
  crashAll(): void {
    for (const node of this.nodes) node.crash('with the whole fleet');
  }

  #container(): SimNode {
    const warm = this.nodes.filter((node) => node.isAlive && !node.isBusy);
    if (warm.length > 0 && this.#chance.chance(0.7)) return this.#chance.pick(warm);
    const name = `${this.#kind}${this.nodes.length + 1}`;
    const chance = this.#chance.fork(name);
    const skew = chance.between(-this.settings.skewMs, this.settings.skewMs);
    const node = new SimNode(this.#world, name, chance, skew);
    this.nodes.push(node);
    return node;
  }

  #limits(): { limitMs: number; killedAfterMs: number } {
    if (this.#isHealed || !this.settings.isCutShort) {
      return { limitMs: TIME_LIMIT_MS, killedAfterMs: TIME_LIMIT_MS };
    }
    const limitMs = this.#chance.chance(0.4)
      ? this.#chance.between(40_000, 120_000)
      : TIME_LIMIT_MS;
    const killedAfterMs = this.#chance.chance(0.15)
      ? this.#chance.between(1_000, limitMs)
      : limitMs;
    return { limitMs, killedAfterMs };
  }
}

// Which fault strikes which call: drawn per seed (swarm), or scripted for one history.

import { mixed, type Stream } from './stream.ts';

export type Port = 'table' | 'ses' | 'http' | 'secrets' | 'queue' | 'clock';

/** One await of code under test on the world. */
export interface Site {
  readonly port: Port;
  /** `put`, `get`, `send`, `publish`, ... */
  readonly verb: string;
  readonly isWrite: boolean;
  /** The how-manieth await of this world it is, from 0. */
  readonly index: number;
  readonly at: number;
}

export type Strike =
  | 'none'
  | 'crash_before' // C1
  | 'crash_after' // C2
  | 'crash_answered' // C3
  | 'refused' // N1: an error answer, no effect
  | 'error_effect' // N2: an error answer, the effect done
  | 'lost_effect' // N3: no answer, the effect done
  | 'lost_no_effect' // N4: no answer, no effect
  | 'late' // N5: the effect comes after the caller gave up
  | 'garbage' // N6: an answer nobody can read
  | 'stall' // C7: the node freezes for a while with the answer in its hands
  | 'zombie' // C8: it freezes for ten minutes and goes on
  | 'duplicate_tick'; // T3: at this very await another tick starts

export interface Decision {
  readonly strike: Strike;
  /** How long a stall lasts, or how much later than the time-out a late effect comes. */
  readonly milliseconds: number;
  /** Chance for whoever carries it out, in [0, 1). */
  readonly chance: number;
}

export interface Faults {
  decide(site: Site): Decision;
  /** From here on nothing fails any more. */
  heal(): void;
  /** Every strike there was, in order. */
  readonly struck: readonly PlacedStrike[];
}

/** A fault at one await: enough to make it happen there again. */
export interface PlacedStrike extends Decision {
  readonly index: number;
}

export const NO_FAULT: Decision = { strike: 'none', milliseconds: 0, chance: 0 };

/** Every class by the id of the fault table (docs/guarantees.md), with its highest rate a call. */
const CALL_CLASSES = [
  { id: 'C1', strike: 'crash_before', most: 0.04 },
  { id: 'C2', strike: 'crash_after', most: 0.03 },
  { id: 'C3', strike: 'crash_answered', most: 0.03 },
  { id: 'C7', strike: 'stall', most: 0.05 },
  { id: 'C8', strike: 'zombie', most: 0.004 },
  { id: 'N1', strike: 'refused', most: 0.3 },
  { id: 'N2', strike: 'error_effect', most: 0.05 },
  { id: 'N3', strike: 'lost_effect', most: 0.05 },
  { id: 'N4', strike: 'lost_no_effect', most: 0.05 },
  { id: 'N5', strike: 'late', most: 0.03 },
  { id: 'N6', strike: 'garbage', most: 0.035 },
] as const satisfies readonly { id: string; strike: Strike; most: number }[];

/** Classes that are not decided call by call; the world carries them out. */
const WORLD_CLASSES = [
  'C4', // the whole fleet crashes at once
  'C5', // the function's time limit comes in the middle
  'T1', // clocks disagree by up to 5 s
  'T2', // clocks step
  'T3', // ticks come late, and several at once
  'D3', // a hot partition: for seconds most calls of the table are throttled
  'D4', // eventually consistent reads are up to 2 s old
  'D5', // the index lags its table by up to 60 s
  'P1', // the real send rate is lower than the stated one
  'P2', // single entries of a bulk call are refused
  'P3', // the account is paused in mid-burst
  'P4', // the network throttles, refuses the token, forgets keys
  'P5', // a wave of bounces and complaints
  'K1', // keys and secrets cannot be read
  'X1', // two releases of the code at once
  'E1', // events come twice, late, out of order or not at all
] as const;

export type CallClass = (typeof CALL_CLASSES)[number]['id'];
export type WorldClass = (typeof WORLD_CLASSES)[number];
export type FaultClass = CallClass | WorldClass;

/** Classes that strike call by call, wherever code under test waits for an answer. */
export const CALL_CLASS_IDS: ReadonlySet<string> = new Set(CALL_CLASSES.map(({ id }) => id));

/** Where a class may strike. */
const PLACEMENTS = ['anywhere', 'anywhere', 'writes', 'reads', 'providers', 'table'] as const;
type Placement = (typeof PLACEMENTS)[number];

interface Setting {
  readonly strike: Strike;
  readonly rate: number;
  readonly placement: Placement;
  readonly isOn: boolean;
}

/** A fault plan for one seed: which classes are on, how often and where they strike. */
export class SwarmFaults implements Faults {
  readonly on: ReadonlySet<FaultClass>;
  /** Nothing fails at all, and nobody interferes: then everything has to go well. */
  readonly isFair: boolean;
  readonly struck: PlacedStrike[] = [];
  readonly #settings: readonly Setting[];
  /** What strikes at an await depends on the seed and its number, not on what struck before it. */
  readonly #salt: number;
  #isHealed = false;
  #zombiesLeft = 2;
  #crashesLeft: number;

  /** @param without classes that the seed turns on and that stay off all the same */
  constructor(stream: Stream, without: ReadonlySet<string> = new Set()) {
    const swarm = stream.fork('swarm');
    this.isFair = swarm.fork('weather').chance(0.04);
    const density = this.isFair ? 0 : swarm.between(0.1, 0.5);
    const on = new Set<FaultClass>();
    const settings: Setting[] = [];
    for (const { id, strike, most } of CALL_CLASSES) {
      const own = swarm.fork(id);
      if (!own.chance(density)) continue;
      if (!without.has(id)) on.add(id);
      // Low rates more often than high ones: many histories that go far, some that hardly move.
      const rate = most * own.fraction() ** 2;
      // One that is left out keeps its share of chance, so that the others strike where they did.
      settings.push({ strike, rate, placement: own.pick(PLACEMENTS), isOn: !without.has(id) });
    }
    for (const id of WORLD_CLASSES) {
      if (swarm.fork(id).chance(density) && !without.has(id)) on.add(id);
    }
    this.on = on;
    this.#settings = settings;
    this.#salt = stream.fork('calls').bits();
    this.#crashesLeft = swarm.fork('crashes').integer(1, 12);
  }

  decide(site: Site): Decision {
    if (this.#isHealed) return NO_FAULT;
    const weight = weightOf(site);
    let draw = mixed(this.#salt, site.index) / weight;
    // Where much strikes, whichever class stands first would take it all: they take turns.
    const count = this.#settings.length;
    const first = weight > 1 && count > 0 ? site.index % count : 0;
    for (let turn = 0; turn < count; turn += 1) {
      const setting = this.#settings[(first + turn) % count];
      if (!setting) continue;
      if (draw >= setting.rate) {
        draw -= setting.rate;
        continue;
      }
      if (!setting.isOn || !isPlaced(setting.placement, site)) return NO_FAULT;
      return this.#strike(setting.strike, site.index);
    }
    return NO_FAULT;
  }

  #strike(strike: Strike, index: number): Decision {
    if (strike === 'zombie') {
      if (this.#zombiesLeft === 0) return NO_FAULT;
      this.#zombiesLeft -= 1;
    } else if (strike.startsWith('crash')) {
      if (this.#crashesLeft === 0) return NO_FAULT;
      this.#crashesLeft -= 1;
    }
    const milliseconds = Math.round(howLong(strike, mixed(this.#salt ^ 0x5bd1e995, index)));
    const chance = Number(mixed(this.#salt ^ 0x27d4eb2f, index).toFixed(3));
    const struck = { strike, milliseconds, chance, index };
    this.struck.push(struck);
    return struck;
  }

  heal(): void {
    this.#isHealed = true;
  }

  /** The resolved settings, for the head of a trace. */
  describe(): string[] {
    const rates = this.#settings.filter(({ isOn }) => isOn);
    const lines = rates.map(
      ({ strike, rate, placement }) => `${strike} ${(rate * 100).toFixed(2)} % of ${placement}`,
    );
    return [`classes on: ${[...this.on].join(' ')}`, ...lines];
  }
}

const WEIGHTS: { readonly [verb: string]: number } = { publish: 30, post: 30, send: 2 };

/** A world makes hundreds of reads and one post: what is rare is struck more often. */
function weightOf({ verb }: Site): number {
  return WEIGHTS[verb] ?? 1;
}

/** A stall may outlast freshness, a lease, or both; a zombie outlasts everything but the grace. */
function howLong(strike: Strike, draw: number): number {
  if (strike === 'stall') return 50 * (120_000 / 50) ** draw;
  if (strike === 'zombie') return 600_000;
  if (strike === 'late') return 45_000 ** draw;
  return 0;
}

function isPlaced(placement: Placement, site: Site): boolean {
  switch (placement) {
    case 'anywhere':
      return true;
    case 'writes':
      return site.isWrite;
    case 'reads':
      return !site.isWrite;
    case 'providers':
      return site.port === 'ses' || site.port === 'http';
    case 'table':
      return site.port === 'table';
  }
}

/** Strikes at these awaits of the world and at no other. */
export class ListedFaults implements Faults {
  readonly struck: PlacedStrike[] = [];
  readonly #strikes: ReadonlyMap<number, PlacedStrike>;

  constructor(strikes: readonly PlacedStrike[]) {
    this.#strikes = new Map(strikes.map((one) => [one.index, one]));
  }

  decide(site: Site): Decision {
    const strike = this.#strikes.get(site.index);
    if (strike === undefined) return NO_FAULT;
    this.struck.push(strike);
    return strike;
  }

  heal(): void {
    // Every strike is placed by number; there is nothing else to switch off.
  }
}

/** The same faults everywhere: a share of all writes and provider calls goes wrong. */
export class EvenFaults implements Faults {
  readonly struck: PlacedStrike[] = [];
  readonly #chance: Stream;
  readonly #share: number;
  #isHealed = false;

  constructor(chance: Stream, share: number) {
    this.#chance = chance;
    this.#share = share;
  }

  decide(site: Site): Decision {
    if (this.#isHealed || !site.isWrite || !this.#chance.chance(this.#share)) return NO_FAULT;
    const kinds = ['refused', 'refused', 'lost_effect', 'lost_no_effect', 'error_effect'] as const;
    const strike: Strike = this.#chance.chance(0.01) ? 'crash_after' : this.#chance.pick(kinds);
    const struck = { strike, milliseconds: 0, chance: this.#chance.fraction(), index: site.index };
    this.struck.push(struck);
    return struck;
  }

  heal(): void {
    this.#isHealed = true;
  }
}

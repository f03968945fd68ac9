// What is left out of a seed's world: so that a failure can be told as a short story, and replayed.

import { audienceOf } from './audience.ts';
import type { PlacedStrike, Strike } from './fault-plan.ts';
import type { BurstScript, Script } from './script.ts';

export interface Reduction {
  /** Fault classes that stay off (`C1`), bursts nobody plans (`b2`), doings by place (`doing7`). */
  readonly without: readonly string[];
  /** The only strikes at awaits; absent: those that the seed draws. */
  readonly strikes?: readonly PlacedStrike[];
  /** No audience is larger. */
  readonly people?: number;
}

export const NOTHING_LEFT_OUT: Reduction = { without: [] };

/** The options of a replay, as `optionsOf` wrote them. */
export function parseReduction(options: {
  readonly without?: string | undefined;
  readonly strikes?: string | undefined;
  readonly people?: string | undefined;
}): Reduction {
  const { without, strikes, people } = options;
  return {
    without: listOf(without),
    ...(strikes === undefined ? {} : { strikes: listOf(strikes).map(parseStrike) }),
    ...(people === undefined ? {} : { people: Number(people) }),
  };
}

/** What a command has to say so that this very world is run. */
export function optionsOf({ without, strikes, people }: Reduction): string {
  const options: string[] = [];
  if (without.length > 0) options.push(`--without ${without.join(',')}`);
  if (strikes) options.push(`--strikes ${strikes.map(textOf).join(',') || 'none'}`);
  if (people !== undefined) options.push(`--people ${people}`);
  return options.join(' ');
}

/** The script without what is left out. */
export async function reduceScript(script: Script, reduction: Reduction): Promise<Script> {
  const { without, people } = reduction;
  if (without.length === 0 && people === undefined) return script;
  const gone = new Set(without);
  const bursts = script.bursts.filter(({ burst }) => !gone.has(burst));
  return {
    ...script,
    bursts: await Promise.all(bursts.map((burst) => smaller(burst, people))),
    doings: script.doings.filter(
      ({ burst, place = -1 }) => !gone.has(burst) && !gone.has(doingName(place)),
    ),
  };
}

export function doingName(place: number): string {
  return `doing${place}`;
}

async function smaller(burst: BurstScript, people = Number.POSITIVE_INFINITY) {
  const legs = burst.legs.map(async (leg) => {
    const { audience } = leg;
    if (audience === undefined || audience.addresses.length <= people) return leg;
    const family = audience.id.slice(0, audience.id.lastIndexOf('-'));
    return { ...leg, audience: await audienceOf(family, people) };
  });
  return { ...burst, legs: await Promise.all(legs) };
}

function listOf(text: string | undefined): string[] {
  return text === undefined || text === 'none' ? [] : text.split(',');
}

/** `12:late:3000:0.5`: await, strike, milliseconds, chance. */
function textOf({ index, strike, milliseconds, chance }: PlacedStrike): string {
  return [index, strike, milliseconds, chance].join(':');
}

function parseStrike(text: string): PlacedStrike {
  const [index, strike, milliseconds = '0', chance = '0'] = text.split(':');
  return {
    index: Number(index),
    strike: strike as Strike,
    milliseconds: Number(milliseconds),
    chance: Number(chance),
  };
}

// The ledger of addressable channels: one item a lane, one write a window.

import { Lane } from '#domain/lane.ts';
import type { Item, Table } from '#domain/ports.ts';
import { fromItem, toItem } from './item.ts';
import { keys } from './keys.ts';
import { compareAndSave, type Saved } from './save.ts';

/** Read strongly. */
export async function loadLane(
  table: Table,
  burst: string,
  lane: number,
): Promise<Lane | undefined> {
  const item = await table.get(keys.lane(burst, lane), { consistent: true });
  return item && decode(item);
}

/** Lanes 0 to count - 1 that exist, by number; one strong read each. */
export async function listLanes(table: Table, burst: string, count: number): Promise<Lane[]> {
  const numbers = Array.from({ length: count }, (_, lane) => lane);
  const lanes = await Promise.all(numbers.map((lane) => loadLane(table, burst, lane)));
  return lanes.filter((lane) => lane !== undefined);
}

export function saveLane(
  table: Table,
  previous: Lane | undefined,
  next: Lane,
  nonce: string,
): Promise<Saved<Lane>> {
  const key = keys.lane(next.burst, next.lane);
  return compareAndSave(table, key, previous, next, encode, decode, nonce);
}

function encode(lane: Lane): Item {
  return toItem(Lane, keys.lane(lane.burst, lane.lane), lane);
}

function decode(item: Item): Lane {
  return fromItem(Lane, item);
}

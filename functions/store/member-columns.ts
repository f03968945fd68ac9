// Members as columns: like stands beside like, so that a chunk compresses to half of its rows.

import * as z from 'zod/mini';
import type { Member } from '#domain/manifest.ts';
import type { Key } from '#domain/ports.ts';
import { corrupt } from './item.ts';

const Column = z.array(z.nullable(z.string()));

export const Columns = z.strictObject({
  /** The first ordinal; the others follow without a gap ... */
  first: z.int(),
  /** ... unless they are listed here. */
  ordinals: z.optional(z.array(z.int())),
  addresses: z.array(z.string()),
  /** One value for every member, null where it has none. */
  fields: z.record(z.string(), Column),
  zones: z.optional(Column),
  /** Bits, where a leg has segments. */
  segments: z.optional(z.array(z.int())),
});
export type Columns = z.output<typeof Columns>;

export function columnsOf(members: readonly Member[]): Columns {
  const first = members[0]?.ordinal ?? 0;
  const fields: { [name: string]: (string | null)[] } = {};
  const addresses: string[] = [];
  let isGapless = true;
  for (const [index, member] of members.entries()) {
    if (member.ordinal !== first + index) isGapless = false;
    addresses.push(member.address);
    for (const name of Object.keys(member.fields)) {
      if (!Object.hasOwn(fields, name)) fields[name] = members.map((one) => ownOf(one, name));
    }
  }
  const hasZones = members.some(({ zone }) => zone !== undefined);
  const hasSegments = members.some(({ segments }) => segments !== undefined);
  return {
    first,
    ...(isGapless ? {} : { ordinals: members.map((member) => member.ordinal) }),
    addresses,
    fields,
    ...(hasZones ? { zones: members.map((member) => member.zone ?? null) } : {}),
    ...(hasSegments ? { segments: members.map((member) => member.segments ?? 0) } : {}),
  };
}

/** A person may call a field `constructor`: only the member's own value counts. */
function ownOf(member: Member, name: string): string | null {
  return Object.hasOwn(member.fields, name) ? (member.fields[name] ?? null) : null;
}

/** Throws Fault `store_corrupt` when the columns are not of one length. */
export function membersOf(columns: Columns, key: Key): Member[] {
  const { first, ordinals, addresses, zones, segments } = columns;
  const fields = Object.entries(columns.fields);
  for (const column of [ordinals, zones, segments, ...Object.values(columns.fields)]) {
    if (column && column.length !== addresses.length) {
      throw corrupt(key, `a column of ${column.length} beside ${addresses.length} addresses`);
    }
  }
  return addresses.map((address, index) => {
    const ordinal = ordinals?.[index] ?? first + index;
    const own: { [name: string]: string } = {};
    for (const [name, column] of fields) {
      const value = column[index];
      if (typeof value === 'string') own[name] = value;
    }
    const zone = zones?.[index];
    const bits = segments?.[index] ?? 0;
    return {
      ordinal,
      address,
      fields: own,
      ...(typeof zone === 'string' ? { zone } : {}),
      ...(bits === 0 ? {} : { segments: bits }),
    };
  });
}

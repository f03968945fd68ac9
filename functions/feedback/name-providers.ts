// From domains to mailbox providers: whoever takes the mail of many domains is one of them.

import type { Table } from '#domain/ports.ts';
import { loadMailDomain } from '#store/mail-domains.ts';
import type { Parts } from '#store/tallies.ts';
import { createAtMost } from './at-most.ts';

/** The largest domains are looked up; the rest is a few people each. */
const LOOKUPS_MAX = 200;
const LOOKUPS_AT_ONCE = 16;
/** Checked one by one; every further check makes all of them weaker. */
const PROVIDERS_MAX = 8;
/** A domain of fewer people could name one of them. */
const PEOPLE_MIN = 100;
/** Everybody else together. */
const OTHERS = 'others';

type Rows = Record<string, number>;

/**
 * Gateways by name (`google`, `microsoft`); a domain that runs its own or of which nothing is known
 * by its own name, when it has at least 100 people. The eight largest, the others together.
 */
export async function nameProviders(
  table: Table,
  byDomain: ReadonlyMap<string, Rows>,
): Promise<Parts['providers']> {
  const ranked = [...byDomain].sort(bySize);
  const reads = createAtMost(LOOKUPS_AT_ONCE);
  const named = await Promise.all(
    ranked.map(async ([domain, rows], place) => {
      const isLookedUp = place < LOOKUPS_MAX && domain !== '';
      const name = isLookedUp ? await reads(() => nameOf(table, domain, rows)) : OTHERS;
      return [name, rows] as const;
    }),
  );
  const [others, providers] = partition(joined(named));
  const kept = providers.sort(bySize).slice(0, PROVIDERS_MAX);
  const rest = joined(
    [...others, ...providers.slice(PROVIDERS_MAX)].map(([, rows]) => [OTHERS, rows]),
  );
  return [...kept, ...rest].map(([name, exposed]) => ({ name, exposed: sorted(exposed) }));
}

async function nameOf(table: Table, domain: string, rows: Rows): Promise<string> {
  const known = await loadMailDomain(table, domain);
  if (known && known.gateway !== 'own' && known.gateway !== 'none') return known.gateway;
  return sizeOf(rows) >= PEOPLE_MIN ? domain : OTHERS;
}

type Named = readonly [name: string, rows: Rows];

function partition(all: readonly Named[]): [Named[], Named[]] {
  return [all.filter(([name]) => name === OTHERS), all.filter(([name]) => name !== OTHERS)];
}

function joined(all: readonly Named[]): Named[] {
  const sums = new Map<string, Rows>();
  for (const [name, rows] of all) {
    const sum = sums.get(name) ?? {};
    sums.set(name, sum);
    for (const [row, count] of Object.entries(rows)) sum[row] = (sum[row] ?? 0) + count;
  }
  return [...sums];
}

/** Largest first, then by name. */
function bySize([a, one]: Named, [b, other]: Named): number {
  return sizeOf(other) - sizeOf(one) || (a < b ? -1 : 1);
}

/** People: rows of waves repeat them. */
function sizeOf(rows: Rows): number {
  return Object.entries(rows).reduce(
    (sum, [row, count]) => (row.includes('#') ? sum : sum + count),
    0,
  );
}

function sorted(rows: Rows): Rows {
  return Object.fromEntries(Object.entries(rows).sort(([a], [b]) => (a < b ? -1 : 1)));
}

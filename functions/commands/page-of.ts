// Pages of a list that is read whole, because it is never long.

import * as z from 'zod/mini';
import { Id } from '#domain/ids.ts';

/** Of every such list: at most so many, and the `next` of the page before. */
export const pageFields = {
  limit: z.optional(z.int().check(z.gte(1), z.lte(200))),
  after: z.optional(Id),
};

export interface PageWanted {
  readonly limit?: number | undefined;
  readonly after?: string | undefined;
}

/** In the list's own order; after a name that is not in it any more comes nothing. */
export function pageOf<T>(
  all: readonly T[],
  { limit = 100, after }: PageWanted,
  nameOf: (one: T) => string,
): { readonly page: readonly T[]; readonly next?: string } {
  const place = after === undefined ? -1 : all.findIndex((one) => nameOf(one) === after);
  const from = after !== undefined && place < 0 ? all.length : place + 1;
  const page = all.slice(from, from + limit);
  const last = page.at(-1);
  return from + limit < all.length && last !== undefined ? { page, next: nameOf(last) } : { page };
}

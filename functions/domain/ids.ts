// The one grammar of ids: no delimiter of a composite key can be smuggled into one.

import * as z from 'zod/mini';

/** A burst, campaign or audience id: lower case, digits and dashes, 1 to 64 characters. */
export const ID_PATTERN = /^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/;
export const Id = z.string().check(z.regex(ID_PATTERN));
export type Id = z.output<typeof Id>;

/** A name a person gave to a call, a leg or an outcome: like an id, underscores allowed, 1 to 40. */
export const NAME_PATTERN = /^[a-z0-9](?:[a-z0-9_-]{0,38}[a-z0-9])?$/;
export const Name = z.string().check(z.regex(NAME_PATTERN));
export type Name = z.output<typeof Name>;

/** Milliseconds since 1970, UTC; the range is the years 1970 to 9999. */
export const InstantSchema = z.number().check(z.gte(0), z.lte(253_402_300_799_999));

/** A nonce or holder: one writer's own mark. */
export const Mark = z.string().check(z.regex(/^[0-9A-Za-z_-]{1,64}$/));

// The small values a campaign file is made of, each with its rule in words.

import * as z from 'zod/mini';
import { ID_PATTERN, NAME_PATTERN } from './ids.ts';

/** A sentence about a field: editors show it, and the reference is made of it. */
export function says<S extends z.ZodMiniType>(schema: S, sentence: string): S {
  return schema.check(z.describe(sentence)) as S;
}

/** A field that may be left out, with a sentence about it. */
export function maySay<S extends z.ZodMiniType>(schema: S, sentence: string): z.ZodMiniOptional<S> {
  return z.optional(says(schema, sentence));
}

const NAME_RULE = 'a name is 1 to 40 of a-z, 0-9, - and _, beginning and ending with a-z or 0-9';
const ID_RULE = 'an id is 1 to 64 of a-z, 0-9 and -, beginning and ending with a-z or 0-9';

export const name = z.string().check(z.regex(NAME_PATTERN, NAME_RULE));
export const id = z.string().check(z.regex(ID_PATTERN, ID_RULE));

export const duration = z
  .string()
  .check(z.regex(/^[+-]?(?:\d{1,6}[smhd])+$/, 'write a time such as 90s, 2h or 7d'));

export const percentage = z
  .string()
  .check(z.regex(/^\d{1,3}(?:\.\d{1,3})? ?%$/, 'write a share such as 10%'));

/** `12.5%` as 0.125. */
export function shareOf(text: string): number {
  return Number(text.replace('%', '').trim()) / 100;
}

export const fileName = z
  .string()
  .check(
    z.minLength(1),
    z.maxLength(200),
    z.regex(
      /^(?!.*(?:^|\/)\.\.?(?:\/|$))[\p{L}\p{N} _./-]+$/u,
      'a file name has no "..", no drive and no scheme',
    ),
    z.regex(/^[^/]/, 'a file is named relative to the campaign file'),
  );

/** One line of text. */
export const line = (max: number) =>
  z
    .string()
    .check(
      z.minLength(1),
      z.maxLength(max),
      z.regex(/^[^\p{Cc}\u2028\u2029]*$/u, 'a line break or control character cannot stand here'),
    );

export const timeOfDay = z
  .string()
  .check(z.regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/, 'write a time of day such as 21:30'));

/** `21:00-08:00`: from one time of day to another, over midnight where the second is earlier. */
export const hours = z
  .string()
  .check(
    z.regex(
      /^(?:[01]\d|2[0-3]):[0-5]\d-(?:[01]\d|2[0-3]):[0-5]\d$/,
      'write hours such as 21:00-08:00',
    ),
  );

// How set-aside feedback looks when it is answered.

import * as z from 'zod/mini';
import { InstantSchema } from '#domain/ids.ts';

const count = z.int().check(z.gte(0));

export const DeadLettersAnswer = z.strictObject({
  deadLetters: z.array(
    z.strictObject({
      id: z.string(),
      what: z.string(),
      burst: z.optional(z.string()),
      sentAt: InstantSchema,
      bytes: count,
      reason: z.string(),
      receives: z.optional(count),
    }),
  ),
  isWhole: z.boolean(),
  next: z.optional(z.string()),
});

export const RedrivenAnswer = z.strictObject({
  replayed: count,
  missing: z.array(z.string()),
  isWhole: z.boolean(),
});

export const ImportedConversionsAnswer = z.strictObject({
  taken: z.int(),
  byPerson: z.int(),
  bursts: z.record(z.string(), z.strictObject({ count: z.int(), value: z.number() })),
  rejects: z.array(z.strictObject({ row: z.int(), code: z.string(), message: z.string() })),
});

// The input of a command: exactly the fields its schema knows.

import type * as z from 'zod/mini';
import { Refusal } from '#domain/faults.ts';
import { describeIssue } from '#domain/file-problem.ts';

/** The parsed input; throws Refusal `input_invalid` naming the first field at fault. */
export function parseInput<S extends z.ZodMiniType>(schema: S, input: unknown): z.output<S> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const [first] = parsed.error.issues.flatMap((issue) => describeIssue(issue, input));
  const field = first?.path.map(String).join('.') ?? '';
  throw new Refusal('input_invalid', `${field || 'the input'}: ${first?.message ?? 'malformed'}`, {
    field,
    ...(first?.limit === undefined ? {} : { limit: first.limit }),
  });
}

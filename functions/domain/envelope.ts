// What a team may do without asking again: at most so many people, at these hours, these persons.

import * as z from 'zod/mini';
import { Name } from './ids.ts';

const timeOfDay = z.string().check(z.regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/));

export const Envelope = z.strictObject({
  recipients: z.int().check(z.gte(1)),
  channels: z.optional(z.array(Name)),
  /** Times of day in the zone of the burst. */
  hours: z.optional(z.strictObject({ from: timeOfDay, to: timeOfDay })),
  /** Names of principals. */
  who: z.optional(z.array(z.string())),
});
export type Envelope = z.output<typeof Envelope>;

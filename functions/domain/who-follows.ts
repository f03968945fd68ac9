// Whom a follow-up is for: of those whom a burst reached, only these.

import * as z from 'zod/mini';

export const Who = z.enum(['converted', 'not-converted', 'clicked', 'not-clicked']);
export type Who = z.output<typeof Who>;

/** In words, behind "to". */
export const whoFollows: Readonly<Record<Who, string>> = {
  converted: 'whoever has converted by then',
  'not-converted': 'whoever was reached and has not converted by then',
  clicked: 'whoever has clicked by then',
  'not-clicked': 'whoever was reached and has neither clicked nor converted by then',
};

// How audiences, their imports and their people are answered.

import * as z from 'zod/mini';
import { Id, InstantSchema } from '#domain/ids.ts';
import { Contact } from '#store/audiences.ts';
import { Attested, Import, Reject, RowCounts } from '#store/imports.ts';

const count = z.int().check(z.gte(0));

export const ImportedAnswer = z.strictObject({
  audience: Id,
  import: Id,
  imported: count,
  ...RowCounts.shape,
  rejects: z.array(Reject),
  columns: z.record(z.string(), z.string()),
  ignoredColumns: z.array(z.string()),
});

export const ImportAnswer = z.strictObject({
  audience: Id,
  import: Id,
  state: Import.shape.state,
  dryRun: z.boolean(),
  source: Import.shape.source,
  startedAt: InstantSchema,
  startedBy: z.string(),
  finishedAt: z.optional(InstantSchema),
  next: count,
  counts: RowCounts,
  consent: z.optional(Attested),
  columns: z.array(z.strictObject({ header: z.string(), means: z.string() })),
  undo: z.optional(z.strictObject({ removed: count, restored: count, left: count })),
});

export const ImportsAnswer = z.strictObject({
  imports: z.array(ImportAnswer),
  next: z.optional(Id),
});

export const ChunkAnswer = z.strictObject({
  chunk: count,
  counts: RowCounts,
  rejects: z.array(Reject),
  total: RowCounts,
  next: count,
});

const counts = z.record(z.string(), count);

export const AudiencesAnswer = z.strictObject({
  audiences: z.array(Id),
  contacts: counts,
  next: z.optional(Id),
});

export const AudienceCountsAnswer = z.strictObject({
  contacts: count,
  selected: count,
  consent: z.strictObject({ given: count, withdrawn: count, none: count }),
  fields: counts,
  gateways: counts,
  next: z.optional(z.string()),
});

const { address, fields, zone, consent } = Contact.shape;
const ContactAnswer = z.strictObject({ address, fields, zone, consent });

export const ContactsAnswer = z.strictObject({
  contacts: z.array(ContactAnswer),
  next: z.optional(z.string()),
});

interface Explained {
  readonly matches: boolean;
  readonly says: string;
  readonly parts?: readonly Explained[] | undefined;
}

const ExplainedAnswer: z.ZodMiniType<Explained, Explained> = z.strictObject({
  matches: z.boolean(),
  says: z.string(),
  get parts() {
    return z.optional(z.array(ExplainedAnswer));
  },
});

export const PersonExplainedAnswer = z.strictObject({
  audience: Id,
  contact: z.optional(ContactAnswer),
  segment: z.optional(z.string()),
  explained: z.optional(ExplainedAnswer),
  suppressed: z.optional(z.strictObject({ reason: z.string(), at: InstantSchema })),
});

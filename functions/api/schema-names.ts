// Schemas that several routes share, with the names under which the document knows them.

import type * as z from 'zod/mini';
import { Burst } from '#domain/burst.ts';
import { Id, InstantSchema } from '#domain/ids.ts';
import { Lane } from '#domain/lane.ts';
import { LegSummary } from '#domain/leg.ts';
import { ManifestHead } from '#domain/manifest.ts';
import { WindowRecord } from '#domain/window-record.ts';
import {
  BurstAnswer,
  ChangedBurstAnswer,
  ProgressAnswer,
  StoppedBurstAnswer,
} from './burst-answers.ts';

export const namedSchemas: readonly (readonly [string, z.ZodMiniType])[] = [
  ['Id', Id],
  ['Instant', InstantSchema],
  ['LegSummary', LegSummary],
  ['Burst', BurstAnswer],
  ['ChangedBurst', ChangedBurstAnswer],
  ['StoppedBurst', StoppedBurstAnswer],
  ['Progress', ProgressAnswer],
  ['BurstHeader', Burst],
  ['ManifestHead', ManifestHead],
  ['Lane', Lane],
  ['WindowRecord', WindowRecord],
];

// The campaign file's JSON Schema, for editors: made from the very schema that reads the file.

import * as z from 'zod/mini';
import { CampaignFile } from './campaign-file.ts';

/** JSON Schema, draft 2020-12. What only reading can decide (a call there is not) is not in it. */
export function campaignSchema(): object {
  const { $schema, ...schema } = z.toJSONSchema(CampaignFile);
  return {
    $schema,
    title: 'Campaign file',
    description: 'One burst as a marketer writes it: what is said, to whom, when, and what counts.',
    ...schema,
  };
}

// Writes what is made from the campaign file's schema and from the list of commands:
// `npm run schema`.

import { writeFileSync } from 'node:fs';
import { campaignSchema } from '#domain/campaign-schema.ts';
import { campaignReference } from './campaign-reference.ts';
import { cliReference } from './cli-reference.ts';
import { schemaText } from './schema-text.ts';

const root = new URL('../../', import.meta.url);
const schema = campaignSchema();
writeFileSync(new URL('campaign.schema.json', root), schemaText(schema));
writeFileSync(new URL('docs/campaign-file.md', root), campaignReference(schema));
writeFileSync(new URL('docs/cli.md', root), await cliReference());

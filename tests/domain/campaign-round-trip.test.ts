import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import type { CampaignFile } from '#domain/campaign-file.ts';
import { campaignSchema } from '#domain/campaign-schema.ts';
import { renderProblem } from '#domain/file-problem.ts';
import { readCampaignFile } from '#domain/read-campaign-file.ts';
import { writeCampaignFile } from '#domain/write-campaign-file.ts';
import { campaignReference } from '../../cli/reference/campaign-reference.ts';
import { schemaText } from '../../cli/reference/schema-text.ts';
import { launch } from '../commands/a-context.ts';
import { aCampaignFile } from './a-campaign-file.ts';

const root = new URL('../../', import.meta.url);
const validate = new Ajv2020({ strict: false }).compile(campaignSchema());

function read(text: string): CampaignFile {
  const reading = readCampaignFile(text, 'any.yaml');
  if (reading.kind === 'read') return reading.source.file;
  throw new Error(reading.problems.map(renderProblem).join('\n'));
}

test('what is read and written back loses nothing, as YAML and as JSON', () => {
  fc.assert(
    fc.property(aCampaignFile, (file) => {
      expect(read(writeCampaignFile(file))).toEqual(file);
      expect(read(JSON.stringify(file))).toEqual(file);
    }),
    { numRuns: 300 },
  );
});

test('what is written is what the schema for editors allows', () => {
  fc.assert(
    fc.property(aCampaignFile, (file) => {
      expect(validate(file), JSON.stringify(validate.errors)).toBe(true);
    }),
    { numRuns: 100 },
  );
});

test('the schema for editors refuses what the reader refuses', () => {
  const file = parse(launch);
  expect(validate(file)).toBe(true);
  expect(validate({ ...file, ofer: 'x' })).toBe(false);
  expect(validate({ ...file, goal: { ...file.goal, target: 0 } })).toBe(false);
  expect(validate({ ...file, burst: { legs: { a: { channel: 'email' } } } })).toBe(false);
});

test('every field of the schema is explained', () => {
  const dumb: string[] = [];
  const visit = (at: string, value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    const { properties } = value as { properties?: Record<string, { description?: string }> };
    for (const [name, own] of Object.entries(properties ?? {})) {
      if (!at.includes('$defs') && !own.description) dumb.push(`${at}.${name}`);
    }
    for (const [name, own] of Object.entries(value)) visit(`${at}.${name}`, own);
  };
  visit('', campaignSchema());
  expect(dumb).toEqual([]);
});

test('schema and reference in the repository are current: npm run schema', () => {
  const schema = campaignSchema();
  const stored = (name: string) => readFileSync(new URL(name, root), 'utf8');
  expect(stored('campaign.schema.json')).toBe(schemaText(schema));
  expect(stored('docs/campaign-file.md')).toBe(campaignReference(schema));
});

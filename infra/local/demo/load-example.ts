// Brings the example into the product the way a person would: through the API, step by step.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Api, ShownBurst } from './api.ts';

export interface LoadOptions {
  readonly api: Api;
  /** `examples/polls-close` */
  readonly folder: string;
  readonly burst: string;
  readonly socialUrl: string;
  readonly socialToken: string;
  /** Where the destinations of the example are served on this machine. */
  readonly siteUrl: string;
  /** How far ahead of now the moment is. */
  readonly leadMs: number;
  readonly say: (line: string) => void;
}

interface Imported {
  readonly imported: number;
  readonly rejected: number;
  readonly duplicates: number;
  readonly suppressed: number;
}

const AUDIENCE = 'supporters';

/** Every step can be repeated: a start that was killed in between takes them all again. */
export async function loadExample(options: LoadOptions): Promise<ShownBurst> {
  const { api, say, burst } = options;
  await api.post('/v1/connections', {
    connection: 'mastodon',
    channel: 'mastodon',
    baseUrl: options.socialUrl,
    token: options.socialToken,
    account: '@riverside',
  });
  say('connected   @riverside on the social server');
  const suppressed = lines(read(options, 'suppressed.txt'));
  for (const address of suppressed) await api.post('/v1/suppressions', { address });
  const imported = await api.postText<Imported>(
    `/v1/audiences/${AUDIENCE}/import`,
    read(options, 'supporters.csv'),
    'text/csv',
  );
  say(
    `list        ${count(imported.imported)} people, ${count(imported.suppressed)} of them asked not to be written to`,
  );
  const planned = await api.post<ShownBurst>('/v1/bursts', {
    burst,
    file: { name: 'campaign.yaml', text: campaignText(options) },
    files: {
      'launch.md': { text: read(options, 'launch.md') },
      'polls-close.png': { base64: readFileSync(path(options, 'polls-close.png'), 'base64') },
    },
  });
  say(`planned     ${burst}: ${planned.legs.map(({ name }) => name).join(' and ')}`);
  const at = new Date(Math.ceil((Date.now() + options.leadMs) / 1_000) * 1_000).toISOString();
  return api.post<ShownBurst>(`/v1/bursts/${burst}/schedule`, { at });
}

/** The example's own destinations belong to example.org; on this machine the site stands in. */
function campaignText(options: LoadOptions): string {
  return read(options, 'campaign.yaml').replaceAll('https://example.org', options.siteUrl);
}

function path(options: LoadOptions, name: string): string {
  return join(options.folder, name);
}

function read(options: LoadOptions, name: string): string {
  return readFileSync(path(options, name), 'utf8');
}

function lines(text: string): string[] {
  return text.split('\n').filter((line) => line !== '');
}

function count(value: number): string {
  return value.toLocaleString('en');
}

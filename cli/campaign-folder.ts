// A campaign file and the files it names, as the API takes them.

import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { readCampaignFile } from '#domain/read-campaign-file.ts';
import { CommandFailure, exitCodes } from './command.ts';

type Content = { readonly text: string } | { readonly base64: string };

export interface CampaignFolder {
  readonly burst?: string;
  readonly file: { readonly name: string; readonly text: string };
  readonly files: { readonly [name: string]: Content };
}

/** Throws CommandFailure where the file or one that it names cannot be read. */
export function readCampaignFolder(given: string, burst: string | undefined): CampaignFolder {
  const path = campaignIn(given);
  const text = readText(path);
  const name = basename(path);
  const reading = readCampaignFile(text, name);
  // What is wrong with it is said by the API, with file, line and field.
  const names = reading.kind === 'refused' ? [] : namesIn(reading.source.file);
  const files: Record<string, Content> = {};
  for (const one of names) {
    const content = contentOf(join(dirname(path), one));
    if (content) files[one] = content;
  }
  return { ...(burst === undefined ? {} : { burst }), file: { name, text }, files };
}

/** The lists it writes to, as the file names them. */
export function listsIn(given: string): string[] {
  const path = campaignIn(given);
  const reading = readCampaignFile(readText(path), basename(path));
  if (reading.kind === 'refused') return [];
  const lists = new Set<string>();
  walk(reading.source.file, (key, value) => {
    if (key === 'list' && typeof value === 'string') lists.add(value);
    if (key === 'to' && typeof value === 'string' && !/^https?:/i.test(value)) lists.add(value);
  });
  return [...lists];
}

/** Whether the argument is a campaign file rather than the name of a burst. */
export function isCampaignFile(text: string): boolean {
  return /\.(?:ya?ml|json)$/i.test(text) || text.includes('/');
}

/** The folder that `volley init` made stands for the file in it. */
export function campaignIn(path: string): string {
  const inside = join(path, 'campaign.yaml');
  return existsSync(inside) ? inside : path;
}

function namesIn(file: object): string[] {
  const names = new Set<string>();
  walk(file, (key, value) => {
    if ((key === 'body' || key === 'file') && typeof value === 'string') names.add(value);
  });
  return [...names];
}

function walk(value: unknown, see: (key: string, value: unknown) => void): void {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, one] of Object.entries(value)) {
    see(key, one);
    walk(one, see);
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    const message = `there is no file ${path}: volley init NAME makes a campaign to begin with`;
    throw new CommandFailure(message, exitCodes.usage);
  }
}

function contentOf(path: string): Content | undefined {
  if (!existsSync(path)) return undefined;
  const bytes = readFileSync(path);
  const text = bytes.toString('utf8');
  return Buffer.from(text, 'utf8').equals(bytes) ? { text } : { base64: bytes.toString('base64') };
}

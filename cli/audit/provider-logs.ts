// What the providers themselves wrote down: the truth a ledger is compared with.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** One entry of one bulk call, as SES saw it. */
export interface MailedEntry {
  readonly burst: string;
  readonly ordinal: number;
  readonly attempt: number;
  readonly call: string;
  readonly address: string;
  readonly isAccepted: boolean;
  readonly at: number;
}

export interface StandingPost {
  readonly id: string;
  readonly text: string;
  readonly at: number;
}

export interface ProviderLogs {
  readonly mailed: readonly MailedEntry[];
  /** Every post ever made, deleted ones included. */
  readonly posts: readonly StandingPost[];
}

interface NameValue {
  readonly Name: string;
  readonly Value: string;
}

interface SesLine {
  readonly kind: string;
  readonly at: number;
  readonly request: {
    readonly BulkEmailEntries?: readonly {
      readonly Destination?: { readonly ToAddresses?: readonly string[] };
      readonly ReplacementTags?: readonly NameValue[];
    }[];
  };
  readonly answer: { readonly BulkEmailEntryResults?: readonly { readonly Status: string }[] };
}

interface SocialLine {
  readonly kind: string;
  readonly post: StandingPost;
}

/** Reads `ses.jsonl` and `social.jsonl` of a data folder; a log that is not there is empty. */
export function readProviderLogs(data: string): ProviderLogs {
  const calls = lines<SesLine>(join(data, 'ses.jsonl')).filter(({ kind }) => kind === 'call');
  const posts = lines<SocialLine>(join(data, 'social.jsonl')).filter(({ kind }) => kind === 'post');
  return { mailed: calls.flatMap(entriesOf), posts: posts.map(({ post }) => post) };
}

function entriesOf(line: SesLine): MailedEntry[] {
  return (line.request.BulkEmailEntries ?? []).map((entry, index) => {
    const tag = (name: string) =>
      entry.ReplacementTags?.find(({ Name }) => Name === name)?.Value ?? '';
    return {
      burst: tag('burst'),
      ordinal: Number(tag('ordinal')),
      attempt: Number(tag('attempt') || 1),
      call: tag('call'),
      address: entry.Destination?.ToAddresses?.[0] ?? '',
      isAccepted: line.answer.BulkEmailEntryResults?.[index]?.Status === 'SUCCESS',
      at: line.at,
    };
  });
}

/** A last line that is still being written is left out. */
function lines<T>(path: string): T[] {
  if (!existsSync(path)) return [];
  const parts = readFileSync(path, 'utf8').split('\n');
  parts.pop();
  return parts.filter((line) => line !== '').map((line) => JSON.parse(line) as T);
}

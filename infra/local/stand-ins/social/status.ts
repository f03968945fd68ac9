// A post as the Mastodon API shows it, and the rules by which its text is counted.

import { escapeHtml } from '../../escape-html.ts';
import type { Post, PostStore } from './post-store.ts';

export const limits = {
  characters: 500,
  charactersPerUrl: 23,
  mediaPerPost: 4,
  descriptionCharacters: 1_500,
  imageBytes: 16_777_216,
} as const;

const URL_IN_TEXT = /https?:\/\/[^\s<>"]+/g;

/** Characters as the server counts them: every address is 23, whatever its length. */
export function countCharacters(text: string): number {
  const shortened = text.replace(URL_IN_TEXT, 'x'.repeat(limits.charactersPerUrl));
  return [...new Intl.Segmenter('en', { granularity: 'grapheme' }).segment(shortened)].length;
}

/** Paragraphs, line breaks and links; everything else as text. */
export function contentHtml(text: string): string {
  const paragraphs = text.split(/\n{2,}/).map((paragraph) => {
    const parts = paragraph.split(/(https?:\/\/[^\s<>"]+)/);
    const linked = parts.map((part, index) => (index % 2 === 1 ? link(part) : escapeHtml(part)));
    return `<p>${linked.join('').replaceAll('\n', '<br />')}</p>`;
  });
  return paragraphs.join('');
}

function link(url: string): string {
  const [, scheme = '', rest = ''] = /^(https?:\/\/)(.*)$/.exec(url) ?? [];
  const shown = rest.length > 30 ? `${rest.slice(0, 30)}…` : rest;
  return `<a href="${escapeHtml(url)}" target="_blank" rel="nofollow noopener noreferrer"><span class="invisible">${scheme}</span><span>${escapeHtml(shown)}</span></a>`;
}

export interface Account {
  readonly id: string;
  readonly username: string;
  readonly displayName: string;
  readonly followers: number;
}

export function accountJson(account: Account, base: string, posts: number): object {
  return {
    id: account.id,
    username: account.username,
    acct: account.username,
    display_name: account.displayName,
    locked: false,
    bot: false,
    url: `${base}/@${account.username}`,
    followers_count: account.followers,
    following_count: 12,
    statuses_count: posts,
    source: { privacy: 'public', sensitive: false, language: 'en' },
    fields: [],
    emojis: [],
  };
}

export function statusJson(post: Post, store: PostStore, account: Account, base: string): object {
  return {
    id: post.id,
    created_at: new Date(post.at).toISOString(),
    in_reply_to_id: null,
    sensitive: post.sensitive,
    spoiler_text: post.spoiler,
    visibility: post.visibility,
    language: post.language,
    uri: `${base}/users/${account.username}/statuses/${post.id}`,
    url: `${base}/@${account.username}/${post.id}`,
    content: contentHtml(post.text),
    replies_count: 0,
    reblogs_count: 0,
    favourites_count: store.favourites.get(post.id)?.size ?? 0,
    edited_at: null,
    reblog: null,
    account: accountJson(account, base, store.posts.size),
    media_attachments: post.media.map((id) => mediaJson(id, store, base)),
    mentions: [],
    tags: [],
    emojis: [],
    card: null,
    poll: null,
  };
}

export function mediaJson(id: string, store: PostStore, base: string): object {
  const media = store.media.get(id);
  return {
    id,
    type: 'image',
    url: `${base}/media/${id}`,
    preview_url: `${base}/media/${id}`,
    remote_url: null,
    description: media?.description === '' ? null : (media?.description ?? null),
    blurhash: null,
    meta: {},
  };
}

// The social server's public page: its posts, newest first, as a reader sees them.

import { escapeHtml } from '../../escape-html.ts';
import type { Post, PostStore } from './post-store.ts';
import { type Account, contentHtml } from './status.ts';

const STYLE = `
:root { color-scheme: light dark; --back: #f4f4f7; --card: #fff; --text: #1c1c24; --soft: #6a6a78; --line: #e2e2ea; --accent: #5b4bd6; }
@media (prefers-color-scheme: dark) { :root { --back: #14141b; --card: #1f1f29; --text: #ededf4; --soft: #9c9cae; --line: #30303d; --accent: #a79bff; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--back); color: var(--text); font: 16px/1.5 system-ui, sans-serif; }
header, main { max-width: 38rem; margin: 0 auto; padding: 1rem; }
header h1 { font-size: 1.1rem; margin: .5rem 0 0; }
header p { margin: .2rem 0 0; color: var(--soft); font-size: .9rem; }
article { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 1rem; margin-bottom: 1rem; }
.who { display: flex; gap: .7rem; align-items: center; }
.face { width: 2.6rem; height: 2.6rem; border-radius: 10px; background: var(--accent); color: var(--card); display: grid; place-items: center; font-weight: 700; }
.who b { display: block; line-height: 1.2; } .who span, .who time { color: var(--soft); font-size: .88rem; }
.who time { margin-left: auto; }
article p { margin: .8rem 0 0; overflow-wrap: anywhere; }
article a { color: var(--accent); } .invisible { display: none; }
img { width: 100%; border-radius: 10px; margin-top: .9rem; display: block; border: 1px solid var(--line); }
footer { margin-top: .8rem; color: var(--soft); font-size: .88rem; }
.none { color: var(--soft); text-align: center; padding: 3rem 0; }`;

export interface TimelineOptions {
  readonly store: PostStore;
  readonly account: (id: string) => Account;
  readonly base: string;
  readonly posts: readonly Post[];
}

export function timelinePage(options: TimelineOptions): string {
  const posts = options.posts.map((post) => article(post, options));
  const none = '<p class="none">Nothing has been posted yet.</p>';
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Square: a local social server</title><style>${STYLE}</style></head>
<body>
<header><h1>Square</h1><p>A social server on this machine only. It speaks the Mastodon API.</p></header>
<main>${posts.length === 0 ? none : posts.join('\n')}</main>
</body></html>`;
}

function article(post: Post, { store, account, base }: TimelineOptions): string {
  const who = account(post.account);
  const likes = store.favourites.get(post.id)?.size ?? 0;
  const images = post.media.map((id) => {
    const alt = escapeHtml(store.media.get(id)?.description ?? '');
    return `<img src="${base}/media/${id}" alt="${alt}">`;
  });
  const at = new Date(post.at).toISOString();
  return `<article id="${post.id}">
<div class="who"><div class="face" aria-hidden="true">${escapeHtml(who.displayName.slice(0, 1))}</div>
<div><b>${escapeHtml(who.displayName)}</b><span>@${escapeHtml(who.username)}</span></div>
<time datetime="${at}">${at.slice(0, 19).replace('T', ' ')} UTC</time></div>
${contentHtml(post.text)}${images.join('')}
<footer>${likes} ${likes === 1 ? 'favourite' : 'favourites'}</footer>
</article>`;
}

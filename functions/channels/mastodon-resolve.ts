// Did the post leave after all? Answered by reading the account's own posts.

import { limits } from '#domain/limits.ts';
import type { Http, Instant } from '#domain/ports.ts';
import type { Prepared, Resolved } from './contract.ts';
import { type Access, callApi, Listing, parsed, Status, saidBy } from './mastodon-api.ts';
import { MastodonRequest } from './mastodon-prepare.ts';
import { ownUrl } from './mastodon-publish.ts';

/** The server's clock may be this far from ours. */
const SKEW_MS = 5 * 60_000;
const PAGE = 40;
const PAGES_MAX = 25;
const READ_TIMEOUT_MS = 10_000;

type Listed =
  | { readonly kind: 'whole'; readonly own: readonly Status[] }
  | { readonly kind: 'broken'; readonly own: readonly Status[]; readonly reason: string };

/**
 * Looks for the leg's own link, newest post first, back to before the claim. Found: *published*.
 * Not found in a listing that reaches back that far, and late enough for the server to show what
 * it took: *absent*. Everything else stays unknown.
 */
export async function resolveMastodon(
  { http, access, now }: { http: Http; access: Access; now: Instant },
  prepared: Prepared,
  claimedAt: Instant,
  offsetMs: number,
): Promise<Resolved> {
  const request = MastodonRequest.safeParse(prepared.request);
  if (!request.success) return { kind: 'unknown', reason: 'the prepared request is damaged' };
  const { accountId, visibilityMs } = request.data;
  const listed = await list(http, access, accountId, prepared.link, claimedAt - SKEW_MS);
  // The oldest of several: the others repeat it.
  const post = listed.own.at(-1);
  if (post) {
    const url = ownUrl(post.url, access.baseUrl);
    const confidence = listed.own.length === 1 ? 'strong' : 'weak';
    return { kind: 'published', confidence, postId: post.id, ...(url !== undefined && { url }) };
  }
  if (listed.kind === 'broken') return { kind: 'unknown', reason: listed.reason };
  const lastCallMs = limits.commitLeadMs + Math.max(0, offsetMs) + limits.providerTimeoutMs;
  const shownAt = claimedAt + lastCallMs + visibilityMs;
  if (now < shownAt) {
    return { kind: 'unknown', reason: `not in the listing, which may lag for ${shownAt - now} ms` };
  }
  return { kind: 'absent', confidence: 'strong' };
}

async function list(
  http: Http,
  access: Access,
  accountId: string,
  link: string,
  back: Instant,
): Promise<Listed> {
  const found = new Map<string, Status>();
  const broken = (reason: string): Listed => ({ kind: 'broken', own: [...found.values()], reason });
  const base = `/api/v1/accounts/${encodeURIComponent(accountId)}/statuses?limit=${PAGE}&exclude_reblogs=true`;
  let after = '';
  for (let page = 0; page < PAGES_MAX; page += 1) {
    const { posts, problem } = await readPage(http, access, `${base}${after}`);
    for (const post of posts) if (holdsLink(post, link)) found.set(post.id, post);
    if (problem !== undefined) return broken(problem);
    const last = posts.at(-1);
    if (!last || Date.parse(last.created_at) < back) {
      return { kind: 'whole', own: [...found.values()] };
    }
    if (after === `&max_id=${last.id}`) return broken('the listing of own posts repeats itself');
    after = `&max_id=${last.id}`;
  }
  return broken(`more than ${PAGES_MAX * PAGE} posts since the claim`);
}

async function readPage(
  http: Http,
  access: Access,
  path: string,
): Promise<{ readonly posts: readonly Status[]; readonly problem?: string }> {
  const answer = await callApi(http, access, { method: 'GET', path, timeoutMs: READ_TIMEOUT_MS });
  const items = answer.status === 200 ? parsed(answer, Listing) : undefined;
  if (!items) return { posts: [], problem: `own posts: ${saidBy(answer, access)}` };
  const posts = items.map((item) => Status.safeParse(item).data).filter((post) => !!post);
  if (posts.length === items.length) return { posts };
  return { posts, problem: 'the listing holds a post that cannot be read' };
}

/** The link itself, not one that merely begins like it. */
function holdsLink(post: Status, link: string): boolean {
  const content = (post.content ?? '').replaceAll('&amp;', '&');
  let at = content.indexOf(link);
  while (at >= 0) {
    if (!/[A-Za-z0-9._~-]/.test(content[at + link.length] ?? ' ')) return true;
    at = content.indexOf(link, at + 1);
  }
  return false;
}

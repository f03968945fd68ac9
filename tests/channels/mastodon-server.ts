// A loopback server that speaks as much of the Mastodon API as the client uses, with faults on demand.

import type * as http from 'node:http';
import {
  type Answer,
  type LoopbackServer,
  type Seen,
  startServer,
} from '../outbound/loopback-server.ts';

export interface Post {
  readonly id: string;
  readonly created_at: string;
  readonly content: string;
  readonly url: string;
}

export interface MastodonServer {
  readonly server: LoopbackServer;
  readonly url: string;
  readonly posts: Post[];
  readonly keys: Map<string, Post>;
  /** The instance document, v2; undefined: 404 there, and v1 answers. */
  instance: unknown;
  instanceV1: unknown;
  /** How often a poll says that the image is not ready. */
  mediaBusy: number;
  mediaStatus: number;
  /** Whether a repeated Idempotency-Key gives the first post. */
  honoursKeys: boolean;
  /** Runs instead of the answer to POST /api/v1/statuses, after the post was stored. */
  afterPost: Answer | undefined;
  /** Answers POST /api/v1/statuses without storing anything. */
  insteadOfPost: Answer | undefined;
  /** Answers any request for this path prefix. */
  override: { readonly prefix: string; readonly answer: Answer } | undefined;
  requests(method: string, prefix: string): Seen[];
}

export const TOKEN = 'tok-9f8e7d6c5b4a';

export async function startMastodon(): Promise<MastodonServer> {
  const server = await startServer((seen, response) => answerFor(state, seen)(seen, response));
  const state: MastodonServer = {
    server,
    url: server.url,
    posts: [],
    keys: new Map(),
    instance: {
      version: '4.4.1',
      title: 'a field nobody asked for',
      configuration: {
        statuses: {
          max_characters: 500,
          max_media_attachments: 4,
          characters_reserved_per_url: 23,
        },
        media_attachments: { image_size_limit: 100_000, description_limit: 1_500 },
      },
    },
    instanceV1: undefined,
    mediaBusy: 0,
    mediaStatus: 200,
    honoursKeys: true,
    afterPost: undefined,
    insteadOfPost: undefined,
    override: undefined,
    requests: (method, prefix) =>
      server.seen.filter((seen) => seen.method === method && seen.path.startsWith(prefix)),
  };
  return state;
}

export function reply(
  status: number,
  body: unknown,
  headers: http.OutgoingHttpHeaders = {},
): Answer {
  return (_seen, response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  };
}

function answerFor(state: MastodonServer, seen: Seen): Answer {
  const { method, path } = seen;
  const missing = reply(404, { error: 'not here' });
  if (state.override && path.startsWith(state.override.prefix)) return state.override.answer;
  if (seen.headers.authorization !== `Bearer ${TOKEN}`) {
    return reply(401, { error: 'The access token is invalid' });
  }
  if (path === '/api/v2/instance') return state.instance ? reply(200, state.instance) : missing;
  if (path === '/api/v1/instance') return state.instanceV1 ? reply(200, state.instanceV1) : missing;
  if (path === '/api/v1/accounts/verify_credentials') {
    return reply(200, { id: '7', acct: 'example', followers_count: 321 });
  }
  if (path === '/api/v2/media') return reply(state.mediaStatus, { id: '55', type: 'image' });
  if (path === '/api/v1/media/55') {
    state.mediaBusy -= 1;
    return reply(state.mediaBusy < 0 ? 200 : 206, { id: '55' });
  }
  if (path.startsWith('/api/v1/accounts/7/statuses')) return reply(200, listing(state, path));
  if (method === 'POST' && path === '/api/v1/statuses') return publish(state, seen);
  if (path.startsWith('/api/v1/statuses/')) return onePost(state, seen);
  return missing;
}

function listing(state: MastodonServer, path: string): Post[] {
  const query = new URL(path, 'http://x').searchParams;
  const max = query.get('max_id');
  const newest = [...state.posts].reverse();
  const from = max === null ? 0 : newest.findIndex((post) => post.id === max) + 1;
  return newest.slice(from, from + Number(query.get('limit')));
}

function publish(state: MastodonServer, seen: Seen): Answer {
  if (state.insteadOfPost) return state.insteadOfPost;
  const key = String(seen.headers['idempotency-key'] ?? '');
  const known = state.honoursKeys ? state.keys.get(key) : undefined;
  const post = known ?? addPost(state, JSON.parse(seen.body.toString()).status);
  state.keys.set(key, post);
  return state.afterPost ?? reply(200, post);
}

function onePost(state: MastodonServer, seen: Seen): Answer {
  const at = state.posts.findIndex((post) => seen.path === `/api/v1/statuses/${post.id}`);
  if (at < 0) return reply(404, { error: 'Record not found' });
  if (seen.method === 'DELETE') return reply(200, state.posts.splice(at, 1)[0]);
  const counts = { favourites_count: 3, reblogs_count: 0, replies_count: null };
  return reply(200, { ...state.posts[at], ...counts });
}

/** A post as the server shows it: the text as HTML, links as anchors with hidden parts. */
export function addPost(state: MastodonServer, status: string, at = Date.now()): Post {
  const id = String(1_000 + state.posts.length);
  const content = status
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(
      /https?:\/\/\S+/g,
      (link) => `<a href="${link}"><span>${link.slice(8, 30)}</span></a>`,
    );
  const post = {
    id,
    created_at: new Date(at).toISOString(),
    content: `<p>${content}</p>`,
    url: `${state.url}/@example/${id}`,
  };
  state.posts.push(post);
  return post;
}

// A server of the Mastodon family as it behaves from outside: it keeps posts, may or may not honour
// an idempotency key, shows a post in its listing only after a while, and forgets nothing.

import { Fault } from '#domain/faults.ts';
import type { Http, HttpAnswer, HttpRequest } from '#domain/ports.ts';
import type { SimNode } from './node.ts';
import type { Schedule } from './schedule.ts';
import { ending, markOf } from './sim-ses.ts';
import type { CallTruth, PostTruth } from './truth.ts';

export interface NetworkSettings {
  readonly honoursKeys: boolean;
  /** How long the server remembers an idempotency key. */
  readonly keyMs: number;
  /** How long after a post a listing may not show it yet. */
  readonly visibilityMs: number;
  /** While false every request with a token is refused. */
  isTokenValid: boolean;
  /** While true posts are turned away with 429. */
  isThrottled: boolean;
}

interface Post {
  readonly id: string;
  readonly at: number;
  readonly text: string;
  readonly key: string | undefined;
  readonly url: string;
}

type Parsed = { readonly [name: string]: unknown };

export class SimNetwork {
  readonly base = 'https://social.example.org';
  readonly settings: NetworkSettings;
  readonly #schedule: Schedule;
  readonly #calls: CallTruth[];
  readonly #posted: PostTruth[];
  readonly #posts: Post[] = [];
  #media = 0;

  constructor(
    schedule: Schedule,
    settings: NetworkSettings,
    truth: { readonly calls: CallTruth[]; readonly posts: PostTruth[] },
  ) {
    this.#schedule = schedule;
    this.settings = settings;
    this.#calls = truth.calls;
    this.#posted = truth.posts;
  }

  /** The outbound client that one node has: this server, and a web that always answers 200. */
  port(node: SimNode): Http {
    return { request: (request) => this.#request(node, request) };
  }

  #request(node: SimNode, request: HttpRequest): Promise<HttpAnswer> {
    const { method, url, timeoutMs } = request;
    const path = url.startsWith(this.base) ? url.slice(this.base.length) : undefined;
    const isPost = method === 'POST' && path?.startsWith('/api/v1/statuses') === true;
    const call = isPost ? this.#noteCall(node, request) : undefined;
    const answered = node.call<HttpAnswer>({
      port: 'http',
      verb: isPost ? 'publish' : method.toLowerCase(),
      what: `http ${method} ${path?.slice(0, 60) ?? url.slice(0, 60)}`,
      isWrite: method !== 'GET' && method !== 'HEAD',
      latencyMs: 120,
      timeoutMs,
      apply: () => (path === undefined ? answer(200, {}) : this.#answer(request, path, call)),
      unanswered: (why) =>
        new Fault('http_unanswered', `the server did not answer: ${why}`, { retryable: false }),
      refused: (chance) => {
        if (chance < 0.5) {
          return new Fault('http_unreachable', 'no connection', { retryable: true });
        }
        return new Fault('http_unanswered', 'reset', { retryable: false });
      },
      garbled: (_answer, chance) => garbled(chance),
    });
    return call ? ending(answered, call, this.#schedule) : answered;
  }

  #noteCall(node: SimNode, request: HttpRequest): CallTruth {
    const { burst, leg } = this.#saying(textOf(request));
    const call: CallTruth = {
      provider: 'network',
      startedAt: this.#schedule.now,
      nodeClockAt: node.clock.now(),
      node: node.name,
      burst,
      leg,
      content: markOf(textOf(request)),
      addresses: [],
      throttled: 0,
      accepted: 0,
      arrived: false,
      endedAt: undefined,
    };
    if (node.isAlive) this.#calls.push(call);
    return call;
  }

  /** Content marks read `mark-<burst>-v<version>`; legs of a world's posts say `leg-<name>`. */
  #saying(text: string): { burst: string; leg: string } {
    const burst = /mark-(.+)-v\d+/.exec(text)?.[1] ?? '';
    const leg = /leg-([a-z0-9-]+)/.exec(text)?.[1] ?? '';
    return { burst, leg };
  }

  #answer(request: HttpRequest, path: string, call: CallTruth | undefined): HttpAnswer {
    const { method } = request;
    const [route = '', search = ''] = path.split('?');
    if (route === '/api/v2/instance') {
      const { honoursKeys } = this.settings;
      return honoursKeys ? instance(this.base) : answer(404, { error: 'not found' });
    }
    if (route === '/api/v1/instance') return plainInstance();
    if (!this.settings.isTokenValid) {
      return answer(401, { error: 'The access token was revoked' });
    }
    if (call) return this.#publish(request, call);
    if (route === '/api/v1/accounts/verify_credentials') return answer(200, account(this.base));
    if (/^\/api\/v1\/accounts\/[^/]+\/statuses$/.test(route)) return this.#list(search);
    if (route === '/api/v2/media' && method === 'POST') {
      this.#media += 1;
      return answer(200, media(`media-${this.#media}`));
    }
    if (route.startsWith('/api/v1/media/')) return answer(200, media(route.slice(14)));
    const status = /^\/api\/v1\/statuses\/([^/]+)/.exec(route)?.[1];
    if (status !== undefined) return this.#show(status);
    return answer(404, { error: 'Record not found' });
  }

  #publish(request: HttpRequest, call: CallTruth): HttpAnswer {
    if (this.settings.isThrottled) {
      call.throttled += 1;
      return answer(429, { error: 'Too many requests' }, { 'retry-after': '86400' });
    }
    const text = textOf(request);
    const key = headerOf(request, 'idempotency-key');
    const { now } = this.#schedule;
    const known = this.#posts.find(
      (post) => key !== undefined && post.key === key && now - post.at < this.settings.keyMs,
    );
    if (known && this.settings.honoursKeys) return answer(200, this.#entity(known));
    const id = `${1000 + this.#posts.length}`;
    const post = { id, at: now, text, key, url: `${this.base}/@volley/${id}` };
    this.#posts.push(post);
    const { burst, leg, startedAt } = call;
    this.#posted.push({ at: now, startedAt, burst, leg, id });
    call.accepted += 1;
    return answer(200, this.#entity(post));
  }

  /** Newest first; what is too young is not there yet. */
  #list(search: string): HttpAnswer {
    const query = new URLSearchParams(search);
    const limit = Math.min(40, Number(query.get('limit') ?? 20));
    const before = query.get('max_id');
    const after = query.get('min_id') ?? query.get('since_id');
    const visible = this.#posts.filter(
      (post) =>
        this.#schedule.now - post.at >= this.settings.visibilityMs &&
        (before === null || Number(post.id) < Number(before)) &&
        (after === null || Number(post.id) > Number(after)),
    );
    const page = visible.slice(-limit).reverse();
    return answer(
      200,
      page.map((post) => this.#entity(post)),
    );
  }

  #show(id: string): HttpAnswer {
    const post = this.#posts.find((one) => one.id === id);
    return post ? answer(200, this.#entity(post)) : answer(404, { error: 'Record not found' });
  }

  #entity(post: Post): Parsed {
    return {
      id: post.id,
      uri: `${this.base}/users/volley/statuses/${post.id}`,
      url: post.url,
      created_at: new Date(post.at).toISOString(),
      content: `<p>${post.text.replaceAll(/https?:\/\/\S+/g, (link) => anchor(link))}</p>`,
      text: post.text,
      visibility: 'public',
      account: account(this.base),
      favourites_count: 0,
      reblogs_count: 0,
      replies_count: 0,
      media_attachments: [],
    };
  }
}

function anchor(link: string): string {
  return `<a href="${link}" rel="nofollow noopener" target="_blank">${link}</a>`;
}

function account(base: string): Parsed {
  return {
    id: '7',
    username: 'volley',
    acct: 'volley',
    url: `${base}/@volley`,
    followers_count: 3,
  };
}

function media(id: string): Parsed {
  return { id, type: 'image', url: 'https://social.example.org/media.png', preview_url: null };
}

function instance(base: string): HttpAnswer {
  return answer(200, {
    domain: new URL(base).host,
    title: 'Example',
    version: '4.5.0',
    source_url: 'https://github.com/mastodon/mastodon',
    configuration: {
      statuses: { max_characters: 500, max_media_attachments: 4, characters_reserved_per_url: 23 },
      media_attachments: {
        supported_mime_types: ['image/png', 'image/jpeg'],
        image_size_limit: 16_777_216,
        description_limit: 1_500,
        image_matrix_limit: 33_177_600,
      },
    },
  });
}

/** A server that speaks the API and keeps no idempotency keys. */
function plainInstance(): HttpAnswer {
  return answer(200, {
    version: '2.7.2 (compatible; snac 2.80)',
    max_toot_chars: 100_000,
    configuration: { statuses: { max_characters: 100_000, characters_reserved_per_url: 32 } },
  });
}

function garbled(chance: number): HttpAnswer {
  if (chance < 0.4) return { status: 200, headers: {}, body: new Uint8Array() };
  if (chance < 0.8) return { status: 200, headers: {}, body: Buffer.from('<html>oops') };
  return answer(502, { error: 'bad gateway' });
}

function answer(status: number, body: unknown, headers: Record<string, string> = {}): HttpAnswer {
  const all = { 'content-type': 'application/json; charset=utf-8', ...headers };
  return { status, headers: all, body: Buffer.from(JSON.stringify(body)) };
}

function headerOf(request: HttpRequest, name: string): string | undefined {
  for (const [key, value] of Object.entries(request.headers ?? {})) {
    if (key.toLowerCase() === name) return value;
  }
  return undefined;
}

/** The text of a post, sent as JSON or as a form. */
function textOf(request: HttpRequest): string {
  const body = typeof request.body === 'string' ? request.body : '';
  if (body.startsWith('{')) {
    const parsed = JSON.parse(body) as Parsed;
    return String(parsed.status ?? '');
  }
  return new URLSearchParams(body).get('status') ?? '';
}

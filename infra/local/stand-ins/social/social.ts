// Stands in for a server of the Mastodon family: its API for posting, and a timeline to look at.

import { type Answer, html, json, type Request, type Served, serve } from '../../http-server.ts';
import type { StandIn } from '../stand-in.ts';
import { readForm } from './form.ts';
import { PostStore } from './post-store.ts';
import {
  type Account,
  accountJson,
  countCharacters,
  limits,
  mediaJson,
  statusJson,
} from './status.ts';
import { timelinePage } from './timeline-page.ts';

export interface SocialOptions {
  readonly file: string;
  readonly mediaFolder: string;
  readonly port: number;
  readonly portTaken?: 'take_another' | 'fail';
  /** Access token to account. A token that begins with `reader-` is a reader's own account. */
  readonly accounts: ReadonlyMap<string, Account>;
  readonly now?: () => number;
}

interface Call {
  readonly request: Request;
  readonly account: Account | undefined;
  readonly id: string;
}

type Handler = (call: Call) => Answer | Promise<Answer>;

/**
 * Kept as Mastodon keeps it: an Idempotency-Key for an hour and per account. Departs on purpose:
 * media are ready at once, nothing federates, ids of posts never collide, no rate limit is
 * enforced (the headers are there), apps and OAuth are left out.
 */
export async function startSocial(options: SocialOptions): Promise<StandIn> {
  const now = options.now ?? Date.now;
  const store = new PostStore({ ...options, now });
  let served: Served | undefined;
  const server = new SocialServer(options, store, () => served?.url ?? '');
  served = await serve({
    port: options.port,
    portTaken: options.portTaken ?? 'take_another',
    answer: (request) => server.answer(request),
  });
  return {
    url: served.url,
    close: async () => {
      await served.close();
      store.close();
    },
  };
}

class SocialServer {
  readonly #options: SocialOptions;
  readonly #store: PostStore;
  readonly #base: () => string;
  readonly #routes: readonly (readonly [string, RegExp, Handler])[];

  constructor(options: SocialOptions, store: PostStore, base: () => string) {
    this.#options = options;
    this.#store = store;
    this.#base = base;
    this.#routes = [
      ['GET', /^\/()$/, () => this.#page()],
      ['GET', /^\/@[\w.-]+(?:\/(\d+))?$/, (call) => this.#page(call.id)],
      ['GET', /^\/media\/([\w-]+)$/, (call) => this.#mediaFile(call)],
      ['GET', /^\/api\/v2\/instance()$/, () => json(200, this.#instance())],
      ['GET', /^\/api\/v1\/timelines\/public()$/, (call) => this.#list(call, undefined)],
      ['GET', /^\/api\/v1\/accounts\/verify_credentials()$/, (call) => this.#verify(call)],
      ['GET', /^\/api\/v1\/accounts\/([\w-]+)\/statuses$/, (call) => this.#list(call, call.id)],
      ['POST', /^\/api\/v2\/media()$/, (call) => this.#upload(call)],
      ['GET', /^\/api\/v1\/media\/([\w-]+)$/, (call) => this.#media(call)],
      ['PUT', /^\/api\/v1\/media\/([\w-]+)$/, (call) => this.#describe(call)],
      ['POST', /^\/api\/v1\/statuses()$/, (call) => this.#post(call)],
      ['GET', /^\/api\/v1\/statuses\/(\d+)$/, (call) => this.#show(call)],
      ['DELETE', /^\/api\/v1\/statuses\/(\d+)$/, (call) => this.#delete(call)],
      ['POST', /^\/api\/v1\/statuses\/(\d+)\/favourite$/, (call) => this.#favourite(call)],
    ];
  }

  async answer(request: Request): Promise<Answer> {
    for (const [method, path, handle] of this.#routes) {
      const match = method === request.method ? path.exec(request.path) : null;
      if (!match) continue;
      const account = this.#accountOf(request);
      const answer = await handle({ request, account, id: match[1] ?? '' });
      return { ...answer, headers: { ...answer.headers, ...this.#rateHeaders() } };
    }
    return json(404, { error: 'Record not found' });
  }

  #accountOf(request: Request): Account | undefined {
    const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '';
    if (/^reader-[\w-]+$/.test(token)) {
      return { id: token, username: token, displayName: token, followers: 0 };
    }
    return this.#options.accounts.get(token);
  }

  #account(id: string): Account {
    for (const account of this.#options.accounts.values()) if (account.id === id) return account;
    return { id, username: id, displayName: id, followers: 0 };
  }

  #status(id: string): object {
    const post = this.#store.posts.get(id);
    return post ? statusJson(post, this.#store, this.#account(post.account), this.#base()) : {};
  }

  #instance(): object {
    return {
      domain: new URL(this.#base()).host,
      title: 'Square',
      version: '4.5.2',
      source_url: 'https://github.com/mastodon/mastodon',
      description: 'A social server on this machine only',
      languages: ['en'],
      configuration: {
        urls: {},
        accounts: { max_featured_tags: 10 },
        statuses: {
          max_characters: limits.characters,
          max_media_attachments: limits.mediaPerPost,
          characters_reserved_per_url: limits.charactersPerUrl,
        },
        media_attachments: {
          supported_mime_types: ['image/jpeg', 'image/png', 'image/gif', 'image/webp'],
          description_limit: limits.descriptionCharacters,
          image_size_limit: limits.imageBytes,
          image_matrix_limit: 33_177_600,
        },
      },
      registrations: { enabled: false },
      api_versions: { mastodon: 6 },
    };
  }

  #verify({ account }: Call): Answer {
    if (!account) return unauthorised();
    return json(200, accountJson(account, this.#base(), this.#store.posts.size));
  }

  #list({ request }: Call, account: string | undefined): Answer {
    const limit = Math.min(40, Math.max(1, Number(request.query.get('limit') ?? 20)));
    const sinceId = BigInt(request.query.get('since_id') ?? request.query.get('min_id') ?? 0);
    const maxId = request.query.get('max_id');
    const posts = this.#store
      .newest()
      .filter(
        (post) =>
          (account === undefined || post.account === account) &&
          BigInt(post.id) > sinceId &&
          (maxId === null || BigInt(post.id) < BigInt(maxId)),
      )
      .slice(0, limit);
    return json(
      200,
      posts.map(({ id }) => this.#status(id)),
    );
  }

  async #upload({ request, account }: Call): Promise<Answer> {
    if (!account) return unauthorised();
    const form = await readForm(request);
    const file = form.file('file');
    if (!file) return invalid("Validation failed: File can't be blank");
    if (!file.type.startsWith('image/') || file.bytes.length > limits.imageBytes) {
      return invalid(
        `Validation failed: File must be an image of at most ${limits.imageBytes} bytes`,
      );
    }
    const description = form.one('description') ?? '';
    if (description.length > limits.descriptionCharacters) {
      return invalid(
        `Validation failed: Description is limited to ${limits.descriptionCharacters}`,
      );
    }
    const { id } = this.#store.addMedia(file.bytes, file.type, description);
    return json(200, mediaJson(id, this.#store, this.#base()));
  }

  #media({ account, id }: Call): Answer {
    if (!account) return unauthorised();
    if (!this.#store.media.has(id)) return notFound();
    return json(200, mediaJson(id, this.#store, this.#base()));
  }

  async #describe({ request, account, id }: Call): Promise<Answer> {
    if (!account) return unauthorised();
    const form = await readForm(request);
    if (!this.#store.describe(id, form.one('description') ?? '')) return notFound();
    return json(200, mediaJson(id, this.#store, this.#base()));
  }

  async #post({ request, account }: Call): Promise<Answer> {
    if (!account) return unauthorised();
    const form = await readForm(request);
    const text = form.one('status') ?? '';
    const media = form.many('media_ids');
    if (text.trim() === '' && media.length === 0) {
      return invalid("Validation failed: Text can't be blank");
    }
    const count = countCharacters(text);
    if (count > limits.characters) {
      return invalid(`Validation failed: Text character limit of ${limits.characters} exceeded`);
    }
    if (media.length > limits.mediaPerPost || media.some((id) => !this.#store.media.has(id))) {
      return invalid('Validation failed: Media could not be attached');
    }
    const key = request.headers['idempotency-key'];
    const { id } = this.#store.post({
      account: account.id,
      text,
      media,
      language: form.one('language') ?? null,
      visibility: form.one('visibility') ?? 'public',
      sensitive: form.one('sensitive') === 'true',
      spoiler: form.one('spoiler_text') ?? '',
      ...(key === undefined ? {} : { idempotencyKey: key }),
    });
    return json(200, this.#status(id));
  }

  #show({ id }: Call): Answer {
    return this.#store.posts.has(id) ? json(200, this.#status(id)) : notFound();
  }

  #delete({ account, id }: Call): Answer {
    if (!account) return unauthorised();
    const before = this.#status(id);
    const post = this.#store.posts.get(id);
    if (post?.account !== account.id || !this.#store.delete(id)) return notFound();
    return json(200, before);
  }

  #favourite({ account, id }: Call): Answer {
    if (!account) return unauthorised();
    if (!this.#store.favourite(id, account.id)) return notFound();
    return json(200, this.#status(id));
  }

  #page(id = ''): Answer {
    const posts = this.#store.newest().filter((post) => id === '' || post.id === id);
    const account = (of: string) => this.#account(of);
    const page = timelinePage({ store: this.#store, account, base: this.#base(), posts });
    return html(posts.length === 0 && id !== '' ? 404 : 200, page);
  }

  #mediaFile({ id }: Call): Answer {
    const bytes = this.#store.mediaBytes(id);
    if (!bytes) return notFound();
    return {
      status: 200,
      headers: { 'content-type': this.#store.media.get(id)?.type ?? 'image/png' },
      body: bytes,
    };
  }

  #rateHeaders(): { readonly [name: string]: string } {
    const reset = new Date((this.#options.now ?? Date.now)() + 300_000).toISOString();
    return {
      'x-ratelimit-limit': '300',
      'x-ratelimit-remaining': '299',
      'x-ratelimit-reset': reset,
    };
  }
}

function unauthorised(): Answer {
  return json(401, { error: 'The access token is invalid' });
}

function notFound(): Answer {
  return json(404, { error: 'Record not found' });
}

function invalid(error: string): Answer {
  return json(422, { error });
}

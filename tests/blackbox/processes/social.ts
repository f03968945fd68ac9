// Two social servers at their worst: one honours the key of a repeated request, one does not. What
// they posted is in their truth before anything is answered.

import { openAppendLog } from '#infra/local/append-log.ts';
import { contentHtml } from '#infra/local/stand-ins/social/status.ts';
import { SOCIAL_CALM, type SocialMode, type SocialWeights } from '../faults.ts';
import { type Random, randomOf } from '../random.ts';
import { inputOf, pause, ready } from './child.ts';
import { type Handler, json, type Reply, serveReplies } from './reply.ts';

export interface SocialInput {
  readonly truth: string;
  readonly seed: number;
  readonly weights: SocialWeights;
  readonly callerGivesUpMs: number;
}

export interface PostTruth {
  readonly server: 'keyed' | 'plain';
  readonly id: string;
  readonly at: number;
  readonly mode: SocialMode;
  readonly text: string;
}

interface Post extends PostTruth {
  /** From here on the account's own listing shows it. */
  readonly shownAt: number;
}

const input = inputOf<SocialInput>();
let isCalm = false;

class SocialServer {
  readonly #server: 'keyed' | 'plain';
  readonly #random: Random;
  readonly #truth: { append(entry: PostTruth): void };
  readonly #posts: Post[] = [];
  readonly #byKey = new Map<string, Post>();

  constructor(server: 'keyed' | 'plain', truth: { append(entry: PostTruth): void }) {
    this.#server = server;
    this.#random = randomOf(input.seed, server);
    this.#truth = truth;
  }

  handle: Handler = (request, body) => {
    const { method = '', url = '', headers } = request;
    const { pathname, searchParams } = new URL(url, 'http://stub');
    switch (`${method} ${pathname}`) {
      case 'GET /calm':
        isCalm = true;
        return json(200, {});
      case 'GET /api/v2/instance':
        return json(200, this.#instance());
      case 'GET /api/v1/accounts/verify_credentials':
        return json(200, { id: '1', username: 'river', followers_count: 3 });
      case 'GET /api/v1/accounts/1/statuses':
        return this.#list(searchParams);
      case 'POST /api/v1/statuses':
        return this.#post(String(headers['idempotency-key']), body);
      default:
        return json(404, { error: 'Record not found' });
    }
  };

  #instance(): object {
    const version = this.#server === 'keyed' ? '4.5.2' : '2.7.2 (compatible; Other 2.6.0)';
    return { domain: '127.0.0.1', title: 'Square', version };
  }

  async #post(key: string, body: string): Promise<Reply> {
    const mode = this.#random.weighted(isCalm ? SOCIAL_CALM : input.weights);
    await pause(this.#random.between(2, 40));
    const refusal = refusalOf(mode);
    if (refusal) return refusal;
    if (mode === 'applied_late') await pause(input.callerGivesUpMs + 300);
    const text = (JSON.parse(body) as { status: string }).status;
    const post = this.#take(mode, text, this.#server === 'keyed' ? key : undefined);
    switch (mode) {
      case 'applied_cut':
        return { kind: 'cut' };
      case 'applied_hang':
      case 'applied_late':
        return { kind: 'silence' };
      case 'applied_500':
        return json(500, { error: 'after the fact' });
      case 'applied_garbage': {
        const garbage = this.#random.pick(['', '<html>', '{"id":7}', '{"id":"']);
        return { kind: 'answer', status: 200, body: garbage };
      }
      default:
        return json(200, this.#status(post));
    }
  }

  #take(mode: SocialMode, text: string, key: string | undefined): Post {
    const before = key === undefined ? undefined : this.#byKey.get(key);
    if (before) return before;
    const at = Date.now();
    const id = String(BigInt(at) * 1_000n + BigInt(this.#posts.length));
    const shownAt = at + this.#random.between(0, isCalm ? 0 : 1_500);
    const truth: PostTruth = { server: this.#server, id, at, mode, text };
    this.#truth.append(truth);
    const post = { ...truth, shownAt };
    this.#posts.push(post);
    if (key !== undefined) this.#byKey.set(key, post);
    return post;
  }

  #list(query: URLSearchParams): Reply {
    const trouble = isCalm ? 1 : this.#random.next();
    if (trouble < 0.05) return json(500, { error: 'no' });
    if (trouble < 0.08) return { kind: 'cut' };
    const before = BigInt(query.get('max_id') ?? '0');
    const shown = this.#posts
      .filter(({ id, shownAt }) => shownAt <= Date.now() && (before === 0n || BigInt(id) < before))
      .reverse()
      .slice(0, Number(query.get('limit') ?? 20));
    return json(
      200,
      shown.map((post) => this.#status(post)),
    );
  }

  #status({ id, at, text }: PostTruth): object {
    const created_at = new Date(at).toISOString();
    return { id, created_at, content: contentHtml(text), url: null };
  }
}

/** The answers after which nothing was posted; undefined where it was. */
function refusalOf(mode: SocialMode): Reply | undefined {
  switch (mode) {
    case 'refused_429':
      return json(429, { error: 'Too many requests' }, { 'retry-after': '1' });
    case 'refused_500':
      return json(500, { error: 'no' });
    case 'refused_cut':
      return { kind: 'cut' };
    default:
      return undefined;
  }
}

const truth = openAppendLog(input.truth, () => undefined);
const keyed = await serveReplies(new SocialServer('keyed', truth).handle);
const plain = await serveReplies(new SocialServer('plain', truth).handle);
ready({ keyed, plain });

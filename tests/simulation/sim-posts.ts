// Networks with interfaces of other kinds than the Mastodon family's: posts under a name that we
// choose (A), staged objects that become public once (B), and nothing to hold on to at all (D).

import type {
  BroadcastChannel,
  BroadcastContext,
  Described,
  IdentityClass,
  Prepared,
  Published,
  Resolved,
} from '#channels/contract.ts';
import { Fault } from '#domain/faults.ts';
import type { Secrets } from '#domain/ports.ts';
import type { SimNode } from './node.ts';
import type { Schedule } from './schedule.ts';
import { markOf } from './sim-ses.ts';
import type { CallTruth, PostTruth } from './truth.ts';

export type PostKind = 'named' | 'staged' | 'bare';

const CLASSES: { readonly [kind in PostKind]: IdentityClass } = {
  named: 'A',
  staged: 'B',
  bare: 'D',
};

export interface PostSettings {
  /** How long after a post a listing may not show it yet. */
  readonly visibilityMs: number;
  isTokenValid: boolean;
  isThrottled: boolean;
}

interface Post {
  readonly id: string;
  readonly at: number;
  /** The name, the staged object, or the link that finds it again. */
  readonly identity: string;
}

/** A prepared post is good for so long. */
const FRESH_MS = 3_600_000;
const TIMEOUT_MS = 10_000;

/** The provider's own truth; one instance serves all nodes of a world. */
export class SimPosts {
  readonly kind: PostKind;
  readonly settings: PostSettings;
  readonly #schedule: Schedule;
  readonly #calls: CallTruth[];
  readonly #posted: PostTruth[];
  readonly #posts: Post[] = [];
  readonly #staged = new Set<string>();

  constructor(
    kind: PostKind,
    schedule: Schedule,
    settings: PostSettings,
    truth: { readonly calls: CallTruth[]; readonly posts: PostTruth[] },
  ) {
    this.kind = kind;
    this.settings = settings;
    this.#schedule = schedule;
    this.#calls = truth.calls;
    this.#posted = truth.posts;
  }

  /** The client that one node has. */
  channel(node: SimNode, secrets: Secrets): BroadcastChannel {
    let isOpen = false;
    return {
      kind: 'broadcast',
      describe: () => this.#ask(node, 'describe', () => described(this.kind, this.settings)),
      check: () => [],
      prepare: (context) => this.#prepare(node, context),
      open: async () => {
        await secrets.get('connections/social');
        isOpen = true;
      },
      publish: async (prepared) =>
        isOpen
          ? this.#publish(node, prepared)
          : { kind: 'throttled', retryAfterMs: 200, reason: 'not open' },
      resolve: (prepared) => this.#resolve(node, prepared),
      measure: async () => ({ asOf: this.#schedule.now, metrics: {} }),
      retract: async () => 'unsupported',
    };
  }

  async #prepare(node: SimNode, context: BroadcastContext): Promise<Prepared> {
    const { burst, leg, link } = context;
    const identity = this.kind === 'bare' ? link : `${burst}-${leg.name}-${node.entropy.id()}`;
    // Staged where it takes its name from; a second preparation stages a second object.
    if (this.kind === 'staged') {
      await this.#ask(node, 'stage', () => void this.#staged.add(identity));
    }
    const now = node.clock.now();
    return {
      channel: this.kind,
      identityClass: CLASSES[this.kind],
      repeatable: false,
      preparedAt: now,
      freshUntil: now + FRESH_MS,
      identity: this.kind === 'named' ? `${burst}-${leg.name}` : identity,
      link,
      request: { text: leg.text, leg: leg.name, burst, call: leg.call },
    };
  }

  async #publish(node: SimNode, prepared: Prepared): Promise<Published> {
    const call = this.#note(node, prepared);
    try {
      const answer = await node.call<Published>({
        port: 'http',
        verb: 'post',
        what: `post ${this.kind} ${call.burst}/${call.leg}`,
        isWrite: true,
        latencyMs: 120,
        timeoutMs: TIMEOUT_MS,
        apply: () => this.#take(prepared, call),
        unanswered,
        refused: () => new NotTaken('http_unreachable', 'no connection', { retryable: true }),
        garbled: () => ({ kind: 'unknown', reason: 'an answer that nobody can read' }),
      });
      call.arrived = answer.kind !== 'unknown';
      return answer;
    } catch (error) {
      if (error instanceof NotTaken) {
        call.arrived = true;
        call.throttled += 1;
        return { kind: 'throttled', retryAfterMs: 500, reason: error.message };
      }
      return { kind: 'unknown', reason: error instanceof Error ? error.message : String(error) };
    } finally {
      call.endedAt = this.#schedule.now;
    }
  }

  #note(node: SimNode, { request }: Prepared): CallTruth {
    const call: CallTruth = {
      provider: 'network',
      startedAt: this.#schedule.now,
      nodeClockAt: node.clock.now(),
      node: node.name,
      burst: String(request.burst),
      leg: String(request.leg),
      content: markOf(String(request.text)),
      addresses: [],
      throttled: 0,
      accepted: 0,
      arrived: false,
      endedAt: undefined,
    };
    if (node.isAlive) this.#calls.push(call);
    return call;
  }

  #take(prepared: Prepared, call: CallTruth): Published {
    if (!this.settings.isTokenValid) {
      return { kind: 'rejected', why: 'token', reason: 'the token was revoked' };
    }
    if (this.settings.isThrottled) {
      call.throttled += 1;
      return { kind: 'throttled', retryAfterMs: 86_400_000, reason: 'too many requests' };
    }
    const { identity } = prepared;
    const known = this.#posts.find((post) => post.identity === identity);
    // The same name is the same post; what was staged becomes public once.
    if (known && this.kind === 'named') return { kind: 'published', postId: known.id };
    if (this.kind === 'staged' && (known || !this.#staged.has(identity))) {
      return { kind: 'rejected', why: 'content', reason: 'there is no such staged object' };
    }
    const id = `${this.kind}-${this.#posts.length + 1}`;
    const at = this.#schedule.now;
    this.#posts.push({ id, at, identity });
    call.accepted = 1;
    const { startedAt, burst, leg } = call;
    const said = String(prepared.request.call);
    this.#posted.push({ at, startedAt, burst, leg, call: said, id });
    return { kind: 'published', postId: id };
  }

  async #resolve(node: SimNode, prepared: Prepared): Promise<Resolved> {
    try {
      return await this.#ask(node, 'resolve', () => this.#look(prepared));
    } catch (error) {
      return { kind: 'unknown', reason: error instanceof Error ? error.message : String(error) };
    }
  }

  #look({ identity }: Prepared): Resolved {
    const { now } = this.#schedule;
    const post = this.#posts.find((one) => one.identity === identity);
    // A record or a staged object is asked for by its name; a listing shows a post after a while.
    const isSeen = post && (this.kind !== 'bare' || now - post.at >= this.settings.visibilityMs);
    if (post && isSeen) return { kind: 'published', confidence: 'proof', postId: post.id };
    return { kind: 'absent', confidence: this.kind === 'bare' ? 'strong' : 'proof' };
  }

  #ask<R>(node: SimNode, verb: string, apply: () => R): Promise<R> {
    return node.call<R>({
      port: 'http',
      verb,
      what: `${this.kind} ${verb}`,
      isWrite: false,
      latencyMs: 100,
      timeoutMs: TIMEOUT_MS,
      apply,
      unanswered,
      refused: () => new NotTaken('http_unreachable', 'no connection', { retryable: true }),
    });
  }
}

/** Turned away before any effect. */
class NotTaken extends Fault {}

function unanswered(why: string): Fault {
  return new Fault('http_unanswered', `the network did not answer: ${why}`, { retryable: false });
}

function described(kind: PostKind, { visibilityMs }: PostSettings): Described {
  return {
    identityClass: CLASSES[kind],
    textMax: 300,
    linkLength: 23,
    imagesMax: 4,
    imageBytesMax: 1_000_000,
    altTextMax: 1_000,
    canRetract: false,
    visibilityMs,
    verification: 'stand_in',
  };
}

// A plain broadcast channel over the simulated network, in the contract's form (class C).

import type { BroadcastChannel, BroadcastContext, Prepared } from '#channels/contract.ts';
import type { Clock, Http, HttpAnswer, Secrets } from '#domain/ports.ts';

interface Options {
  readonly http: Http;
  readonly secrets: Secrets;
  readonly clock: Clock;
  readonly base: string;
  readonly honoursKeys: boolean;
  readonly visibilityMs: number;
}

const TIMEOUT_MS = 10_000;

export function createNetworkChannel(options: Options): BroadcastChannel {
  const { http, secrets, clock, base } = options;
  const authorization = async () => ({
    authorization: `Bearer ${await secrets.get('connection/social')}`,
  });
  return {
    kind: 'broadcast',
    describe: async () => ({
      identityClass: 'C',
      textMax: 500,
      linkLength: 23,
      imagesMax: 4,
      imageBytesMax: 1e7,
      altTextMax: 1_500,
      canRetract: true,
      visibilityMs: options.visibilityMs,
      verification: 'stand_in',
    }),
    check: () => [],
    async prepare(context: BroadcastContext) {
      await authorization();
      const text = context.leg.text.replace('{call}', `${context.say} ${context.link}`);
      return {
        channel: context.leg.channel,
        identityClass: 'C',
        repeatable: options.honoursKeys,
        preparedAt: clock.now(),
        freshUntil: clock.now() + 86_400_000,
        identity: `${context.burst}-${context.leg.name}-${clock.now()}`,
        link: context.link,
        request: { status: text },
      };
    },
    async publish(prepared: Prepared) {
      try {
        const answer = await http.request({
          method: 'POST',
          url: `${base}/api/v1/statuses`,
          headers: { ...(await authorization()), 'idempotency-key': prepared.identity },
          body: JSON.stringify(prepared.request),
          timeoutMs: TIMEOUT_MS,
        });
        return publishedOf(answer);
      } catch (error) {
        const code = error instanceof Error && 'code' in error ? String(error.code) : '';
        if (code === 'secret_unreadable' || code === 'http_unreachable') {
          return { kind: 'throttled', retryAfterMs: 1_000, reason: code };
        }
        return { kind: 'unknown', reason: code };
      }
    },
    async resolve(prepared, _leg, claimedAt) {
      try {
        const answer = await http.request({
          method: 'GET',
          url: `${base}/api/v1/accounts/7/statuses?limit=40`,
          headers: await authorization(),
          timeoutMs: TIMEOUT_MS,
        });
        const posts = JSON.parse(Buffer.from(answer.body).toString()) as Record<string, string>[];
        const found = posts.filter((post) => post.content?.includes(prepared.link));
        const [one] = found;
        if (one) return { kind: 'published', confidence: 'strong', postId: String(one.id) };
        if (clock.now() - claimedAt < options.visibilityMs + 10_000) {
          return { kind: 'unknown', reason: 'too_early' };
        }
        return { kind: 'absent', confidence: 'strong' };
      } catch (error) {
        return { kind: 'unknown', reason: String(error) };
      }
    },
    measure: async () => ({ asOf: clock.now(), metrics: {} }),
    retract: async () => 'unsupported',
  };
}

function publishedOf(answer: HttpAnswer) {
  if (answer.status === 401) {
    return { kind: 'rejected', why: 'token', reason: 'token_refused' } as const;
  }
  if (answer.status === 429) {
    return { kind: 'throttled', retryAfterMs: 5_000, reason: 'throttled' } as const;
  }
  if (answer.status !== 200) return { kind: 'unknown', reason: `status ${answer.status}` } as const;
  try {
    const { id } = JSON.parse(Buffer.from(answer.body).toString()) as { id?: string };
    if (typeof id === 'string') return { kind: 'published', postId: id } as const;
  } catch {
    // Falls through: what cannot be read proves nothing.
  }
  return { kind: 'unknown', reason: 'unreadable' } as const;
}

// A Mastodon channel before a loopback server, with a clock the test turns by hand.

import { createHash } from 'node:crypto';
import type { BroadcastContext } from '#channels/contract.ts';
import { createMastodonChannel } from '#channels/mastodon.ts';
import type { BroadcastLegPlan } from '#domain/plan.ts';
import type { Clock } from '#domain/ports.ts';
import { createHttp } from '#outbound/http.ts';
import { png } from '../outbound/pictures.ts';
import { secretsOf } from './email-leg.ts';
import { startMastodon, TOKEN } from './mastodon-server.ts';

export const LINK = 'https://go.example.com/c/k1.atlas.mastodon.trial..AbCdEfGhIjKlMnOp';

export const leg: BroadcastLegPlan = {
  kind: 'broadcast',
  name: 'mastodon',
  channel: 'mastodon',
  connection: 'main',
  call: 'trial',
  text: 'Atlas 2 is out. {call}',
  language: 'en',
  offsetMs: 0,
  deadlineMs: 60_000,
  ifNotReady: 'drop',
};

export const context: BroadcastContext = {
  burst: 'atlas',
  leg,
  link: LINK,
  say: 'Start your free trial',
};

export const picture = png(3, 2);

export const withImage: BroadcastContext = {
  ...context,
  leg: {
    ...leg,
    image: {
      sha256: createHash('sha256').update(picture).digest('hex'),
      type: 'image/png',
      alt: 'The Atlas board at nine in the morning – “full”',
    },
  },
  image: picture,
};

export async function startWorld(token = TOKEN) {
  const mastodon = await startMastodon();
  const time = { now: Date.now() };
  const clock: Clock = {
    now: () => time.now,
    monotonic: () => performance.now(),
    sleep: async (milliseconds) => {
      time.now += milliseconds;
    },
    sleepUntil: async (at) => {
      time.now = Math.max(time.now, at);
    },
  };
  const channel = createMastodonChannel({
    http: createHttp({ loopback: true }),
    secrets: secretsOf({ '/token': token }),
    clock,
    connections: async () => ({ baseUrl: `${mastodon.url}/`, secretName: '/token' }),
  });
  return { mastodon, channel, time, stop: () => mastodon.server.stop() };
}

export type World = Awaited<ReturnType<typeof startWorld>>;

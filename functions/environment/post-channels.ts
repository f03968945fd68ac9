// The broadcast channels that can be asked what became of a post.

import type { BroadcastChannel } from '#channels/contract.ts';
import { createMastodonChannel } from '#channels/mastodon.ts';
import { Fault } from '#domain/faults.ts';
import type { Http, Secrets, Table } from '#domain/ports.ts';
import { loadConnection } from '#store/connections.ts';
import { createClock } from './clock.ts';

export interface PostChannelsConfig {
  readonly table: Table;
  readonly secrets: Pick<Secrets, 'get'>;
  readonly http: Http;
}

export function createPostChannels(
  config: PostChannelsConfig,
): (channel: string) => BroadcastChannel | undefined {
  const { table, secrets, http } = config;
  const mastodon = createMastodonChannel({
    http,
    secrets,
    clock: createClock(),
    connections: async (id) => {
      const connection = await loadConnection(table, id);
      if (connection) return connection;
      throw new Fault('connection_missing', `there is no connection ${id}`, { retryable: false });
    },
  });
  return (channel) => (channel === 'mastodon' ? mastodon : undefined);
}

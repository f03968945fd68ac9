// All that a runner reaches of the world.

import type { Channel } from '#channels/contract.ts';
import type { Clock, Entropy, Log, Table } from '#domain/ports.ts';
import type { SigningKey } from '#domain/token.ts';

export interface RunnerPorts {
  readonly table: Table;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly log: Log;
  /** By channel name: `email`, `mastodon`, ... */
  readonly channels: ReadonlyMap<string, Channel>;
  /** Account and Region that share one send quota: the key of the rate lease. */
  readonly account: string;
  /** The key under which addresses are digested; throws Fault when it cannot be read. */
  readonly suppressionKey: () => Promise<string>;
  /** The key that signs links of posts; throws Fault when it cannot be read. */
  readonly signingKey: () => Promise<SigningKey>;
  /** The second layer of a stop: switches the sending of a burst's configuration sets. */
  readonly setSending: (burst: string, enabled: boolean) => Promise<void>;
}

export interface TickOptions {
  /** This invocation's own mark: the holder of the leases it takes. */
  readonly holder: string;
  /**
   * Hand over before this instant: the function's time limit less a margin. Read again and again,
   * so that a process that is told to end can bring it forward.
   */
  readonly until: number;
  /** Work on this burst too, whatever the index says (an API call started the runner for it). */
  readonly burst?: string;
}

// The secrets store as a node reaches it: now and then nothing can be read.

import { Fault } from '#domain/faults.ts';
import type { Secrets } from '#domain/ports.ts';
import type { SimNode } from './node.ts';

export class SimSecrets {
  readonly #values: Map<string, string>;
  /** While true nothing can be read. */
  isUnreadable = false;

  constructor(values: Readonly<Record<string, string>>) {
    this.#values = new Map(Object.entries(values));
  }

  port(node: SimNode): Secrets {
    const unreadable = (why: string) =>
      new Fault('secret_unreadable', `the secret could not be read: ${why}`, { retryable: true });
    const call = <R>(verb: string, name: string, isWrite: boolean, apply: () => R) =>
      node.call<R>({
        port: 'secrets',
        verb,
        what: `secret ${verb} ${name}`,
        isWrite,
        latencyMs: 15,
        timeoutMs: 3_000,
        apply: () => {
          if (this.isUnreadable) throw unreadable('the key service is down');
          return apply();
        },
        unanswered: unreadable,
        refused: () => unreadable('throttled'),
      });
    return {
      get: (name) =>
        call('get', name, false, () => {
          const value = this.#values.get(name);
          if (value === undefined) throw unreadable(`there is no ${name}`);
          return value;
        }),
      put: (name, value) => call('put', name, true, () => void this.#values.set(name, value)),
    };
  }
}

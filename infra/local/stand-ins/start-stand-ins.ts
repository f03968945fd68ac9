// Every stand-in of a runtime, in two worker threads: the database, and all other services.

import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { emailEvents, names, queues } from '#infra/definition.ts';
import { createTableInput } from '#store/table.ts';
import type { Ports } from '../data-folder.ts';
import type { Account } from './social/status.ts';
import { type StandInsWorker, startWorker } from './start-worker.ts';

export interface DatabaseOptions {
  readonly folder: string;
  readonly ports: Ports;
  readonly output: Writable;
}

/** To be started first: its lock tells whether the folder is in use. */
export function startDatabase({ folder, ports, output }: DatabaseOptions): Promise<StandInsWorker> {
  const data = {
    kind: 'database',
    folder: join(folder, 'dynamodb'),
    port: ports.dynamodb,
    tables: [createTableInput(names.table)],
  } as const;
  return startWorker(data, output);
}

export interface ServicesOptions extends DatabaseOptions {
  /** The ports must be these: links that are out there name them. */
  readonly fixedPorts: boolean;
  readonly perSecond: number;
  readonly perDay: number;
  readonly accounts: ReadonlyMap<string, Account>;
}

export function startServices(options: ServicesOptions): Promise<StandInsWorker> {
  const { folder, ports, fixedPorts, perSecond, perDay, accounts, output } = options;
  const data = {
    kind: 'services',
    folder,
    ports,
    fixedPorts,
    queues: queueSettings(),
    eventsTo: 'feedback',
    publishes: emailEvents,
    configurationSets: [names.configurationSet],
    perSecond,
    perDay,
    accounts,
  } as const;
  return startWorker(data, output);
}

function queueSettings() {
  return queues.flatMap((queue) => [
    queue,
    {
      name: queue.deadLetter,
      visibilitySeconds: queue.visibilitySeconds,
      retentionSeconds: queue.deadLetterRetentionSeconds,
    },
  ]);
}

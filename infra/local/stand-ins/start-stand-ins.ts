// Every stand-in of a runtime, in two worker threads: the database, and all other services.

import type { Writable } from 'node:stream';
import { emailEvents, names, queues } from '#infra/definition.ts';
import { createTableInput } from '#store/table.ts';
import type { Ports } from '../data-folder.ts';
import type { Account } from './social/status.ts';
import { type StandInsWorker, startWorker } from './start-worker.ts';

export interface StandInsOptions {
  readonly folder: string;
  readonly ports: Ports;
  readonly fixedPorts: boolean;
  readonly perSecond: number;
  readonly perDay: number;
  readonly accounts: ReadonlyMap<string, Account>;
  readonly output: Writable;
}

/** The database first: its lock tells whether the folder is in use. */
export async function startStandIns(options: StandInsOptions): Promise<StandInsWorker> {
  const { folder, ports, output } = options;
  const database = await startWorker(
    {
      kind: 'database',
      folder: `${folder}/dynamodb`,
      port: ports.dynamodb,
      tables: [createTableInput(names.table)],
    },
    output,
  );
  try {
    const services = await startWorker(
      {
        kind: 'services',
        folder,
        ports,
        fixedPorts: options.fixedPorts,
        queues: queueSettings(),
        eventsTo: 'feedback',
        publishes: emailEvents,
        configurationSets: [names.configurationSet],
        perSecond: options.perSecond,
        perDay: options.perDay,
        accounts: options.accounts,
      },
      output,
    );
    return {
      urls: { ...database.urls, ...services.urls },
      stop: async () => {
        await services.stop();
        await database.stop();
      },
    };
  } catch (error) {
    await database.stop();
    throw error;
  }
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

// A worker thread that holds stand-ins, so that none of them can hold up a function's timer.

import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { startDynamodb, type TableInput } from './dynamodb/dynamodb.ts';
import { startParameters } from './parameters.ts';
import { type QueueSettings, startQueue } from './queue/queue.ts';
import { startRenderer } from './ses/renderer.ts';
import { startSesFront } from './ses/ses-front.ts';
import { startSite } from './site.ts';
import { startSocial } from './social/social.ts';
import type { Account } from './social/status.ts';
import type { StandIn } from './stand-in.ts';

export type StandInsData =
  | {
      readonly kind: 'database';
      readonly folder: string;
      readonly port: number;
      readonly tables: readonly TableInput[];
    }
  | {
      readonly kind: 'services';
      readonly folder: string;
      readonly ports: { readonly [name in ServiceName]: number };
      /** Addresses that earlier starts gave away must come back, or not at all. */
      readonly fixedPorts: boolean;
      readonly queues: readonly QueueSettings[];
      readonly eventsTo: string;
      readonly publishes: readonly string[];
      readonly configurationSets: readonly string[];
      readonly perSecond: number;
      readonly perDay: number;
      readonly accounts: ReadonlyMap<string, Account>;
    };

export type ServiceName = 'ses' | 'inbox' | 'sqs' | 'ssm' | 'social' | 'site';

export type StandInsMessage =
  | { readonly kind: 'started'; readonly urls: { readonly [name: string]: string } }
  | { readonly kind: 'failed'; readonly message: string };

async function start(
  data: StandInsData,
): Promise<{ urls: Record<string, string>; all: StandIn[] }> {
  if (data.kind === 'database') {
    const dynamodb = await startDynamodb(data);
    return { urls: { dynamodb: dynamodb.url }, all: [dynamodb] };
  }
  const { folder, ports } = data;
  const portTaken = data.fixedPorts ? 'fail' : 'take_another';
  const queue = await startQueue({
    folder: join(folder, 'queues'),
    port: ports.sqs,
    queues: data.queues,
  });
  const renderer = await startRenderer(ports.inbox);
  const ses = await startSesFront({
    file: join(folder, 'ses.jsonl'),
    port: ports.ses,
    perSecond: data.perSecond,
    perDay: data.perDay,
    configurationSets: data.configurationSets,
    publishes: data.publishes,
    deliver: (bodies) => queue.deliver(data.eventsTo, bodies),
    renderer,
  });
  const ssm = await startParameters({ file: join(folder, 'parameters.json'), port: ports.ssm });
  const social = await startSocial({
    file: join(folder, 'social.jsonl'),
    mediaFolder: join(folder, 'media'),
    port: ports.social,
    portTaken,
    accounts: data.accounts,
  });
  const site = await startSite({ port: ports.site, portTaken });
  const urls = {
    sqs: queue.url,
    inbox: renderer.url,
    ses: ses.url,
    ssm: ssm.url,
    social: social.url,
    site: site.url,
  };
  // Events are told to the queue, so it ends last.
  return { urls, all: [site, social, ssm, ses, queue] };
}

// A caller that is killed in the middle of a request ends its connection, never this thread:
// dynalite throws such an error out of its listener.
process.on('uncaughtException', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'ECONNRESET' && error.code !== 'EPIPE') throw error;
});

const port = parentPort;
start(workerData as StandInsData).then(
  ({ urls, all }) => {
    port?.on('message', async () => {
      for (const standIn of all) await standIn.close();
      process.exit(0);
    });
    port?.postMessage({ kind: 'started', urls } satisfies StandInsMessage);
  },
  (error: unknown) => {
    const message = error instanceof Error ? error.message : String(error);
    port?.postMessage({ kind: 'failed', message } satisfies StandInsMessage);
  },
);

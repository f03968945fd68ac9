// Renders what SES accepted with `aws-ses-v2-local` and shows it: its inbox page, and as JSON.

import type { Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import type { BulkEntry, BulkRequest } from './bulk-call.ts';
import type { SingleRequest } from './single-call.ts';

// CommonJS with an ES default: `require` is the one way in which every loader agrees about it.
const require = createRequire(import.meta.url);
const { default: startSesLocal } = require('aws-ses-v2-local') as typeof import('aws-ses-v2-local');
const { getStoreReadonly } =
  require('aws-ses-v2-local/dist/store.js') as typeof import('aws-ses-v2-local/dist/store.js');

export interface InboxMessage {
  /** Position in the inbox; ask for those after it. */
  readonly index: number;
  readonly at: number;
  readonly from: string;
  readonly to: string;
  readonly subject: string;
  readonly html: string;
  readonly text: string;
  readonly headers: { readonly [name: string]: string };
}

export interface Renderer {
  /** The inbox page. */
  readonly url: string;
  /** In order, behind whatever is still being rendered; never holds up the caller. */
  render(request: BulkRequest, accepted: readonly BulkEntry[]): void;
  /** The same for a single email, as SendEmail has it. */
  renderOne(request: SingleRequest): void;
  inbox(after: number, max: number): InboxMessage[];
  /** Calls whose messages do not show yet. */
  pending(): number;
  /** Resolves when everything handed over so far can be read. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

/**
 * One per thread: the library keeps its emails in the module. It forgets them when it ends; the
 * SES front hands them over again from its log.
 */
export async function startRenderer(port: number): Promise<Renderer> {
  const server = await listen(port);
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  let chain: Promise<void> = Promise.resolve();
  let pending = 0;
  const later = (work: () => Promise<void>): void => {
    pending += 1;
    chain = chain
      .then(work)
      .catch((error: unknown) => console.error(`not rendered: ${String(error)}`))
      .finally(() => {
        pending -= 1;
      });
  };
  return {
    url,
    render: (request, accepted) => {
      if (accepted.length === 0) return;
      const bulk = { ...request, BulkEmailEntries: accepted };
      later(() => forward(`${url}/v2/email/outbound-bulk-emails`, bulk));
    },
    renderOne: (request) => later(() => forward(`${url}/v2/email/outbound-emails`, request)),
    pending: () => pending,
    inbox: (after, max) => {
      const { emails } = getStoreReadonly();
      return emails.slice(after, after + max).map((email, offset) => ({
        index: after + offset + 1,
        at: email.at * 1_000,
        from: email.from,
        to: email.destination.to[0] ?? '',
        subject: email.subject,
        html: email.body.html ?? '',
        text: email.body.text ?? '',
        headers: Object.fromEntries((email.headers ?? []).map(({ name, value }) => [name, value])),
      }));
    },
    settled: () => chain,
    close: async () => {
      await chain;
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function forward(url: string, request: object): Promise<void> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: 'AWS4 stand-in' },
    body: JSON.stringify(request),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`the renderer answered ${answer.status}: ${text.slice(0, 200)}`);
}

async function listen(port: number): Promise<Server> {
  const server = await startSesLocal({ host: '127.0.0.1', port });
  if (server.listening) return server;
  // The port was taken: the library reports that as an error event after it has resolved.
  return startSesLocal({ host: '127.0.0.1', port: 0 });
}

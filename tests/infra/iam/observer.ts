// Stands between the functions and every stand-in, and notes who called what on which resource.

import { createServer, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';
import { actionsOf } from './actions-of.ts';

export interface Use {
  readonly function: string;
  readonly action: string;
  readonly on: string;
}

export interface Observer {
  readonly url: string;
  /** Requests wait until it is known where each service is. */
  forwardTo(urls: { readonly [service: string]: string }): void;
  uses(): Use[];
  close(): Promise<void>;
}

/** `AWS4-HMAC-SHA256 Credential=local-run/20270304/us-east-1/dynamodb/aws4_request, ...` */
const CREDENTIAL = /Credential=local-([\w-]+)\/\d+\/[\w-]+\/([\w-]+)\/aws4_request/;

export async function startObserver(): Promise<Observer> {
  const seen = new Map<string, Use>();
  const { promise: targets, resolve: forwardTo } = Promise.withResolvers<{
    readonly [service: string]: string;
  }>();
  const server = createServer(async (incoming, outgoing) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const [, caller = '', service = ''] =
      CREDENTIAL.exec(incoming.headers.authorization ?? '') ?? [];
    const call = {
      service,
      method: incoming.method ?? '',
      path: incoming.url ?? '',
      target: String(incoming.headers['x-amz-target'] ?? ''),
      body: body.toString(),
    };
    for (const { action, on } of actionsOf(call)) {
      const use = { function: caller, action, on };
      seen.set(JSON.stringify(use), use);
    }
    const to = (await targets)[service];
    if (to === undefined) {
      outgoing.writeHead(500).end(`nobody here speaks "${service}"`);
      return;
    }
    const onward = send(
      new URL(incoming.url ?? '', to),
      { method: incoming.method, headers: { ...incoming.headers, host: new URL(to).host } },
      (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      },
    );
    onward.on('error', () => outgoing.destroy());
    onward.end(body);
  });
  server.keepAliveTimeout = 120_000;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    forwardTo,
    uses: () => [...seen.values()],
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

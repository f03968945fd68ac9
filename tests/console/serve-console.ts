// The console on loopback, over a table in memory.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

interface App {
  readonly fetch: (request: Request) => Response | Promise<Response>;
}

export interface ServedConsole {
  /** `http://127.0.0.1:40123`; a browser holds that for a secure place, as it does for https. */
  readonly url: string;
  close(): Promise<void>;
}

export async function serveConsole(app: App): Promise<ServedConsole> {
  const server = createServer((incoming, outgoing) => {
    void (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of incoming) chunks.push(chunk as Buffer);
      const body = Buffer.concat(chunks);
      const headers = Object.entries(incoming.headers).flatMap(
        ([name, value]): [string, string][] => (value === undefined ? [] : [[name, String(value)]]),
      );
      const { method = 'GET', url = '/' } = incoming;
      const request = new Request(`http://${incoming.headers.host}${url}`, {
        method,
        headers,
        ...(body.length > 0 ? { body } : {}),
      });
      const answer = await app.fetch(request);
      const given: [string, string][] = [...answer.headers].filter(
        ([name]) => name !== 'set-cookie',
      );
      outgoing.writeHead(answer.status, {
        ...Object.fromEntries(given),
        'set-cookie': answer.headers.getSetCookie(),
      });
      outgoing.end(Buffer.from(await answer.arrayBuffer()));
    })().catch(() => outgoing.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

// The API in memory behind HTTP, for commands that are run as they are.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { vi } from 'vitest';
import { type Api, adminToken, anApi } from '../api/an-api.ts';

export interface ServedApi {
  readonly api: Api;
  readonly url: string;
  /** Every POST so far. */
  readonly orders: readonly { readonly path: string; readonly ifMatch: string | undefined }[];
  /** Nothing answers until it is opened again, at the same address. */
  shut(): Promise<void>;
  open(): Promise<void>;
  stop(): Promise<void>;
}

/** The commands of this process take its token from the environment until it is stopped. */
export async function servedApi(api: Api = anApi()): Promise<ServedApi> {
  const orders: { path: string; ifMatch: string | undefined }[] = [];
  const server = createServer((request, response) => {
    const { method = '', url = '' } = request;
    const headers = Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
    );
    let body = '';
    request.on('data', (piece) => {
      body += piece;
    });
    request.on('end', async () => {
      if (method === 'POST') orders.push({ path: url, ifMatch: headers['if-match'] });
      const answer = await api.raw(method, url, { headers, ...(body === '' ? {} : { body }) });
      response.writeHead(answer.status, Object.fromEntries(answer.headers)).end(answer.text);
    });
  });
  const open = (port: number) =>
    new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const shut = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  await open(0);
  const { port } = server.address() as AddressInfo;
  vi.stubEnv('VOLLEY_TOKEN', adminToken);
  return {
    api,
    url: `http://127.0.0.1:${port}`,
    orders,
    shut,
    open: () => open(port),
    stop: async () => {
      vi.unstubAllEnvs();
      if (server.listening) await shut();
    },
  };
}

// The API in a process of its own, behind plain HTTP.

import { pathToFileURL } from 'node:url';
import { matchRoute, toAnswer, toHttpEvent } from '#infra/local/functions/http-event.ts';
import { serve } from '#infra/local/http-server.ts';
import { inputOf, ready } from './child.ts';

export interface ApiInput {
  readonly bundle: string;
  readonly port: number;
}

interface Handler {
  handler(event: object): Promise<unknown>;
}

const { bundle, port } = inputOf<ApiInput>();
const { handler } = (await import(pathToFileURL(bundle).href)) as Handler;

const served = await serve({
  port,
  portTaken: 'fail',
  answer: async (request) => {
    const matched = matchRoute('ANY /{proxy+}', request.method, request.path);
    if (!matched) return { status: 404 };
    return toAnswer(await handler(toHttpEvent(request, { host: 'api', matched, now: Date.now() })));
  },
});
ready({ url: served.url });

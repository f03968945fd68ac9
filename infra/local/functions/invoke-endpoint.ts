// Stands in for the Lambda API where one function starts another.

import { type Answer, json, type Request, serve } from '../http-server.ts';
import type { StandIn } from '../stand-ins/stand-in.ts';
import { type FunctionHost, InvocationError } from './function-host.ts';

export interface InvokeEndpointOptions {
  readonly port: number;
  readonly hostOf: (name: string) => FunctionHost | undefined;
}

const PATH = /^\/2015-03-31\/functions\/([^/]+)\/invocations\/?$/;

/** `Event` is answered 202 at once and not tried again; anything else waits for the result. */
export function startInvokeEndpoint(options: InvokeEndpointOptions): Promise<StandIn> {
  return serve({ port: options.port, answer: (request) => answer(request, options) });
}

async function answer(request: Request, options: InvokeEndpointOptions): Promise<Answer> {
  const name =
    decodeURIComponent(PATH.exec(request.path)?.[1] ?? '')
      .split(':')
      .at(-1) ?? '';
  const host = options.hostOf(name);
  if (request.method !== 'POST' || !host) {
    const message = `Function not found: ${name}`;
    return json(404, { Message: message }, { 'x-amzn-errortype': 'ResourceNotFoundException' });
  }
  const event: unknown = JSON.parse(request.body.toString() || '{}');
  if (request.headers['x-amz-invocation-type'] === 'Event') {
    // Without room the event is dropped: whoever is running will see the work, or the next tick.
    host.invoke(event).catch(() => undefined);
    return { status: 202 };
  }
  try {
    return json(200, (await host.invoke(event)) ?? null);
  } catch (error) {
    const { type, message } = toFailure(error);
    if (type === 'TooManyRequestsException') {
      return json(429, { Message: message }, { 'x-amzn-errortype': type });
    }
    const body = { errorType: type, errorMessage: message };
    return json(200, body, { 'x-amz-function-error': 'Unhandled' });
  }
}

function toFailure(error: unknown): { type: string; message: string } {
  if (error instanceof InvocationError) return { type: error.type, message: error.message };
  return { type: 'Error', message: String(error) };
}

// One host of the HTTP API: its routes, and the functions behind them.

import type { FunctionDefinition, FunctionName, Host } from '#infra/definition.ts';
import { type Answer, json, type Request, type Served, serve } from '../http-server.ts';
import { type FunctionHost, InvocationError } from './function-host.ts';
import { type Matched, matchRoute, toAnswer, toHttpEvent } from './http-event.ts';

export interface HttpSurfaceOptions {
  readonly host: Host;
  readonly port: number;
  readonly portTaken?: 'take_another' | 'fail';
  readonly definitions: readonly FunctionDefinition[];
  /** May still be empty when the surface opens: functions are told its address first. */
  readonly hosts: ReadonlyMap<FunctionName, FunctionHost>;
}

/** A failing function is 500, one without room 503, an unknown route 404, as API Gateway has it. */
export function startHttpSurface(options: HttpSurfaceOptions): Promise<Served> {
  return serve({
    port: options.port,
    portTaken: options.portTaken ?? 'take_another',
    bodyBytesMax: 10 * 1024 * 1024,
    answer: (request) => answer(request, options),
  });
}

async function answer(request: Request, options: HttpSurfaceOptions): Promise<Answer> {
  const found = find(request, options);
  if (!found) return json(404, { message: 'Not Found' });
  const host = options.hosts.get(found.name);
  if (!host) return json(503, { message: 'Service Unavailable' });
  const context = { host: options.host, matched: found.matched, now: Date.now() };
  try {
    return toAnswer(await host.invoke(toHttpEvent(request, context)));
  } catch (error) {
    const busy = error instanceof InvocationError && error.type === 'TooManyRequestsException';
    return busy
      ? json(503, { message: 'Service Unavailable' })
      : json(500, { message: 'Internal Server Error' });
  }
}

function find(
  request: Request,
  options: HttpSurfaceOptions,
): { matched: Matched; name: FunctionName } | undefined {
  const found = options.definitions.flatMap(({ name, triggers }) =>
    triggers.flatMap((trigger) => {
      if (trigger.kind !== 'http' || trigger.host !== options.host) return [];
      const matched = matchRoute(trigger.route, request.method, request.path);
      return matched ? [{ matched, name }] : [];
    }),
  );
  // The service takes a route with a greedy part only where none without it or longer fits.
  return found.sort((one, other) => rank(one.matched.route) - rank(other.matched.route))[0];
}

/** The smaller, the more exactly a route says what it takes. */
function rank(route: string): number {
  return (route.includes('+}') ? 10_000 : 0) - route.length;
}

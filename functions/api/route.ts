// A route as data: what it takes, who may use it and which command answers.

import type * as z from 'zod/mini';
import type { CommandContext, Scope } from '#commands/context.ts';

export interface Route {
  readonly method: 'get' | 'post';
  /** Parameters in braces, as OpenAPI has them: `/v1/bursts/{burst}`. */
  readonly path: string;
  readonly summary: string;
  readonly scope: Scope;
  /** `json`: the body holds the input; `csv`: a text beside it; `none`: no body. */
  readonly body: 'json' | 'csv' | 'none';
  /** Fields of the input that stand in the address after `?`. */
  readonly query: readonly string[];
  /** Of the whole input: path, query and body together. */
  readonly input: z.ZodMiniObject;
  readonly run: (context: CommandContext, input: unknown, text: string) => Promise<object>;
}

type Command<S extends z.ZodMiniObject> = (
  context: CommandContext,
  input: z.output<S>,
) => Promise<object>;

type About = Pick<Route, 'path' | 'summary' | 'scope'> & { readonly query?: readonly string[] };

export function get<S extends z.ZodMiniObject>(about: About, input: S, command: Command<S>): Route {
  const run = (context: CommandContext, given: unknown) => command(context, given as z.output<S>);
  return { query: [], ...about, method: 'get', body: 'none', input, run };
}

export function post<S extends z.ZodMiniObject>(
  about: About,
  input: S,
  command: Command<S>,
): Route {
  return { ...get(about, input, command), method: 'post', body: 'json' };
}

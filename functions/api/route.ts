// A route as data: what it takes, who may use it, which command answers and how its answer looks.

import type * as z from 'zod/mini';
import type { CommandContext, Scope } from '#commands/context.ts';

export interface Route {
  readonly method: 'get' | 'post';
  /** Parameters in braces, as OpenAPI has them: `/v1/bursts/{burst}`. */
  readonly path: string;
  readonly summary: string;
  /** `anyone`: the address itself holds a secret. */
  readonly scope: Scope | 'anyone';
  /** `json`: the body holds the input; `csv`: a text beside it; `none`: no body. */
  readonly body: 'json' | 'csv' | 'none';
  /** Fields of the input that stand in the address after `?`. */
  readonly query: readonly string[];
  /** Of the whole input: path, query and body together. */
  readonly input: z.ZodMiniObject;
  /** What 200 holds; every route has one (tests/api/openapi.test.ts). */
  readonly answer?: z.ZodMiniType;
  readonly run: (context: CommandContext, input: unknown, text: string) => Promise<object>;
}

/** What a command may answer where this schema stands: as much, whether it may be changed or not. */
type Plain<T> = T extends readonly (infer E)[]
  ? readonly Plain<E>[]
  : T extends object
    ? { readonly [K in keyof T]: Plain<T[K]> }
    : T;

type Command<S extends z.ZodMiniObject, A extends z.ZodMiniType> = (
  context: CommandContext,
  input: z.output<S>,
) => Promise<Plain<z.input<A>> & object>;

type About<A extends z.ZodMiniType> = Pick<Route, 'path' | 'summary' | 'scope'> & {
  readonly query?: readonly string[];
  readonly answer?: A;
};

export function get<S extends z.ZodMiniObject, A extends z.ZodMiniType = z.ZodMiniType<object>>(
  about: About<A>,
  input: S,
  command: Command<S, A>,
): Route {
  const run = (context: CommandContext, given: unknown) => command(context, given as z.output<S>);
  return { query: [], ...about, method: 'get', body: 'none', input, run };
}

export function post<S extends z.ZodMiniObject, A extends z.ZodMiniType = z.ZodMiniType<object>>(
  about: About<A>,
  input: S,
  command: Command<S, A>,
): Route {
  return { ...get(about, input, command), method: 'post', body: 'json' };
}

// The API over a deployment in memory.

import { createApp } from '#api/create-app.ts';
import type { CommandContext, Scope } from '#commands/context.ts';
import { savePrincipal } from '#store/principals.ts';
import { aWorld, type World } from '../commands/a-context.ts';

export const adminToken = 'admin-token-of-this-deployment';

export interface Api {
  readonly world: World;
  readonly logged: string[];
  token(name: string, ...scopes: Scope[]): Promise<string>;
  call(method: string, path: string, over?: Call): Promise<Answer>;
  /** The same where no JSON comes back. */
  raw(method: string, path: string, over?: Call): Promise<Omit<Answer, 'body'>>;
}

export interface Call {
  readonly token?: string;
  readonly json?: unknown;
  readonly csv?: string;
  readonly body?: string;
  readonly headers?: Record<string, string>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: each test knows the shape it asks for.
  readonly body: any;
}

export function anApi(over: Partial<CommandContext> = {}): Api {
  const world = aWorld(over);
  world.secrets.set('api/admin-token', `${adminToken}\n`);
  const logged: string[] = [];
  const note = (event: string, fields?: object) =>
    void logged.push(JSON.stringify({ event, ...fields }));
  const { principal: _nobody, ...ports } = world.as('nobody');
  const app = createApp({ ...ports, log: { info: note, warn: note, error: note } });
  return {
    world,
    logged,
    async token(name, ...scopes) {
      const token = `token-of-${name}-${'x'.repeat(20)}`;
      await savePrincipal(ports.table, token, { name, scopes });
      return token;
    },
    async call(method, path, over) {
      const answer = await this.raw(method, path, over);
      return { ...answer, body: JSON.parse(answer.text) };
    },
    async raw(method, path, { token, json, csv, body, headers } = {}) {
      const content = json === undefined ? (csv ?? body) : JSON.stringify(json);
      const type =
        json === undefined
          ? csv === undefined
            ? {}
            : { 'content-type': 'text/csv' }
          : { 'content-type': 'application/json' };
      const answer = await app.request(path, {
        method,
        headers: {
          ...type,
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          ...headers,
        },
        ...(content === undefined ? {} : { body: content }),
      });
      const text = await answer.text();
      return { status: answer.status, headers: answer.headers, text };
    },
  };
}

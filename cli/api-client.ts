// The API as the command line uses it.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CommandFailure, type Parsed } from './command.ts';

interface RuntimeFile {
  readonly token: string;
  readonly urls: { readonly api: string };
}

interface ErrorBody {
  readonly error?: { readonly code: string; readonly message: string; readonly limit?: string };
}

export class ApiClient {
  readonly #url: string;
  readonly #token: string;

  constructor(url: string, token: string) {
    this.#url = url.replace(/\/+$/, '');
    this.#token = token;
  }

  /** Throws CommandFailure with the API's own sentence when it refuses. */
  async call<T>(method: 'GET' | 'POST', path: string, body?: object): Promise<T> {
    const answer = await this.#fetch(method, path, body);
    const text = await answer.text();
    const parsed = text === '' ? {} : (JSON.parse(text) as T & ErrorBody);
    if (answer.ok) return parsed as T;
    const { error } = parsed as ErrorBody;
    if (!error) throw new CommandFailure(`the API answered ${answer.status}`);
    const limit = error.limit === undefined ? '' : ` (${error.limit})`;
    throw new CommandFailure(`${error.message}${limit} [${error.code}]`);
  }

  async #fetch(method: string, path: string, body?: object): Promise<Response> {
    try {
      return await fetch(`${this.#url}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${this.#token}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(30_000),
      });
    } catch {
      throw new CommandFailure(`nothing answers at ${this.#url}: is it running? (npm start)`);
    }
  }
}

/** `--url` and VOLLEY_TOKEN, else the local runtime that uses the data folder. */
export function connect({ url, data }: Parsed): ApiClient {
  const local = readRuntimeFile(data);
  const address = url ?? process.env.VOLLEY_URL ?? local?.urls.api;
  if (address === undefined) {
    throw new CommandFailure(
      `no local runtime uses ${data}: start one with npm start, or name an API with --url`,
    );
  }
  const token = process.env.VOLLEY_TOKEN ?? local?.token;
  if (token === undefined) throw new CommandFailure('set VOLLEY_TOKEN to a token of the API');
  return new ApiClient(address, token);
}

function readRuntimeFile(data: string): RuntimeFile | undefined {
  const path = join(data, 'runtime.json');
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as RuntimeFile) : undefined;
}

// The API as the command line uses it: a key with every command, repeated when an answer is lost.

import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { stateOf } from '#domain/state-words.ts';
import { CommandFailure, exitCodes, type Parsed } from './command.ts';
import { nextStep } from './next-step.ts';

interface RuntimeFile {
  readonly token: string;
  readonly urls: { readonly [name: string]: string };
}

interface ApiError {
  readonly code: string;
  readonly message: string;
  readonly field?: string;
  readonly limit?: string;
  readonly file?: string;
  readonly line?: number;
}

export interface CallOptions {
  /** Beside a JSON body: a text such as a CSV file. */
  readonly text?: { readonly type: string; readonly body: string | Uint8Array };
  readonly headers?: { readonly [name: string]: string };
  readonly timeoutMs?: number;
  /** The answer holds a secret: it is asked for without a key, under which it would be kept. */
  readonly isSecret?: boolean;
}

/**
 * Asks and changes nothing. Without a key, because answers are kept under theirs for a day, and
 * these hold what people get and who they are.
 */
const READS = /\/(?:check|preview|rehearse|find|count|explain)$/;

function isDry(body: object | undefined): boolean {
  return (body as { dryRun?: unknown } | undefined)?.dryRun === true;
}

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

const TRIES_MAX = 4;
const WAIT_MS = 400;
const TIMEOUT_MS = 30_000;

export class ApiClient {
  readonly url: string;
  readonly #token: string;
  readonly #key: string;
  #commands = 0;

  /** @param key begins the idempotency key of every command of this process */
  constructor(url: string, token: string, key: string = randomUUID()) {
    this.url = url.replace(/\/+$/, '');
    this.#token = token;
    this.#key = key;
  }

  /**
   * Throws CommandFailure with the API's own sentence when it refuses. A request that got no
   * answer is sent again with the same key, so that it is carried out once at most.
   */
  async call<T>(
    method: Method,
    path: string,
    body?: object,
    options: CallOptions = {},
  ): Promise<T> {
    const headers: Record<string, string> = {
      authorization: `Bearer ${this.#token}`,
      ...options.headers,
    };
    const content = options.text?.body ?? (body === undefined ? undefined : JSON.stringify(body));
    if (content !== undefined) headers['content-type'] = options.text?.type ?? 'application/json';
    const isCommand = method !== 'GET' && !READS.test(path) && !isDry(body);
    if (isCommand && !options.isSecret) headers['idempotency-key'] = this.#nextKey();
    const init = { method, headers, ...(content === undefined ? {} : { body: content }) };
    return this.#repeat<T>(path, init, options.timeoutMs ?? TIMEOUT_MS);
  }

  /** The first command under the key itself, so that a person can repeat it by `--key`. */
  #nextKey(): string {
    this.#commands += 1;
    return this.#commands === 1 ? this.#key : `${this.#key}-${this.#commands}`;
  }

  async #repeat<T>(path: string, init: RequestInit, timeoutMs: number): Promise<T> {
    let last: Settled<T> | Lost | undefined;
    for (let attempt = 0; attempt < TRIES_MAX; attempt += 1) {
      if (attempt > 0) await new Promise((resolve) => setTimeout(resolve, WAIT_MS * attempt));
      const got = await this.#fetch(path, init, timeoutMs);
      last = 'text' in got ? settle<T>(got, path) : got;
      if (last.kind === 'answer') return last.body;
      // Nothing listens, or it was said for good: a moment later it will be the same.
      if (last.isFinal) break;
    }
    throw last?.kind === 'failed' ? last.failure : this.#unanswered(init, last);
  }

  async #fetch(path: string, init: RequestInit, timeoutMs: number): Promise<Got | Lost> {
    try {
      const signal = AbortSignal.timeout(timeoutMs);
      const answer = await fetch(`${this.url}${path}`, { ...init, signal });
      return { status: answer.status, text: await answer.text() };
    } catch (error) {
      const cause = (error as { cause?: { code?: string } }).cause?.code ?? '';
      return { kind: 'lost', isFinal: cause === 'ECONNREFUSED' || cause === 'ENOTFOUND' };
    }
  }

  #unanswered(init: RequestInit, lost: object | undefined): CommandFailure {
    const { unanswered } = exitCodes;
    if (lost && 'isFinal' in lost && lost.isFinal) {
      const message = `nothing answers at ${this.url}: is it running? (npm start)`;
      return new CommandFailure(message, unanswered, 'unreachable');
    }
    const key = new Headers(init.headers).get('idempotency-key');
    const again =
      key === null
        ? 'try again'
        : `whether it was carried out is open: repeat it with --key ${key}`;
    const message = `${this.url} gave no answer in ${TRIES_MAX} attempts; ${again}`;
    return new CommandFailure(message, unanswered, 'unanswered');
  }
}

interface Got {
  readonly status: number;
  readonly text: string;
}

interface Lost {
  readonly kind: 'lost';
  readonly isFinal: boolean;
}

type Settled<T> =
  | { readonly kind: 'answer'; readonly body: T }
  | { readonly kind: 'failed'; readonly failure: CommandFailure; readonly isFinal: boolean };

function settle<T>({ status, text }: Got, path: string): Settled<T> {
  const parsed = readJson(text);
  if (status >= 200 && status < 300) return { kind: 'answer', body: (parsed ?? text) as T };
  const { error } = (parsed ?? {}) as { error?: ApiError };
  const isPassing = status === 503 || status === 502 || error?.code === 'key_busy';
  const exitCode = isPassing ? exitCodes.unanswered : exitCodes.refused;
  const failure = new CommandFailure(sentence(status, error, path), exitCode, error?.code);
  return { kind: 'failed', failure, isFinal: !isPassing };
}

function sentence(status: number, error: ApiError | undefined, path: string): string {
  if (!error) return `what answered is no Volley API (status ${status}): is the address right?`;
  const { code, limit, file, line } = error;
  const message = outside(error.message);
  const place =
    file === undefined || message.includes(file)
      ? ''
      : `${file}${line === undefined ? '' : `:${line}`}: `;
  const bound = limit === undefined || message.includes(limit) ? '' : ` (${limit})`;
  const next = nextStep(code, path);
  return `${place}${message}${bound} [${code}]${next === undefined ? '' : `\n  ${next}`}`;
}

/** States as they are called outside: `a burst that is measuring` is one whose answers come in. */
function outside(message: string): string {
  return message.replace(
    /(a burst that is )(\w+)/,
    (_all, head: string, state: string) => head + stateOf(state),
  );
}

function readJson(text: string): unknown {
  if (text === '') return {};
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** `--url` and VOLLEY_TOKEN, else the local runtime that uses the data folder. */
export function connect({ url, data, key }: Parsed): ApiClient {
  const local = readRuntimeFile(data);
  const address = url ?? process.env.VOLLEY_URL ?? local?.urls.api;
  if (address === undefined) {
    throw new CommandFailure(
      `no local runtime uses ${data}: start one with npm start, or name an API with --url`,
      exitCodes.unanswered,
      'unreachable',
    );
  }
  if (!URL.canParse(address)) {
    throw new CommandFailure(`"${address}" is no address: write https://...`, exitCodes.usage);
  }
  // The token of this machine's runtime is nobody else's business.
  const isLocal = address.replace(/\/+$/, '') === local?.urls.api;
  const token = process.env.VOLLEY_TOKEN ?? (isLocal ? local?.token : undefined);
  if (token === undefined) {
    throw new CommandFailure(`set VOLLEY_TOKEN to a token of ${address}`, exitCodes.usage);
  }
  return new ApiClient(address, token, key);
}

export function readRuntimeFile(data: string): RuntimeFile | undefined {
  const path = join(data, 'runtime.json');
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as RuntimeFile) : undefined;
}

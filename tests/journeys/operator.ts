// An operator at a terminal without a screen: the local runtime, and `volley` against it.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { until } from '../local/temporary-folder.ts';
import { type Running, run } from './local-runtime.ts';

const root = join(import.meta.dirname, '..', '..');

export interface Said {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Of `--json`. */
  // biome-ignore lint/suspicious/noExplicitAny: each test knows the shape it asks for.
  readonly json: any;
}

export interface Operator {
  readonly runtime: Running;
  readonly urls: { readonly [name: string]: string };
  readonly token: string;
  /** Everything that happened on both sides, for a test that fails. */
  readonly log: () => string;
  volley(args: readonly string[], over?: Over): Promise<Said>;
  stop(): Promise<void>;
}

export interface Over {
  readonly cwd?: string;
  readonly env?: { readonly [name: string]: string };
}

/** @param rate emails a second that the local SES grants */
export async function anOperator(data: string, cwd: string, rate = 200): Promise<Operator> {
  const options = ['--empty', '--data', data, '--port', '0', '--rate', String(rate)];
  const runtime = run('infra/local/start.ts', options);
  const file = await until(() => {
    if (runtime.child.exitCode !== null) throw new Error(runtime.output());
    // The last line: everything is up, and everything it says has arrived.
    return runtime.output().includes('Ctrl-C') ? readRuntime(data) : undefined;
  }, 60_000);
  const said: string[] = [];
  return {
    runtime,
    urls: file.urls,
    token: file.token,
    log: () => `${said.join('\n')}\n${runtime.output()}`,
    async volley(args, over = {}) {
      const answer = await volley(args, { cwd, ...over, env: { VOLLEY_DATA: data, ...over.env } });
      said.push(`$ volley ${args.join(' ')}`, answer.stdout, answer.stderr);
      return answer;
    },
    async stop() {
      runtime.child.kill('SIGINT');
      await runtime.ended;
    },
  };
}

interface RuntimeFile {
  readonly token: string;
  readonly urls: { readonly [name: string]: string };
}

function readRuntime(data: string): RuntimeFile | undefined {
  try {
    return JSON.parse(readFileSync(join(data, 'runtime.json'), 'utf8')) as RuntimeFile;
  } catch {
    return undefined;
  }
}

async function volley(args: readonly string[], over: Required<Over>): Promise<Said> {
  const { VOLLEY_URL: _url, VOLLEY_TOKEN: _token, ...env } = process.env;
  const child = spawn(process.execPath, [join(root, 'cli', 'main.ts'), ...args], {
    cwd: over.cwd,
    env: { ...env, NO_COLOR: '1', ...over.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [out, err]: [string[], string[]] = [[], []];
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => out.push(chunk));
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => err.push(chunk));
  const [code] = (await once(child, 'close')) as [number | null];
  const stdout = out.join('');
  return { code, stdout, stderr: err.join(''), json: jsonIn(stdout) };
}

/** The last line that is an object: a watch prints one for every look. */
function jsonIn(stdout: string): unknown {
  const line = stdout.trimEnd().split('\n').at(-1) ?? '';
  try {
    return line.startsWith('{') ? JSON.parse(line) : undefined;
  } catch {
    return undefined;
  }
}

// Runs the local runtime as a user would, in a process of its own.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..', '..');

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Everything printed so far. */
  readonly output: () => string;
}

/** `node file ...args`, with everything it prints. */
export function run(file: string, args: readonly string[]): Running {
  const child = spawn(process.execPath, [join(root, file), ...args], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [stdout, stderr] = [textOf(child.stdout), textOf(child.stderr)];
  const ended = once(child, 'close').then(([code]) => ({
    code: code as number | null,
    stdout: stdout(),
    stderr: stderr(),
  }));
  return { child, ended, output: () => `${stdout()}\n${stderr()}` };
}

function textOf(stream: NodeJS.ReadableStream): () => string {
  const chunks: string[] = [];
  stream.setEncoding('utf8').on('data', (chunk: string) => chunks.push(chunk));
  return () => chunks.join('');
}

export interface Shown {
  readonly state: string;
  readonly now: number;
  readonly moment?: { readonly at: number };
  readonly sent: { readonly accepted: number; readonly recipients: number };
}

/** The burst as the API shows it, or undefined while nothing answers. */
export async function show(data: string, burst: string): Promise<Shown | undefined> {
  const file = join(data, 'runtime.json');
  if (!existsSync(file)) return undefined;
  try {
    const { token, urls } = JSON.parse(readFileSync(file, 'utf8')) as {
      token: string;
      urls: { api: string };
    };
    const answer = await fetch(`${urls.api}/v1/bursts/${burst}`, {
      headers: { authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(2_000),
    });
    return answer.ok ? ((await answer.json()) as Shown) : undefined;
  } catch {
    return undefined;
  }
}

/** How many bulk calls the provider has logged. */
export function callsIn(data: string): number {
  const file = join(data, 'ses.jsonl');
  if (!existsSync(file)) return 0;
  return readFileSync(file, 'utf8').split('"kind":"call"').length - 1;
}

// Real processes: started, killed without warning, started again, and all of them gone at the end.

import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { Writable } from 'node:stream';

export interface SlotOptions {
  readonly name: string;
  /** The file in `processes/`, without its ending. */
  readonly file: string;
  /** What the process is told; the count says how often this slot was started before. */
  readonly input: (started: number) => object;
  readonly environment?: (started: number) => { readonly [name: string]: string };
  readonly onReady?: (message: Message) => void;
}

/** How long a process that ended by itself stays away. */
const RESTART_MS = 300;

type Message = { readonly kind: string; readonly [name: string]: unknown };

const TAKEOVER = /"lease_taken".*"state":"(?:armed|releasing)"/g;

const NOTHING: { readonly [name: string]: string } = {};

/** One place in which there is always a process, however often it is killed. */
export class Slot {
  readonly #options: SlotOptions;
  readonly #output: Writable;
  #child: ChildProcess | undefined;
  #ready: Promise<Message> = Promise.resolve({ kind: 'none' });
  #started = 0;
  #isStopping = false;
  #wasKilled = false;
  /** Ends that nobody asked for: a process should survive whatever the world answers. */
  crashes = 0;
  /** Has it taken a lease since it last had nothing to do? */
  isBusy = false;
  isReady = false;
  /** Leases taken of bursts that an earlier holder had armed or begun to release. */
  takeovers = 0;

  constructor(options: SlotOptions, output: Writable) {
    this.#options = options;
    this.#output = output;
  }

  get name(): string {
    return this.#options.name;
  }

  /** Starts the process; what it says once it can be talked to. */
  start(): Promise<Message> {
    const { file, input, environment = () => NOTHING } = this.#options;
    const count = this.#started;
    this.#started += 1;
    this.isBusy = false;
    this.isReady = false;
    this.#wasKilled = false;
    const child = fork(
      new URL(`processes/${file}.ts`, import.meta.url),
      [JSON.stringify(input(count))],
      {
        // Nothing of our own environment goes along but the way to Node itself.
        env: { PATH: process.env.PATH, TZ: 'UTC', ...environment(count) },
        execArgv: [],
        stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      },
    );
    this.#child = child;
    this.#listen(child);
    return this.#ready;
  }

  #listen(child: ChildProcess): void {
    child.stdout?.on('data', (chunk: Buffer) => {
      if (chunk.includes('"lease_taken"')) this.isBusy = true;
      this.takeovers += chunk.toString().match(TAKEOVER)?.length ?? 0;
      this.#note(chunk.toString());
    });
    child.stderr?.on('data', (chunk: Buffer) => this.#note(chunk.toString()));
    const { promise, resolve, reject } = Promise.withResolvers<Message>();
    // Whoever waits for it hears of a failure; nobody has to.
    promise.catch(() => undefined);
    this.#ready = promise;
    child.on('message', (message: Message) => {
      if (message.kind === 'idle') this.isBusy = false;
      if (message.kind !== 'ready') return;
      this.isReady = true;
      this.#note('ready\n');
      this.#options.onReady?.(message);
      resolve(message);
    });
    child.on('error', () => undefined);
    child.once('exit', (code, signal) => {
      reject(new Error(`${this.name} ended before it was ready: ${code ?? signal}`));
      if (this.#isStopping || this.#child !== child) return;
      if (this.#wasKilled) {
        void this.start();
        return;
      }
      this.crashes += 1;
      this.#note(`crashed: ${code ?? signal}\n`);
      setTimeout(() => !this.#isStopping && void this.start(), RESTART_MS);
    });
  }

  get ready(): Promise<Message> {
    return this.#ready;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Every line with its instant and who said it, for whoever has to understand a run. */
  #note(lines: string): void {
    const head = `${new Date().toISOString().slice(11, -1)} ${this.name} `;
    for (const line of lines.trimEnd().split('\n')) this.#output.write(`${head}${line}\n`);
  }

  /** `kill -9`; the slot starts another process at once. */
  kill(): boolean {
    if (this.#isStopping || this.#wasKilled) return false;
    this.#wasKilled = true;
    this.#note('killed\n');
    return this.#child?.kill('SIGKILL') ?? false;
  }

  /** Everything inside stands still, its clock does not. Kept until it is thawed, or killed. */
  freeze(): void {
    this.#child?.kill('SIGSTOP');
  }

  thaw(): void {
    this.#child?.kill('SIGCONT');
  }

  tell(message: object): void {
    if (this.#child?.connected) this.#child.send(message, () => undefined);
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }
}

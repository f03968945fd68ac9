// Runs functions as Lambda does: each in sandboxes of its own, with its own environment and limit.

import { randomUUID } from 'node:crypto';
import type { Writable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import type {
  SandboxReady,
  SandboxReply,
  SandboxRequest,
  SandboxShutdown,
} from './sandbox-messages.ts';

/** How long a call that is under way may take to come to an end: a hold looks up every 5 s. */
const SHUTDOWN_MS = 7_000;

export interface HostedFunction {
  readonly name: string;
  readonly bundle: string;
  readonly environment: { readonly [name: string]: string };
  readonly timeoutSeconds: number;
  /** Sandboxes at once. */
  readonly sandboxesMax: number;
  /** Calls one sandbox takes at once. Lambda takes one; a local function for HTTP takes more. */
  readonly callsMax: number;
}

export class InvocationError extends Error {
  readonly type: string;

  constructor(type: string, message: string) {
    super(message);
    this.type = type;
  }
}

interface Call {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
}

interface Sandbox {
  readonly worker: Worker;
  readonly calls: Map<string, Call>;
  readonly ready: Promise<void>;
}

export class FunctionHost {
  readonly hosted: HostedFunction;
  readonly #output: Writable;
  readonly #sandboxes = new Set<Sandbox>();
  #closed = false;

  /** @param output takes everything the function prints, line by line */
  constructor(hosted: HostedFunction, output: Writable) {
    this.hosted = hosted;
    this.#output = output;
  }

  /** Loads a sandbox before the first call, and waits for it. */
  async warm(): Promise<void> {
    await this.#open().ready;
  }

  /** Would a call be taken now? */
  hasRoom(): boolean {
    return this.#free() !== undefined || this.#sandboxes.size < this.hosted.sandboxesMax;
  }

  /**
   * Rejects with an InvocationError: the handler's own, `TooManyRequestsException` when every
   * sandbox is busy, `Sandbox.Timedout`, or `Runtime.ExitError` when the thread ended.
   */
  invoke(event: unknown): Promise<unknown> {
    if (this.#closed) return Promise.reject(new InvocationError('Closed', 'shutting down'));
    const { name, timeoutSeconds } = this.hosted;
    if (!this.hasRoom()) {
      const message = `all sandboxes of ${name} are busy`;
      return Promise.reject(new InvocationError('TooManyRequestsException', message));
    }
    const sandbox = this.#free() ?? this.#open();
    const id = randomUUID();
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        const message = `${name} timed out after ${timeoutSeconds} s`;
        void this.#end(sandbox, new InvocationError('Sandbox.Timedout', message));
      }, timeoutSeconds * 1_000);
      sandbox.calls.set(id, { resolve, reject, timer });
      const deadlineAt = Date.now() + timeoutSeconds * 1_000;
      sandbox.worker.postMessage({ id, event, deadlineAt } satisfies SandboxRequest);
    });
  }

  /** Tells every sandbox to end, gives what is under way a few seconds, then ends them all. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const { worker } of this.#sandboxes) {
      worker.postMessage({ shutdown: true } satisfies SandboxShutdown);
    }
    const giveUpAt = Date.now() + SHUTDOWN_MS;
    while (this.#isBusy() && Date.now() < giveUpAt) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    const error = new InvocationError('Closed', 'shutting down');
    await Promise.all([...this.#sandboxes].map((sandbox) => this.#end(sandbox, error)));
  }

  #isBusy(): boolean {
    return [...this.#sandboxes].some(({ calls }) => calls.size > 0);
  }

  #free(): Sandbox | undefined {
    return [...this.#sandboxes].find(({ calls }) => calls.size < this.hosted.callsMax);
  }

  #open(): Sandbox {
    const { name, bundle, environment } = this.hosted;
    const worker = new Worker(new URL('./sandbox.ts', import.meta.url), {
      name,
      env: environment,
      workerData: { name, bundleUrl: pathToFileURL(bundle).href },
      stdout: true,
      stderr: true,
    });
    worker.stdout.pipe(this.#output, { end: false });
    worker.stderr.pipe(this.#output, { end: false });
    const { promise: ready, resolve } = Promise.withResolvers<void>();
    const sandbox: Sandbox = { worker, calls: new Map(), ready };
    worker.on('message', (message: SandboxReply | SandboxReady) => {
      if ('ready' in message) resolve();
      else this.#settle(sandbox, message);
    });
    const exited = (reason: string) => {
      resolve();
      void this.#end(sandbox, new InvocationError('Runtime.ExitError', `${name} ended: ${reason}`));
    };
    worker.on('error', (error) => exited(String(error)));
    worker.on('exit', (code) => exited(`exit code ${code}`));
    this.#sandboxes.add(sandbox);
    return sandbox;
  }

  #settle(sandbox: Sandbox, reply: SandboxReply): void {
    const call = sandbox.calls.get(reply.id);
    if (!call) return;
    sandbox.calls.delete(reply.id);
    clearTimeout(call.timer);
    const { error, result } = reply;
    if (error) {
      this.#output.write(`${this.hosted.name}: ${error.stack || error.message}\n`);
      call.reject(new InvocationError(error.type, error.message));
    } else {
      call.resolve(result);
    }
  }

  async #end(sandbox: Sandbox, error: InvocationError): Promise<void> {
    this.#sandboxes.delete(sandbox);
    for (const call of sandbox.calls.values()) {
      clearTimeout(call.timer);
      call.reject(error);
    }
    sandbox.calls.clear();
    await sandbox.worker.terminate();
  }
}

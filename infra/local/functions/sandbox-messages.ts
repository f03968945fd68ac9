// What passes between the supervisor and a function's worker thread.

export interface SandboxData {
  readonly name: string;
  readonly bundleUrl: string;
}

export interface SandboxRequest {
  readonly id: string;
  readonly event: unknown;
  /** Wall clock, milliseconds. */
  readonly deadlineAt: number;
}

/** The process is about to end: what Lambda says by SIGTERM. */
export interface SandboxShutdown {
  readonly shutdown: true;
}

export interface SandboxReply {
  readonly id: string;
  readonly result?: unknown;
  readonly error?: { readonly type: string; readonly message: string; readonly stack: string };
}

export interface SandboxReady {
  readonly ready: true;
}

// The API as the demo uses it: over HTTP, with the local runtime's own token.

export interface Counts {
  readonly recipients: number;
  readonly accepted: number;
  readonly refused: number;
  readonly inDoubt: number;
  readonly unproven: number;
  readonly heldBack: number;
  readonly inFlight: number;
  readonly remaining: number;
}

/** What `GET /v1/bursts/{burst}` says, as far as it is shown. */
export interface ShownBurst {
  readonly burst: string;
  readonly state: string;
  readonly zone: string;
  readonly now: number;
  readonly contentHash: string;
  readonly approvalPolicy: string;
  readonly reason?: string;
  readonly moment?: { readonly at: number; readonly text: string };
  readonly preparedAt?: number;
  readonly sentAt?: number;
  readonly legs: readonly {
    readonly name: string;
    readonly channel: string;
    readonly state: string;
    readonly reason?: string;
  }[];
  readonly leaseUntil?: number;
  readonly sent: Counts & {
    readonly perSecond?: number;
    readonly drainMs?: number;
    readonly lastAnswerAt?: number;
  };
  readonly posts: readonly {
    readonly leg: string;
    readonly url?: string;
    readonly latenessMs?: number;
    readonly callStartedAt?: number;
  }[];
}

export interface CallReport {
  readonly call: string;
  readonly say: string;
  readonly recipients: number | null;
  readonly accepted: number | null;
  readonly delivered: number | null;
  readonly humanClicks: number;
  readonly machineClicks: number;
  readonly uniqueClicks: number;
  readonly converting: number;
  readonly conversions: number;
  readonly value: number;
  readonly rate: { readonly of: number; readonly lo: number; readonly hi: number } | null;
}

export interface Verdict {
  readonly status: string;
  readonly reason: string;
  readonly winner: string | null;
  readonly leader?: string | null;
}

/** What `GET /v1/bursts/{burst}/results` says, as far as it is shown. */
export interface Results {
  readonly metric: 'conversion' | 'click';
  /** The verdict in words, as every surface says it. */
  readonly answer: {
    readonly channels: readonly { readonly leg: string; readonly text: string }[];
  };
  readonly legs: readonly {
    readonly leg: string;
    readonly channel: string;
    readonly design: string;
    readonly calls: readonly CallReport[];
    readonly verdict: Verdict;
  }[];
}

export class Api {
  readonly #url: string;
  readonly #token: string;

  constructor(url: string, token: string) {
    this.#url = url;
    this.#token = token;
  }

  get<T>(path: string): Promise<T> {
    return this.#call('GET', path);
  }

  post<T>(path: string, body: object = {}): Promise<T> {
    return this.#call('POST', path, JSON.stringify(body), 'application/json');
  }

  postText<T>(path: string, body: string, type: string): Promise<T> {
    return this.#call('POST', path, body, type);
  }

  show(burst: string): Promise<ShownBurst> {
    return this.get(`/v1/bursts/${burst}`);
  }

  results(burst: string): Promise<Results> {
    return this.get(`/v1/bursts/${burst}/results`);
  }

  async #call<T>(method: string, path: string, body?: string, type?: string): Promise<T> {
    const answer = await fetch(`${this.#url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.#token}`,
        ...(type === undefined ? {} : { 'content-type': type }),
      },
      ...(body === undefined ? {} : { body }),
      signal: AbortSignal.timeout(60_000),
    });
    const text = await answer.text();
    if (answer.ok) return JSON.parse(text) as T;
    throw new Error(`${method} ${path} was answered ${answer.status}: ${text.slice(0, 400)}`);
  }
}

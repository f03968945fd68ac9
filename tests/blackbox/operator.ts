// The people of the black box: they import, plan, schedule, fire, stop, resume and cancel through
// the API, and ask again whenever it was killed under their hands.

import type { ShownBurst } from '#commands/show-burst.ts';
import type { ListedRecipients, ShownLedger } from '#commands/show-ledger.ts';
import type { Random } from './random.ts';

export type Ending = 'run' | 'stop_resume' | 'abandon' | 'cancel';

export interface Wanted {
  readonly burst: string;
  readonly list: string;
  readonly legs: readonly ('email' | 'keyed' | 'plain')[];
  /** Released by a moment, or by a person from stand-by. */
  readonly by: 'moment' | 'fire';
  readonly leadMs: number;
  readonly ending: Ending;
  /** Seconds past the moment at which a post that was never called is missed. */
  readonly postDeadlineSeconds: number;
}

/** An answer that says no for good: nothing to ask again. */
export class Refused extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

const PATIENCE_MS = 60_000;

export class Operator {
  readonly #url: string;
  readonly #token: string;
  /** When each stop was acknowledged. */
  readonly stoppedAt = new Map<string, number>();

  constructor(url: string, token: string) {
    this.#url = url;
    this.#token = token;
  }

  /** Repeats until there is an answer: every command may be given twice. */
  async call<T>(method: 'GET' | 'POST', path: string, body?: object | string): Promise<T> {
    const giveUpAt = Date.now() + PATIENCE_MS;
    for (;;) {
      try {
        return await this.#once<T>(method, path, body);
      } catch (error) {
        if (error instanceof Refused || Date.now() > giveUpAt) throw error;
        await pause(150);
      }
    }
  }

  async #once<T>(method: string, path: string, body?: object | string): Promise<T> {
    const answer = await fetch(`${this.#url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.#token}`,
        connection: 'close',
        'content-type': typeof body === 'string' ? 'text/csv' : 'application/json',
      },
      ...(body === undefined
        ? {}
        : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      signal: AbortSignal.timeout(20_000),
    });
    const text = await answer.text();
    if (answer.ok) return JSON.parse(text) as T;
    const said = `${method} ${path} was answered ${answer.status}: ${text.slice(0, 600)}`;
    if (answer.status >= 500 || answer.status === 429) throw new Error(said);
    const code = (JSON.parse(text) as { error?: { code?: string } }).error?.code ?? 'refused';
    throw new Refused(code, said);
  }

  show(burst: string): Promise<ShownBurst> {
    return this.call('GET', `/v1/bursts/${burst}`);
  }

  ledger(burst: string): Promise<ShownLedger> {
    return this.call('GET', `/v1/bursts/${burst}/ledger`);
  }

  async recipients(burst: string): Promise<ListedRecipients['recipients']> {
    const all: ListedRecipients['recipients'][number][] = [];
    for (let query = ''; ; ) {
      const path = `/v1/bursts/${burst}/recipients${query}`;
      const answer: ListedRecipients = await this.call('GET', path);
      all.push(...answer.recipients);
      if (answer.next === undefined) return all;
      query = `?after=${answer.next}`;
    }
  }

  async plan(wanted: Wanted): Promise<void> {
    await this.call('POST', '/v1/bursts', {
      burst: wanted.burst,
      file: { name: 'campaign.yaml', text: campaignText(wanted) },
      files: {
        'letter.md': { text: 'Dear {first_name|friend}, the moment has come.\n\n{call}\n' },
      },
    });
  }

  /** Gives the burst its moment, or puts it on stand-by and fires it. False: it came too late. */
  async release(wanted: Wanted): Promise<void> {
    const { burst, leadMs } = wanted;
    if (wanted.by === 'moment') {
      for (;;) {
        const at = new Date(Date.now() + leadMs).toISOString();
        const code = await this.#command(burst, 'schedule', { at });
        // The API was away for too long: another moment, then.
        if (code !== 'moment_past') return;
      }
    }
    const until = new Date(Date.now() + 10 * 60_000).toISOString();
    await this.#command(burst, 'standby', { from: 'now', until });
    await pause(leadMs);
    await this.#command(burst, 'fire');
  }

  async stop(burst: string): Promise<boolean> {
    const code = await this.#command(burst, 'stop', { reason: 'a person said so' });
    if (code !== undefined) return false;
    this.stoppedAt.set(burst, Date.now());
    return true;
  }

  async resume(burst: string): Promise<void> {
    this.stoppedAt.delete(burst);
    await this.#command(burst, 'resume');
  }

  async abandon(burst: string): Promise<void> {
    await this.#command(burst, 'abandon');
  }

  async cancel(burst: string): Promise<void> {
    await this.#command(burst, 'cancel');
  }

  async fire(burst: string): Promise<void> {
    await this.#command(burst, 'fire');
  }

  /** The code of a refusal: after a lost answer it says that the first request did its work. */
  async #command(burst: string, verb: string, body: object = {}): Promise<string | undefined> {
    try {
      await this.call('POST', `/v1/bursts/${burst}/${verb}`, body);
      return undefined;
    } catch (error) {
      if (error instanceof Refused) return error.code;
      throw error;
    }
  }
}

/** From planning to whatever was drawn for it; ends when nothing is left to be commanded. */
export async function leadBurst(operator: Operator, wanted: Wanted, random: Random): Promise<void> {
  await operator.plan(wanted);
  await operator.release(wanted);
  const { burst, ending, by } = wanted;
  if (ending === 'cancel') {
    await pause(random.between(0, 800));
    await operator.cancel(burst);
  } else if (ending !== 'run') {
    await pause((by === 'moment' ? wanted.leadMs : 0) + random.between(100, 3_000));
    if (!(await operator.stop(burst))) return;
    await pause(random.between(500, 3_000));
    if (ending === 'abandon') await operator.abandon(burst);
    else await operator.resume(burst);
  }
}

function campaignText({ legs, list, postDeadlineSeconds }: Wanted): string {
  const post = (name: string) =>
    [
      `    ${name}:`,
      '      channel: mastodon',
      `      connection: ${name}`,
      '      calls: join',
      '      text: "The moment has come. {call}"',
      '      if-not-ready: go',
      `      late: ${postDeadlineSeconds}s`,
    ].join('\n');
  const email = [
    '    email:',
    '      channel: email',
    `      to: ${list}`,
    '      calls: split',
    '      from: Nora <nora@example.com>',
    '      subject: "The moment has come, {first_name|friend}"',
    '      body: letter.md',
    '      late: 30m',
  ].join('\n');
  return [
    'campaign: black-box',
    'calls:',
    '  join: { say: Join us, to: "https://example.org/join" }',
    '  give: { say: Chip in, to: "https://example.org/give" }',
    'burst:',
    '  legs:',
    ...legs.map((leg) => (leg === 'email' ? email : post(leg))),
    '',
  ].join('\n');
}

export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, milliseconds)));
}

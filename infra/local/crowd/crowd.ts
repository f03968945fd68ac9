// Simulated readers of the example: they know nothing but what inbox and timeline show over HTTP.

import { createHash } from 'node:crypto';
import { seededRandom } from '../demo/seeded-random.ts';
import { Agenda, logNormal } from './agenda.ts';
import type { Behaviour } from './behaviour.ts';
import { type FoundLink, findAddresses, findLinks } from './find-links.ts';
import { gatewayVisitor, personVisitor, previewVisitor, type Visitor, visit } from './visit.ts';

export interface CrowdOptions {
  /** Serves `/inbox?after=N`. */
  readonly inboxUrl: string;
  readonly socialUrl: string;
  /** The example's own links; everything else in inbox and timeline is left alone. */
  readonly isOurs: (url: string) => boolean;
  readonly behaviour: Behaviour;
  readonly seed: number;
  /** 1 as planned; 0.1 ten times as fast. */
  readonly pace: number;
  /** How far the readers are: taken up again after a restart. */
  readonly cursor: { read(): CrowdCursor; write(cursor: CrowdCursor): void };
}

export interface CrowdCursor {
  readonly emails: number;
  readonly posts: readonly string[];
}

/** What the readers really did, for comparison with what was measured. */
export interface CrowdCounts {
  emailsRead: number;
  clicks: number;
  conversions: number;
  unsubscribes: number;
  machineRequests: number;
}

interface InboxMessage {
  readonly index: number;
  readonly to: string;
  readonly html: string;
  readonly text: string;
  readonly headers: { readonly [name: string]: string };
}

interface TimelinePost {
  readonly id: string;
  readonly content: string;
}

const LOOK_MS = 250;
const PEOPLE_WAIT_MS = 3_000;
const CLICK_LATEST_MS = 45_000;

export class Crowd {
  readonly counts: CrowdCounts = {
    emailsRead: 0,
    clicks: 0,
    conversions: 0,
    unsubscribes: 0,
    machineRequests: 0,
  };
  readonly #options: CrowdOptions;
  readonly #agenda = new Agenda();
  #cursor: CrowdCursor;
  #looking: Promise<void>;
  #stopped = false;
  #caughtUp = false;

  constructor(options: CrowdOptions) {
    this.#options = options;
    this.#cursor = options.cursor.read();
    this.#looking = this.#look();
  }

  /** Everything that has arrived so far was read, and nothing is left to be done about it. */
  isIdle(): boolean {
    return this.#caughtUp && this.#agenda.open === 0;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#looking;
    await this.#agenda.stop();
  }

  async #look(): Promise<void> {
    while (!this.#stopped) {
      try {
        await this.#readInbox();
        await this.#readTimeline();
      } catch {
        // The servers are starting or stopping; the next look will do.
      }
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
  }

  async #readInbox(): Promise<void> {
    const { inboxUrl } = this.#options;
    const after = this.#cursor.emails;
    const { messages, pending } = (await getJson(`${inboxUrl}/inbox?after=${after}&max=300`)) as {
      messages: InboxMessage[];
      pending: number;
    };
    this.#caughtUp = messages.length === 0 && pending === 0;
    if (messages.length === 0) return;
    for (const message of messages) this.#receive(message);
    this.#keep({ ...this.#cursor, emails: messages.at(-1)?.index ?? after });
  }

  #receive(message: InboxMessage): void {
    const { behaviour, isOurs, seed } = this.#options;
    const links = findLinks(message.html).filter(({ url }) => isOurs(url));
    if (links.length === 0) return;
    this.counts.emailsRead += 1;
    const own = seedOf(seed, message.to);
    const random = seededRandom(own);
    if (behaviour.scannedDomains.includes(message.to.split('@')[1] ?? '')) {
      this.#scan(message, links, own);
    }
    const call = links.find((link) => !link.isHidden && /\/c\//.test(link.url));
    if (call) this.#maybeFollow(call, personVisitor(own), random);
    if (random() < behaviour.unsubscribeShare) {
      this.#later(4_000 + random() * 20_000, () => this.#unsubscribe(message, personVisitor(own)));
    }
  }

  /** A gateway: every link at once, hidden ones too, most of them looked at before with HEAD. */
  #scan(message: InboxMessage, links: readonly FoundLink[], seed: number): void {
    const visitor = gatewayVisitor(seed);
    const urls = new Set([...links.map(({ url }) => url), ...findAddresses(message.text)]);
    for (const url of urls) {
      if (!this.#options.isOurs(url)) continue;
      this.#agenda.after(200 + (seed % 500), async () => {
        this.counts.machineRequests += 2;
        await visit(url, visitor, { method: 'HEAD' });
        await visit(url, visitor);
      });
    }
  }

  #maybeFollow(link: FoundLink, visitor: Visitor, random: () => number): void {
    const { behaviour } = this.#options;
    const { click, convert } =
      behaviour.rates.find(({ say }) => link.text.includes(say)) ?? behaviour.otherwise;
    const [clicks, converts] = [random() < click, random() < convert];
    const waits = logNormal(behaviour.clickMedianMs, behaviour.clickSigma, random);
    const thinks = logNormal(behaviour.convertMedianMs, 0.5, random);
    if (!clicks) return;
    const after = Math.min(CLICK_LATEST_MS, PEOPLE_WAIT_MS + waits);
    this.#later(after, async () => {
      const landed = await this.#follow(link.url, visitor);
      if (landed && converts) {
        this.#later(Math.min(12_000, thinks), () => this.#convert(link.url, landed, visitor));
      }
    });
  }

  /** @returns the address of the landing page, when there was one */
  async #follow(url: string, visitor: Visitor): Promise<string | undefined> {
    const answer = await visit(url, visitor);
    if (answer.status !== 302 || answer.location === undefined) return undefined;
    this.counts.clicks += 1;
    await visit(answer.location, visitor);
    return answer.location;
  }

  /** What the script on a thank-you page does with the click id that the page was given. */
  async #convert(link: string, landed: string, visitor: Visitor): Promise<void> {
    const click = new URL(landed).searchParams.get('ref');
    if (!click) return;
    const { origin } = new URL(link);
    const value = 500 * (1 + (seedOf(1, click) % 10));
    const answer = await visit(`${origin}/v/${encodeURIComponent(click)}`, visitor, {
      method: 'POST',
      body: JSON.stringify({ value }),
      type: 'application/json',
    });
    if (answer.status >= 200 && answer.status < 300) this.counts.conversions += 1;
  }

  /** The mailbox provider's button: RFC 8058. */
  async #unsubscribe(message: InboxMessage, visitor: Visitor): Promise<void> {
    const header = message.headers['List-Unsubscribe'] ?? '';
    const url = /<(https?:[^>]+)>/.exec(header)?.[1];
    if (url === undefined) return;
    const answer = await visit(url, visitor, {
      method: 'POST',
      body: 'List-Unsubscribe=One-Click',
      type: 'application/x-www-form-urlencoded',
    });
    if (answer.status === 200) this.counts.unsubscribes += 1;
  }

  async #readTimeline(): Promise<void> {
    const { socialUrl, isOurs } = this.#options;
    const posts = (await getJson(`${socialUrl}/api/v1/timelines/public`)) as TimelinePost[];
    for (const post of posts) {
      if (this.#cursor.posts.includes(post.id)) continue;
      const link = findLinks(post.content).find(({ url }) => isOurs(url));
      if (link) this.#gather(post, link);
      this.#keep({ ...this.#cursor, posts: [...this.#cursor.posts, post.id] });
    }
  }

  /** Robots at once, then the people who follow the account. */
  #gather(post: TimelinePost, link: FoundLink): void {
    const { behaviour, seed, socialUrl } = this.#options;
    const said = { ...link, text: findText(post.content) };
    for (let index = 0; index < behaviour.previewRobots; index += 1) {
      this.#agenda.after(300 + ((index * 67) % 1_500), async () => {
        this.counts.machineRequests += 1;
        await visit(link.url, previewVisitor(index), { method: index % 5 === 0 ? 'HEAD' : 'GET' });
      });
    }
    for (let index = 0; index < behaviour.timelineReaders; index += 1) {
      const own = seedOf(seed, `${post.id}/${index}`);
      const random = seededRandom(own);
      if (random() < behaviour.favouriteShare) {
        const url = `${socialUrl}/api/v1/statuses/${post.id}/favourite`;
        this.#later(2_000 + random() * 40_000, async () => {
          await fetch(url, {
            method: 'POST',
            headers: { authorization: `Bearer reader-${index}` },
          });
        });
      }
      this.#maybeFollow(said, personVisitor(own), random);
    }
  }

  #later(ms: number, act: () => Promise<void>): void {
    this.#agenda.after(ms * this.#options.pace, act);
  }

  #keep(cursor: CrowdCursor): void {
    this.#cursor = cursor;
    this.#options.cursor.write(cursor);
  }
}

async function getJson(url: string): Promise<unknown> {
  const answer = await fetch(url, {
    headers: { 'x-volley-crowd': '198.18.0.1' },
    signal: AbortSignal.timeout(5_000),
  });
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}`);
  return answer.json();
}

function findText(markup: string): string {
  return markup.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ');
}

function seedOf(seed: number, text: string): number {
  return createHash('sha256').update(`${seed}/${text}`).digest().readUInt32BE(0);
}

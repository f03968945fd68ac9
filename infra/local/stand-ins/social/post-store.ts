// What the social server keeps: posts, media and favourites, in a log before it answers.

import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type AppendLog, openAppendLog } from '../../append-log.ts';

export interface Media {
  readonly id: string;
  readonly type: string;
  description: string;
}

export interface Post {
  readonly id: string;
  readonly account: string;
  readonly at: number;
  readonly text: string;
  readonly language: string | null;
  readonly visibility: string;
  readonly sensitive: boolean;
  readonly spoiler: string;
  readonly media: readonly string[];
  readonly idempotencyKey?: string;
}

/** One line of the log. */
export type SocialLogEntry =
  | { readonly kind: 'post'; readonly post: Post }
  /** A post asked for again with a key that is still kept: answered, not posted. */
  | { readonly kind: 'repeat'; readonly post: string; readonly at: number }
  | { readonly kind: 'delete'; readonly post: string; readonly at: number }
  | { readonly kind: 'media'; readonly media: Media; readonly at: number }
  | { readonly kind: 'described'; readonly media: string; readonly description: string }
  | { readonly kind: 'favourite'; readonly post: string; readonly by: string };

export interface PostStoreOptions {
  readonly file: string;
  readonly mediaFolder: string;
  readonly now: () => number;
}

const KEY_KEPT_MS = 3_600_000;

export class PostStore {
  readonly posts = new Map<string, Post>();
  readonly media = new Map<string, Media>();
  readonly favourites = new Map<string, Set<string>>();
  readonly #options: PostStoreOptions;
  readonly #log: AppendLog;
  #lastId = 0n;

  constructor(options: PostStoreOptions) {
    this.#options = options;
    mkdirSync(options.mediaFolder, { recursive: true });
    this.#log = openAppendLog(options.file, (entry) => this.#apply(entry as SocialLogEntry));
  }

  /** With a key that was seen in the last hour: the post of then. */
  post(draft: Omit<Post, 'id' | 'at'>): Post {
    const at = this.#options.now();
    const before = [...this.posts.values()].find(
      (post) =>
        draft.idempotencyKey !== undefined &&
        post.idempotencyKey === draft.idempotencyKey &&
        post.account === draft.account &&
        at - post.at < KEY_KEPT_MS,
    );
    if (before) {
      this.#write({ kind: 'repeat', post: before.id, at });
      return before;
    }
    const post = { ...draft, id: this.#nextId(at), at };
    this.#write({ kind: 'post', post });
    return post;
  }

  delete(id: string): Post | undefined {
    const post = this.posts.get(id);
    if (post) this.#write({ kind: 'delete', post: id, at: this.#options.now() });
    return post;
  }

  addMedia(bytes: Uint8Array, type: string, description: string): Media {
    const media = { id: randomUUID(), type, description };
    writeFileSync(this.#path(media.id), bytes);
    this.#write({ kind: 'media', media, at: this.#options.now() });
    return media;
  }

  describe(id: string, description: string): Media | undefined {
    if (this.media.has(id)) this.#write({ kind: 'described', media: id, description });
    return this.media.get(id);
  }

  mediaBytes(id: string): Buffer | undefined {
    return this.media.has(id) ? readFileSync(this.#path(id)) : undefined;
  }

  favourite(id: string, by: string): Post | undefined {
    const post = this.posts.get(id);
    if (post && !this.favourites.get(id)?.has(by)) this.#write({ kind: 'favourite', post: id, by });
    return post;
  }

  /** Newest first. */
  newest(): Post[] {
    return [...this.posts.values()].reverse();
  }

  close(): void {
    this.#log.close();
  }

  #write(entry: SocialLogEntry): void {
    this.#log.append(entry);
    this.#apply(entry);
  }

  #apply(entry: SocialLogEntry): void {
    if (entry.kind === 'post') {
      this.posts.set(entry.post.id, entry.post);
      this.#lastId = BigInt(entry.post.id);
    } else if (entry.kind === 'delete') this.posts.delete(entry.post);
    else if (entry.kind === 'media') this.media.set(entry.media.id, { ...entry.media });
    else if (entry.kind === 'described') {
      const media = this.media.get(entry.media);
      if (media) media.description = entry.description;
    } else if (entry.kind === 'favourite') {
      const who = this.favourites.get(entry.post) ?? new Set();
      this.favourites.set(entry.post, who.add(entry.by));
    }
  }

  #path(id: string): string {
    return join(this.#options.mediaFolder, id);
  }

  /** A snowflake as Mastodon makes them: milliseconds, then a counter. */
  #nextId(at: number): string {
    const next = BigInt(at) << 16n;
    return String(next > this.#lastId ? next : this.#lastId + 1n);
  }
}

// What every channel can do, in one form. The identity class decides what may be repeated.

import type { BroadcastLegPlan, EmailLegPlan } from '#domain/plan.ts';
import type { Instant } from '#domain/ports.ts';

/**
 * A client-chosen name, repeat at will · B staged transition, read the staged object first ·
 * C server-held key, read own posts first, then repeat with the same key inside its window ·
 * D nothing, resolve by our own link or ask a person, never repeat · E fan-out, the ledger decides.
 */
export type IdentityClass = 'A' | 'B' | 'C' | 'D' | 'E';

/** A machine-readable problem of a leg; `code` is snake_case, `limit` says the bound. */
export interface Problem {
  readonly code: string;
  readonly field: string;
  readonly message: string;
  readonly limit?: string;
  /** `error` stops go/no-go; `warning` is shown. */
  readonly severity: 'error' | 'warning';
}

/** What check, prepare and publish of a broadcast leg work from. */
export interface BroadcastContext {
  readonly burst: string;
  readonly leg: BroadcastLegPlan;
  /** The tracked link of this leg's call: unique to burst and leg, so it also finds our post. */
  readonly link: string;
  readonly say: string;
  /** Image bytes, when the leg has one. */
  readonly image?: Uint8Array;
}

/** Plain, serialisable: the complete frozen request. Stored with the leg. */
export interface Prepared {
  readonly channel: string;
  readonly identityClass: IdentityClass;
  /** May a lost publish be repeated with the same key (class C servers that honour it)? */
  readonly repeatable: boolean;
  readonly preparedAt: Instant;
  /** Past this, prepare again before publishing. */
  readonly freshUntil: Instant;
  /** Ours: idempotency key, record key, staged id. */
  readonly identity: string;
  readonly link: string;
  /** Channel-specific, JSON only; never a token. */
  readonly request: { readonly [name: string]: unknown };
}

export type Published =
  | {
      readonly kind: 'published';
      readonly postId: string;
      readonly url?: string;
      readonly remoteAt?: Instant;
    }
  | {
      readonly kind: 'rejected';
      readonly why: 'content' | 'needs_human' | 'token';
      readonly reason: string;
    }
  | { readonly kind: 'throttled'; readonly retryAfterMs: number; readonly reason: string }
  | { readonly kind: 'unknown'; readonly reason: string };

export type Resolved =
  | {
      readonly kind: 'published';
      readonly confidence: 'proof' | 'strong' | 'weak';
      readonly postId: string;
      readonly url?: string;
    }
  | { readonly kind: 'absent'; readonly confidence: 'proof' | 'strong' }
  | { readonly kind: 'unknown'; readonly reason: string };

/** A number, or why there is none: zero and missing differ. */
export type Metric = number | 'not_provided' | 'not_yet_available';

export interface Measured {
  readonly asOf: Instant;
  readonly metrics: { readonly [name: string]: Metric };
}

export type Retracted = 'done' | 'already_gone' | 'unsupported' | 'unknown';

export interface Described {
  readonly identityClass: IdentityClass;
  readonly textMax: number;
  readonly linkLength: number;
  readonly imagesMax: number;
  readonly imageBytesMax: number;
  readonly altTextMax: number;
  readonly canRetract: boolean;
  /** How long after a publish a listing may not show it yet. */
  readonly visibilityMs: number;
  /** How this client was verified: against a real server, a specification, or our own stand-in. */
  readonly verification: 'real_server' | 'specification' | 'stand_in';
}

/** One message per recipient leaves through this; one post for all followers through that. */
export interface BroadcastChannel {
  readonly kind: 'broadcast';
  /** Capability flags, read from the account where possible. Never mutates. */
  describe(connection: string): Promise<Described>;
  /** Whose account the connection's token opens. Throws where it opens none. Never mutates. */
  account?(connection: string): Promise<string>;
  /** Pure: counts by the channel's own rule, looks at media, alt text and links. */
  check(context: BroadcastContext, described: Described): readonly Problem[];
  /** Nothing publicly visible; safe to repeat. */
  prepare(context: BroadcastContext): Promise<Prepared>;
  /** Reads whatever a publish needs besides its request (the token) into memory; safe to repeat. */
  open(leg: BroadcastLegPlan): Promise<void>;
  /**
   * Exactly one mutating request with a hard deadline, no retry of any kind, and nothing read
   * before it: what was not opened is *throttled*, for nothing was called. Never throws.
   */
  publish(prepared: Prepared, leg: BroadcastLegPlan): Promise<Published>;
  /** Read-only, may be repeated freely. Never throws. */
  resolve(prepared: Prepared, leg: BroadcastLegPlan, claimedAt: Instant): Promise<Resolved>;
  measure(postId: string, leg: BroadcastLegPlan): Promise<Measured>;
  retract(postId: string, leg: BroadcastLegPlan): Promise<Retracted>;
}

export interface Addressee {
  readonly ordinal: number;
  readonly address: string;
  /** Keyed digest of the address: what an unsubscribe link names the person by. */
  readonly digest: string;
  readonly fields: { readonly [name: string]: string };
  readonly call: string;
  readonly attempt: number;
}

/**
 * Why nothing was accepted where that says nothing of the rate: trouble that passes, or a state
 * that lasts until a person ends it (paused, the daily quota used up). Absent: called too fast.
 */
export type NotNow = 'passing' | 'lasting';

/** What became of one bulk call. Entries are in the order of the addressees. */
export type SentBatch =
  | {
      readonly kind: 'answered';
      readonly outcomes: readonly (
        | { readonly kind: 'accepted'; readonly messageId?: string }
        | { readonly kind: 'refused'; readonly reason: string }
        | { readonly kind: 'throttled'; readonly reason: string; readonly why?: NotNow }
        | { readonly kind: 'unknown'; readonly reason: string }
      )[];
    }
  /** Nothing was accepted; may be repeated. */
  | { readonly kind: 'throttled'; readonly reason: string; readonly why?: NotNow }
  /** Nothing was accepted, for good (paused, unverified, malformed). */
  | { readonly kind: 'refused'; readonly reason: string }
  /** Any of them may have left. */
  | { readonly kind: 'unknown'; readonly reason: string };

export interface Quota {
  /** Recipients a second, shared by all lanes and bursts of the account. */
  readonly perSecond: number;
  readonly perDay: number;
  readonly sentLastDay: number;
  readonly sendingEnabled: boolean;
}

/** A leg made ready to send: everything compiled, keys loaded; lives in memory only. */
export interface Sender {
  /** One bulk call, one attempt, hard deadline. Never throws. */
  send(addressees: readonly Addressee[]): Promise<SentBatch>;
}

export interface AddressableChannel {
  readonly kind: 'addressable';
  check(leg: EmailLegPlan): readonly Problem[];
  quota(): Promise<Quota>;
  /**
   * What stands against the leg's sender, who has to be a verified identity of the account.
   * Throws Fault `sender_unreadable` where the account did not say.
   */
  checkSender(leg: EmailLegPlan): Promise<Problem | undefined>;
  /** Compiles template and keys; throws a Fault when a key cannot be read (then: do not send). */
  prepare(context: {
    readonly burst: string;
    readonly leg: EmailLegPlan;
    readonly calls: readonly { readonly name: string; readonly say: string }[];
    readonly linkBase: string;
  }): Promise<Sender>;
  /** The second layer of a stop. */
  setSending(leg: EmailLegPlan, enabled: boolean): Promise<void>;
}

export type Channel = BroadcastChannel | AddressableChannel;

// The small doors through which domain code reaches the world. Types only.

/** Milliseconds since 1970-01-01T00:00:00Z. */
export type Instant = number;

export interface Clock {
  /** Wall clock, UTC, may have a fraction of a millisecond. */
  now(): Instant;
  /** Milliseconds that only ever grow; used for leases and deadlines inside one process. */
  monotonic(): number;
  sleep(milliseconds: number): Promise<void>;
  /** Resolves at the instant or as little after it as the machine allows, never before. */
  sleepUntil(at: Instant): Promise<void>;
}

export interface Entropy {
  /** A fresh sortable id (time first, then chance): 26 characters of Crockford base 32. */
  id(): string;
  /** A fresh value in [0, 1), for jitter only. */
  fraction(): number;
}

// ---- The table -------------------------------------------------------------------------------

export type Attribute =
  | string
  | number
  | boolean
  | null
  | Uint8Array
  | readonly Attribute[]
  | { readonly [name: string]: Attribute };

export interface Key {
  readonly pk: string;
  readonly sk: string;
}

/** An item is its key and its attributes in one object. */
export type Item = Key & { readonly [name: string]: Attribute };

/** A condition as data, over one item's top-level attributes. */
export type Condition =
  | { readonly kind: 'item_absent' }
  | { readonly kind: 'item_present' }
  | { readonly kind: 'equals'; readonly attribute: string; readonly value: Attribute }
  | { readonly kind: 'absent'; readonly attribute: string }
  | { readonly kind: 'below'; readonly attribute: string; readonly value: number }
  | { readonly kind: 'all'; readonly of: readonly Condition[] }
  | { readonly kind: 'any'; readonly of: readonly Condition[] };

/** Whole top-level attributes are set or removed; there is no increment (a repeat would count twice). */
export interface Change {
  readonly set?: { readonly [attribute: string]: Attribute };
  readonly remove?: readonly string[];
}

export type Written = { readonly kind: 'written' } | { readonly kind: 'condition_failed' };

export interface Query {
  /** Absent: the table itself. Index reads are always eventually consistent. */
  readonly index?: string;
  readonly pk: string;
  /** Sort keys in [from, to], both ends included; strings on the table, numbers or strings on an index. */
  readonly from?: string | number;
  readonly to?: string | number;
  readonly consistent?: boolean;
  readonly limit?: number;
  readonly descending?: boolean;
  /** The `next` of the page before. */
  readonly after?: Key & { readonly [name: string]: Attribute };
}

export interface Page {
  readonly items: readonly Item[];
  readonly next?: Key & { readonly [name: string]: Attribute };
}

/**
 * One table, single-item conditional writes only.
 * Throws Fault `store_unanswered` (a write may have happened), `store_throttled` or
 * `store_refused` (it did not).
 */
export interface Table {
  get(key: Key, options?: { readonly consistent?: boolean }): Promise<Item | undefined>;
  query(query: Query): Promise<Page>;
  put(item: Item, condition?: Condition): Promise<Written>;
  update(key: Key, change: Change, condition?: Condition): Promise<Written>;
  delete(key: Key, condition?: Condition): Promise<Written>;
}

// ---- Email -----------------------------------------------------------------------------------

export interface SesAccount {
  /** Recipients a second. */
  readonly maxSendRate: number;
  readonly max24HourSend: number;
  readonly sentLast24Hours: number;
  readonly sendingEnabled: boolean;
  readonly productionAccess: boolean;
}

/**
 * What the account says of an identity, a domain or an address: `unverified` it has it and waits
 * for its proof, `unknown` it has none of that name, `denied` whoever asks may not send as it.
 */
export type SesIdentity = 'verified' | 'unverified' | 'unknown' | 'denied';

export interface NameValue {
  readonly name: string;
  readonly value: string;
}

export interface BulkEntry {
  readonly to: string;
  /** Every slot of the template, as text; already escaped for the part it stands in. */
  readonly slots: { readonly [name: string]: string };
  readonly headers: readonly NameValue[];
  readonly tags: readonly NameValue[];
}

export interface BulkRequest {
  readonly from: string;
  readonly replyTo?: string;
  readonly configurationSet: string;
  readonly subject: string;
  readonly html: string;
  readonly text: string;
  readonly entries: readonly BulkEntry[];
}

export interface BulkAnswer {
  /** One per entry, in order; SES's own status words (`SUCCESS`, `ACCOUNT_THROTTLED`, ...). */
  readonly entries: readonly {
    readonly status: string;
    readonly messageId?: string;
    readonly error?: string;
  }[];
}

/**
 * Amazon SES v2, one attempt a call.
 * `sendBulk` throws Fault `ses_throttled` (nothing accepted, called too fast), `ses_unreachable`
 * (nothing accepted, trouble that passes), `ses_refused` (nothing accepted, for good) or `ses_unanswered` (timeout, reset, 5xx, garbage: any entry may have left).
 */
export interface Ses {
  account(): Promise<SesAccount>;
  /** Throws a Fault where nothing was said about it. */
  identity(name: string): Promise<SesIdentity>;
  sendBulk(request: BulkRequest, options: { readonly timeoutMs: number }): Promise<BulkAnswer>;
  /** The second layer of a stop: switches the configuration set's sending. */
  setSending(configurationSet: string, enabled: boolean): Promise<void>;
}

// ---- HTTP to everything outside AWS ----------------------------------------------------------

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE' | 'HEAD';
  readonly url: string;
  readonly headers?: { readonly [name: string]: string };
  readonly body?: string | Uint8Array;
  readonly timeoutMs: number;
  /** A longer answer is cut off and counts as unanswered. */
  readonly maxBytes?: number;
}

export interface HttpAnswer {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: { readonly [name: string]: string };
  readonly body: Uint8Array;
}

/**
 * The one outbound client: no redirects, one attempt, size and time limits, private addresses
 * refused unless the connection was allowed to be on loopback.
 * Throws Fault `http_unanswered` (the request may have had its effect), `http_unreachable`
 * (it never left) or Refusal `address_refused`.
 */
export interface Http {
  request(request: HttpRequest): Promise<HttpAnswer>;
}

// ---- The rest --------------------------------------------------------------------------------

export interface Secrets {
  /** Throws Fault `secret_unreadable`; an unreadable key means: do not send. */
  get(name: string): Promise<string>;
  put(name: string, value: string): Promise<void>;
}

/** Durable once it resolves; at-least-once, unordered. */
export interface Queue {
  send(bodies: readonly string[]): Promise<void>;
}

/** A message that was received too often without being worked on, and set aside. */
export interface DeadLetter {
  /** The one it had in its own queue. */
  readonly id: string;
  readonly body: string;
  readonly sentAt: Instant;
  /** Names this receipt; the next one has another. */
  readonly receipt: string;
}

/** What was set aside of the feedback queue. Throws Fault `queue_...`. */
export interface DeadLetters {
  /** Up to ten that nobody looks at; nobody else sees them for so long. Empty: there are no more. */
  receive(hideSeconds: number): Promise<readonly DeadLetter[]>;
  /** Others may see them again. */
  giveBack(receipts: readonly string[]): Promise<void>;
  /** Into the feedback queue, as a message of its own. A lost answer may have done it. */
  replay(body: string): Promise<void>;
  remove(receipt: string): Promise<void>;
}

/** No personal data in any field: digests and ordinals only. */
export interface Log {
  info(event: string, fields?: { readonly [name: string]: unknown }): void;
  warn(event: string, fields?: { readonly [name: string]: unknown }): void;
  error(event: string, fields?: { readonly [name: string]: unknown }): void;
}

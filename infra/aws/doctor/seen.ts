// What the doctor has seen of an account, of DNS and of the names in front of it: plain data.

/** A thing that could not be looked at, with why: neither right nor wrong. */
export interface Unseen {
  readonly unseen: string;
}

export type Look<T> = T | Unseen;

export interface SeenAccount {
  readonly productionAccess: boolean;
  /** A request to leave the sandbox: PENDING, GRANTED, DENIED, FAILED. */
  readonly review?: string;
  readonly sendingEnabled: boolean;
  /** HEALTHY, PROBATION, SHUTDOWN. */
  readonly standing?: string;
  readonly perSecond: number;
  readonly perDay: number;
  readonly sentInDay: number;
  /** ESSENTIALS, PRO, ENTERPRISE; NONE is paid a la carte. */
  readonly plan?: string;
  readonly nextPlan?: string;
  readonly suppresses: readonly string[];
}

export interface SeenIdentity {
  readonly verified: boolean;
  readonly status?: string;
  readonly error?: string;
  readonly signs: boolean;
  /** SUCCESS, PENDING, FAILED, TEMPORARY_FAILURE, NOT_STARTED. */
  readonly dkim?: string;
  readonly dkimRecords: readonly { readonly name: string; readonly value: string }[];
  readonly mailFrom?: { readonly domain: string; readonly status: string };
}

export interface SeenSet {
  readonly sending: boolean;
  /** Undefined: the account's own settings hold. */
  readonly suppresses?: readonly string[];
  /** Event types that go to an SNS topic at present. */
  readonly tells: readonly string[];
}

export interface SeenAlarms {
  readonly confirmed: readonly string[];
  readonly pending: readonly string[];
}

export interface SeenHost {
  readonly name: string;
  readonly certificate: string;
  /** Where its CNAME leads; empty when it has none (an alias record shows addresses only). */
  readonly leadsTo: readonly string[];
  readonly addresses: readonly string[];
  readonly answer: HostAnswer;
}

export type HostAnswer =
  | { readonly kind: 'answered'; readonly status: number; readonly validUntil: number }
  /** TLS said no: the code of Node, `ERR_TLS_CERT_ALTNAME_INVALID`. */
  | { readonly kind: 'not_trusted'; readonly code: string }
  | { readonly kind: 'silent'; readonly code: string };

export interface SeenRecords {
  readonly dmarc: readonly string[];
  readonly mailFromMx: readonly string[];
  readonly mailFromTxt: readonly string[];
}

export interface SeenAll {
  readonly account: Look<SeenAccount>;
  /** Null: SES does not know the sender. */
  readonly identity: Look<SeenIdentity | null>;
  readonly set: Look<SeenSet | null>;
  readonly alarms: Look<SeenAlarms | null>;
  readonly link?: Look<SeenHost>;
  readonly api?: Look<SeenHost>;
  readonly records: Look<SeenRecords>;
}

export function isUnseen(look: unknown): look is Unseen {
  return typeof look === 'object' && look !== null && 'unseen' in look;
}

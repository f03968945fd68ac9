// The system's own books as plain data, read from the table's items when all is quiet.

export interface LedgerLane {
  readonly lane: number;
  readonly leg: string;
  readonly from: number;
  readonly to: number;
  readonly next: number;
  readonly window?: { readonly from: number; readonly to: number };
}

export interface LedgerRecord {
  readonly lane: number;
  readonly leg: string;
  readonly from: number;
  readonly to: number;
  readonly outcomes: readonly {
    readonly ordinal: number;
    readonly state: string;
    readonly reason?: string;
  }[];
}

/** Calls with a weight, absent while nobody has allocated the wave. */
export interface LedgerWave {
  readonly from: number;
  readonly to: number;
  readonly calls?: readonly string[];
  readonly startAt?: number;
  /** Where its calls are a bet: what had been answered by then. */
  readonly bet?: {
    readonly seen: readonly { readonly call: string; readonly n: number; readonly s: number }[];
  };
}

export interface LedgerAudit {
  /** The first entry that does not carry the hash of the one before. */
  readonly brokenAt?: number;
  readonly ids: readonly string[];
  readonly entries: readonly { readonly by: string; readonly what: string }[];
}

export interface LedgerBurst {
  readonly burst: string;
  readonly state: string;
  readonly contentHash: string;
  /** Where recipients live who name no zone. */
  readonly zone: string;
  readonly momentAt?: number;
  readonly isHeld: boolean;
  /** How often the burst changed hands. */
  readonly epoch: number;
  readonly committed: boolean;
  /** It was not released before its deadline, whatever became of it. */
  readonly wasMissed: boolean;
  readonly legs: readonly {
    readonly name: string;
    readonly state: string;
    readonly reason?: string;
  }[];
  readonly ranges: readonly {
    readonly leg: string;
    readonly from: number;
    readonly sendableTo: number;
    readonly to: number;
    /** Of a leg that leaves in waves. */
    readonly waves?: readonly LedgerWave[];
  }[];
  readonly frozenAt?: number;
  readonly audit: LedgerAudit & {
    /** What was done, whether it stands in the log or still rides on the header. */
    readonly said: readonly string[];
  };
  /** Recipients with a conversion, as the report counts them. */
  readonly converting: number;
  readonly members: readonly { readonly ordinal: number; readonly address: string }[];
  /** People of the audience who got no ordinal, by reason. */
  readonly heldBackAtFreeze: Readonly<Record<string, number>>;
  readonly lanes: readonly LedgerLane[];
  readonly records: readonly LedgerRecord[];
}

export interface Ledger {
  readonly bursts: readonly LedgerBurst[];
  /** Addresses of all contacts, where somebody was erased; else none are read. */
  readonly contacts: readonly string[];
  /** Addresses that undoing an import would bring back; read like the contacts. */
  readonly journals: readonly string[];
  /** The deployment's own log. */
  readonly audit: LedgerAudit;
  readonly deadLetters: readonly { readonly hasReason: boolean }[];
  /** Shares of the send rate that somebody still holds. */
  readonly heldShares: number;
  readonly writeUnits: Readonly<Record<string, number>>;
}

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

export interface LedgerBurst {
  readonly burst: string;
  readonly state: string;
  readonly contentHash: string;
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
  }[];
  readonly members: readonly { readonly ordinal: number; readonly address: string }[];
  /** People of the audience who got no ordinal, by reason. */
  readonly heldBackAtFreeze: Readonly<Record<string, number>>;
  readonly lanes: readonly LedgerLane[];
  readonly records: readonly LedgerRecord[];
}

export interface Ledger {
  readonly bursts: readonly LedgerBurst[];
  /** Shares of the send rate that somebody still holds. */
  readonly heldShares: number;
  readonly writeUnits: Readonly<Record<string, number>>;
}

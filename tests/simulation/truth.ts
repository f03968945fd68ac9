// What really happened, as the providers and the people know it. Plain data, times in true virtual
// milliseconds; the auditor judges from this and the ledger alone.

/** One request to a provider that would send or post something. */
export interface CallTruth {
  readonly provider: 'ses' | 'network';
  /** When code under test made the call, true time and by its node's own clock. */
  readonly startedAt: number;
  readonly nodeClockAt: number;
  readonly node: string;
  readonly burst: string;
  readonly leg: string;
  /** What it said, as a mark that names one version of one burst's content. */
  readonly content: string;
  /** The addressees of a bulk call; empty for a post. */
  readonly addresses: readonly string[];
  /** The attempt number in its entries' tags; absent: the first. */
  readonly attempt?: number;
  /** The caller was told for certain that nothing of it was taken. */
  isTurnedAway?: boolean;
  /** Entries turned away for rate, or all of them when the whole request was. */
  throttled: number;
  /** Entries the provider took; known only to it when the answer was lost. */
  accepted: number;
  /** True once the caller has an answer that can be trusted. */
  arrived: boolean;
  /** When the caller heard of it, if it ever did. */
  endedAt: number | undefined;
}

/** One email that the provider took responsibility for. */
export interface AcceptedTruth {
  readonly at: number;
  readonly startedAt: number;
  readonly burst: string;
  readonly leg: string;
  readonly address: string;
  readonly ordinal: number;
  readonly attempt: number;
  /** The call that this recipient was asked for. */
  readonly call: string;
}

/** Somebody reached the goal, and told the system. */
export interface ConversionTruth {
  readonly burst: string;
  readonly ordinal: number;
  readonly address: string;
  readonly at: number;
  /** When the system first acknowledged it. */
  recordedAt: number | undefined;
}

/** Somebody followed her link. */
export interface ClickTruth {
  readonly burst: string;
  readonly ordinal: number;
}

/** Somebody began to give a wave calls of her own choice. */
export interface AllocationTruth {
  readonly burst: string;
  readonly leg: string;
}

/** One post that stands on a network, or stood there. */
export interface PostTruth {
  readonly at: number;
  readonly startedAt: number;
  readonly burst: string;
  readonly leg: string;
  /** Where the network can tell. */
  readonly call?: string;
  readonly id: string;
}

/** One event that SES sent on its way. */
export interface EventTruth {
  readonly kind: 'Send' | 'Bounce' | 'Complaint' | 'Reject';
  readonly burst: string;
  readonly ordinal: number;
  readonly attempt: number;
  readonly address: string;
  readonly body: string;
  /** When the system first acknowledged it. */
  recordedAt: number | undefined;
}

/** What a person or a system was told, and when. */
export type Acknowledgement =
  | {
      readonly kind: 'stopped' | 'cancelled';
      readonly burst: string;
      readonly askedAt: number;
      readonly at: number;
    }
  | { readonly kind: 'suppressed'; readonly address: string; readonly at: number }
  | {
      readonly kind: 'erased';
      readonly address: string;
      readonly askedAt: number;
      readonly at: number;
    }
  | {
      readonly kind: 'allocated';
      readonly burst: string;
      readonly leg: string;
      readonly wave: number;
      /** Calls with a weight above zero. */
      readonly calls: readonly string[];
      readonly at: number;
    }
  | {
      readonly kind: 'planned';
      readonly burst: string;
      readonly contentHash: string;
      readonly askedAt: number;
      readonly at: number;
    }
  | {
      readonly kind: 'approved';
      readonly burst: string;
      readonly contentHash: string;
      readonly by: string;
      /** When it was asked for: from here on it may hold. */
      readonly at: number;
    };

/** An order that was carried out and answered with nothing failing: it stands in the audit log. */
export interface OrderTruth {
  /** Absent: it concerns the deployment. */
  readonly burst?: string;
  readonly by: string;
  /** As the audit log calls it. */
  readonly what: string;
  readonly at: number;
}

/** One try to plan these words: they may become the burst's as long as it has no answer. */
export interface PlanningTruth {
  readonly burst: string;
  readonly contentHash: string;
  isRefused: boolean;
  answeredAt: number | undefined;
}

/** One try to import these people: it may write as long as it has no answer. */
export interface ImportTruth {
  readonly addresses: readonly string[];
  answeredAt: number | undefined;
}

/** A moment that somebody ordered; `at` is when the order was given, acknowledged or not. */
export interface OrderedMoment {
  readonly burst: string;
  readonly kind: 'scheduled' | 'fired';
  readonly at: number;
  /** For a scheduled one: T. For a fired one T is the write of the fire. */
  readonly momentAt: number;
}

/** An order to resume: it may be in force from the asking, and as long as nobody answered. */
export interface Resume {
  readonly burst: string;
  readonly askedAt: number;
  readonly answeredAt: number | undefined;
}

/** One leg, as its people meant it. */
export interface LegTruth {
  readonly leg: string;
  readonly kind: 'email' | 'post';
  readonly offsetMs: number;
  /** Past its start plus this it is late, and nobody has asked for that. */
  readonly deadlineMs: number;
  readonly outcome?: string;
  /** Of a post: the kind of network. */
  readonly channel?: string;
  /** Of a post: may never be repeated, whatever happened to its answer. */
  readonly isBare?: boolean;
  readonly quiet?: { readonly from: number; readonly to: number };
  readonly skipsConverted?: boolean;
  /** Minutes ahead of UTC, by address, of whoever does not live in the burst's own zone. */
  readonly offsets?: ReadonlyMap<string, number>;
  /** Everybody the leg is meant for, held-back people included. */
  readonly audience: readonly string[];
  /** Of a leg in waves: which of them bet on what the ones before answered. */
  readonly bets?: readonly ('roll' | 'best' | undefined)[];
  /** Of a post: the series it is one of. */
  readonly series?: string;
}

/** What the world knows of one burst from the outside. */
export interface BurstTruth {
  readonly burst: string;
  /** It is made when that one is sent, so long after its moment, for some of those it reached. */
  readonly follows?: { readonly burst: string; readonly who: string; readonly afterMs: number };
  readonly plannedBy: string;
  readonly needsSecond: boolean;
  readonly policy: 'at-most-once' | 'resend-when-unproven';
  readonly legs: readonly LegTruth[];
  readonly cap?: { readonly messages: number; readonly withinMs: number };
  /** Content marks by what they are hashed to. */
  readonly contents: readonly {
    readonly content: string;
    readonly contentHash: string;
    /** Of a series: the call that each post carries. */
    readonly calls?: ReadonlyMap<string, string>;
  }[];
}

export interface Truth {
  readonly startAt: number;
  /** Nothing failed and nobody interfered: everything had to go well. */
  readonly isFair: boolean;
  /** No call of code under test failed or was late: what it must see, it sees. */
  readonly isCalm: boolean;
  /** For a while the release before ran beside this one: it wrote no audit entries of its own. */
  readonly isMixed: boolean;
  /** When faults ended; absent in runs without a heal phase. */
  healedAt?: number;
  endedAt: number;
  /** A first wave waits so long for its feedback, beside everything else. */
  readonly patienceMs: number;
  readonly bursts: readonly BurstTruth[];
  readonly calls: CallTruth[];
  readonly accepted: AcceptedTruth[];
  readonly posts: PostTruth[];
  readonly events: EventTruth[];
  readonly conversions: ConversionTruth[];
  readonly clicks: ClickTruth[];
  readonly allocations: AllocationTruth[];
  /** People who were added to a list, by address; from the order on they may be in it. */
  readonly imported: Set<string>;
  /** People whose erasure somebody began to ask for. */
  readonly erasing: Set<string>;
  readonly acknowledgements: Acknowledgement[];
  readonly orders: OrderTruth[];
  /** One for each try. */
  readonly plannings: PlanningTruth[];
  /** One for each try. */
  readonly imports: ImportTruth[];
  readonly moments: OrderedMoment[];
  readonly resumes: Resume[];
  /** How far a node's clock may be off, either way. */
  readonly skewMaxMs: number;
  /** How far the index may be behind its table. */
  readonly indexLagMs: number;
  readonly quota: { readonly statedPerSecond: number; readonly realPerSecond: number };
  /** How often any message of the feedback queue was received between two redrives, and may be. */
  readonly queue: { receivesMost: number; readonly receivesMax: number };
  /** Containers that died, calls whose answer was lost or worthless. */
  crashes: number;
  unanswered: number;
  /** Suppressed before any burst was prepared. */
  readonly suppressedBefore: readonly string[];
}

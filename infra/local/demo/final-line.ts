// The one JSON line of `npm start -- --once --json`.

import type { Results, ShownBurst } from './api.ts';
import type { Audited } from './run-audit.ts';
import { latenessOf, spreadOf } from './screen.ts';

export interface FinalLine {
  readonly demo: string;
  /** accepted + refused + inDoubt + suppressed + unaccounted */
  readonly recipients: number;
  readonly accepted: number;
  readonly refused: number;
  readonly inDoubt: number;
  readonly suppressed: number;
  readonly unaccounted: number;
  /** From the providers' own logs, as are the posts. */
  readonly duplicates: number;
  readonly posts: number;
  readonly latenessMs: { readonly [channel: string]: number };
  readonly spreadMs: number;
  readonly verdicts: {
    readonly [channel: string]: {
      readonly status: string;
      readonly reason: string;
      readonly winner: string | null;
    };
  };
  readonly auditClean: boolean;
  readonly truthLog: string;
}

export function finalLine(
  burst: ShownBurst,
  results: Results,
  audited: Audited,
  truthLog: string,
): FinalLine {
  const { recipients, accepted, refused, inDoubt, suppressed, unaccounted } = audited;
  return {
    demo: 'polls-close',
    recipients,
    accepted,
    refused,
    inDoubt,
    suppressed,
    unaccounted,
    duplicates: audited.duplicates,
    posts: audited.posts,
    latenessMs: Object.fromEntries(
      latenessOf(burst).map(([channel, ms]) => [channel, Math.round(ms * 1_000) / 1_000]),
    ),
    spreadMs: Math.round(spreadOf(burst) * 1_000) / 1_000,
    verdicts: Object.fromEntries(
      results.legs.map(({ channel, verdict: { status, reason, winner } }) => [
        channel,
        { status, reason, winner },
      ]),
    ),
    auditClean: audited.differences.length === 0,
    truthLog,
  };
}

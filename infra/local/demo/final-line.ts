// The one JSON line of `npm start -- --once --json`.

import type { Results, ShownBurst } from './api.ts';
import type { Audited } from './run-audit.ts';
import { latenessOf } from './screen.ts';

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
  const late = lateness(burst, audited);
  const values = Object.values(late);
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
    latenessMs: late,
    spreadMs: values.length < 2 ? 0 : rounded(Math.max(...values) - Math.min(...values)),
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

/** A runner that was killed takes its own figure with it; then the provider's clock has to do. */
const TRUSTED_WITHIN_MS = 100;

function lateness(burst: ShownBurst, { firstAt }: Audited): { [channel: string]: number } {
  const momentAt = burst.moment?.at ?? 0;
  const noted = new Map(latenessOf(burst));
  const late: { [channel: string]: number } = {};
  for (const { channel } of burst.legs) {
    const seen = firstAt[channel];
    const own = noted.get(channel);
    const arrived = seen === undefined ? own : seen - momentAt;
    const isTrusted =
      own !== undefined && arrived !== undefined && Math.abs(own - arrived) < TRUSTED_WITHIN_MS;
    const value = isTrusted ? own : arrived;
    if (value !== undefined) late[channel] = rounded(value);
  }
  return late;
}

function rounded(ms: number): number {
  return Math.round(ms * 1_000) / 1_000;
}

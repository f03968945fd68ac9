// What may be said about the calls of one leg: the statistics' verdict, in the states given so far.

import type { Registration } from '#domain/registration.ts';
import { type DecideStatus, decide } from '#statistics/decide.ts';
import { pairSequential } from '#statistics/pair-sequential.ts';

export interface Verdict {
  /** Never `winner` here: a plan has to be registered before the send for that. */
  readonly status: Exclude<DecideStatus, 'winner' | 'invalid'>;
  readonly reason: string;
  readonly winner: null;
  /** Who is ahead by the counts, whatever that is worth. */
  readonly leader: string | null;
  /** The leader's answers over each rival's, with an interval that is right at every look. */
  readonly rivals: readonly {
    readonly call: string;
    readonly p: number;
    readonly ratioLo: number;
    /** Null: no upper bound yet. */
    readonly ratioHi: number | null;
  }[];
}

interface Judged {
  readonly call: string;
  readonly exposed: number | null;
  readonly uniqueClicks: number;
  readonly uniqueClicksAll: number;
  readonly converting: number;
}

export interface JudgeInput {
  readonly isRandomised: boolean;
  readonly calls: readonly Judged[];
  readonly weights: readonly number[];
  readonly comparison: Registration;
  /** Since the moment. */
  readonly sinceMs: number;
}

const HOUR_MS = 3_600_000;
/** No claim before this, while the account has no delay curve of its own (S21). */
const WAIT_MS = { click: 24 * HOUR_MS, conversion: 72 * HOUR_MS } as const;
/** Before the wait is over the share of answers counts as less than any claim needs. */
const IMMATURE = 0.89;

export function judge(input: JudgeInput): Verdict {
  const { comparison, calls } = input;
  const isClick = comparison.metric === 'click';
  const arms = calls.map((call) => ({
    id: call.call,
    // One post is one cluster: nobody was exposed at random, so its counts are not looked at.
    n: input.isRandomised ? call.exposed : 0,
    s: input.isRandomised ? (isClick ? call.uniqueClicks : call.converting) : 0,
  }));
  const decision = decide({
    design: input.isRandomised ? 'randomized' : 'observational',
    arms,
    weights: input.weights,
    alphaLive: comparison.alphaLive,
    alphaFinal: comparison.alphaFinal,
    maturity: maturityOf(input),
    finalRead: false,
    ...(isClick && isKnown(calls) ? { allClicks: allClicksOf(calls) } : {}),
  });
  return {
    ...shown(decision.status, decision.reason),
    winner: null,
    leader: decision.leader,
    rivals: rivalsOf(arms, decision.leader, comparison.alphaLive),
  };
}

function shown(status: DecideStatus, reason: string): Pick<Verdict, 'status' | 'reason'> {
  if (status === 'winner') return { status: 'leading', reason: 'immature' };
  if (status === 'invalid') return { status: 'not_comparable', reason };
  return { status, reason };
}

function maturityOf({ comparison, sinceMs }: JudgeInput): number {
  const share = Math.min(1, Math.max(0, sinceMs / WAIT_MS[comparison.metric]));
  return share >= 1 ? 1 : share * IMMATURE;
}

type Known = Judged & { readonly exposed: number };

function isKnown(calls: readonly Judged[]): calls is readonly Known[] {
  return calls.every((call) => call.exposed !== null);
}

function allClicksOf(calls: readonly Known[]) {
  return calls.map(({ call, exposed, uniqueClicksAll }) => ({
    id: call,
    n: exposed,
    s: uniqueClicksAll,
  }));
}

function rivalsOf(
  arms: readonly { id: string; n: number | null; s: number }[],
  leader: string | null,
  alpha: number,
): Verdict['rivals'] {
  const best = arms.find((arm) => arm.id === leader);
  if (!best || best.n === null) return [];
  const i = { n: best.n, s: best.s };
  return arms.flatMap(({ id, n, s }) => {
    if (id === leader || n === null) return [];
    const { p, ratioLo, ratioHi } = pairSequential({ i, j: { n, s }, alpha });
    return [{ call: id, p, ratioLo, ratioHi: Number.isFinite(ratioHi) ? ratioHi : null }];
  });
}

// What one channel's verdict says, to somebody who knows no statistics.

import type { ChannelReport, CallReport as Numbers } from '#statistics/channel-report.ts';
import type { ReportBasis } from './report-basis.ts';
import type { ReportGroup } from './report-groups.ts';
import type { CallReport, Verdict } from './report-of.ts';
import { sayNext } from './say-next.ts';
import { number, percent, sayTime } from './say-time.ts';
import { isBehindTheLink, isOver, postsToCome } from './what-is-compared.ts';

export interface Said {
  /** The verdict in one sentence. */
  readonly headline: string;
  /** What it rests on; may be empty. */
  readonly why: string;
  /** How sure, and of what. */
  readonly sure: string;
  /** One line about what to do next time. */
  readonly next: string;
}

export interface SayVerdict {
  readonly basis: ReportBasis;
  readonly group: ReportGroup;
  readonly calls: readonly CallReport[];
  readonly verdict: Omit<Verdict, 'words'>;
  readonly report: ChannelReport | undefined;
}

export function sayVerdict(input: SayVerdict): Said {
  const { verdict, report } = input;
  return {
    headline: headline(input),
    why: verdict.status === 'winner' && report ? comparedText(input, report) : '',
    sure: sure(input),
    next: sayNext(input),
  };
}

function headline(input: SayVerdict): string {
  const { verdict } = input;
  switch (verdict.status) {
    case 'winner':
      return wonText(input);
    case 'leading':
      return `Ahead so far: ${quoted(input, verdict.leader)}${due(input, '; the answer is due ')}.`;
    case 'no_clear_winner':
      return noWinnerText(input);
    case 'invalid':
      return isBehindTheLink(input)
        ? 'No answer: the pages did not get as many visitors each as was drawn.'
        : 'No answer: the calls did not reach as many people each as was drawn.';
    case 'refused':
      return 'No answer: the counts of this channel do not fit together.';
    default:
      return `${notComparableText(input)}.`;
  }
}

function wonText(input: SayVerdict): string {
  const { verdict, basis } = input;
  const name = quoted(input, verdict.winner);
  if (verdict.supported) return `${name} worked best.`;
  const at =
    verdict.declaredAt === null ? '' : ` on ${sayTime(verdict.declaredAt, basis.burst.zone)}`;
  return `No longer supported: ${name} was named the winner${at}, and later answers do not bear it out.`;
}

function noWinnerText(input: SayVerdict): string {
  const { verdict, report, basis } = input;
  const when = due(input, '; the next answer is due ');
  switch (verdict.reason) {
    case 'too_few_conversions':
      return `No clear winner: too few answers${when === '' ? '' : ' so far'}${when}.`;
    case 'tie':
      return `No clear winner: the best calls are level${when === '' ? '' : ' so far'}${when}.`;
    case 'sensitive_to_bot_filter':
      return 'No clear winner: it would hang on which clicks count as robots.';
    default: {
      if (when !== '') return `No clear winner so far${when}.`;
      const lift = report?.visibleLift ?? null;
      if (lift === null || basis.frame.registration.compares === 'messages')
        return 'No clear winner.';
      return `No clear winner: with these numbers a lift below ${percent(lift)} could not have been seen.`;
    }
  }
}

function notComparableText(input: SayVerdict): string {
  const { group, verdict, report } = input;
  if (group.asksNothing) return 'Nothing to compare: it asks for nothing';
  switch (verdict.reason) {
    case 'not_randomized':
      return group.shares.length > 1
        ? 'Not comparable: one post each'
        : 'Not comparable: one post with one call';
    case 'too_few_arms':
      return `Not comparable: ${tooFewText(input)}`;
    case 'too_few_posts': {
      const out = report?.calls.reduce((sum, { posts }) => sum + (posts?.posts ?? 0), 0) ?? 0;
      const left = postsToCome(input);
      if (left > 0) return `Not comparable yet: ${out} of ${out + left} posts are out`;
      return `Not comparable: ${out} ${out === 1 ? 'post is' : 'posts are'} too few to tell a call from a good hour`;
    }
    default:
      return isBehindTheLink(input)
        ? 'Not comparable: behind the link only conversions can be compared, and here clicks decide'
        : `Not comparable: nobody knows${isOver(input) ? '' : ' yet'} how many people could see it`;
  }
}

function tooFewText(input: SayVerdict): string {
  if (input.group.shares.length < 2) return 'everybody got the same call';
  const yet = isOver(input) ? '' : ' yet';
  return isBehindTheLink(input)
    ? `a page has had no visitor${yet}`
    : `a call has reached nobody${yet}`;
}

function sure(input: SayVerdict): string {
  const { verdict, report } = input;
  if (!report || verdict.status === 'refused')
    return `The statistics refused it (${verdict.reason}).`;
  switch (verdict.status) {
    case 'winner':
      return errorText(input);
    case 'leading':
      return 'Strong enough already, but answers that come quickly must not win over answers that come slowly: nothing is claimed before most of them are in.';
    case 'no_clear_winner':
      return undecidedText(input, report);
    case 'invalid':
      return `${movedText(report)}${isBehindTheLink(input) ? 'Something other than chance decided who came to which page; robots, or a page that fails to load, do that.' : 'Something other than chance decided who got which call; bounces or blocking that differ by call do that.'} Counts are shown, rates are not compared.`;
    default:
      return whyNot(input);
  }
}

/** Where it moved, when it was not everywhere. */
function movedText({ srm }: ChannelReport): string {
  const names = (srm?.providers ?? []).map((name) => (name === 'others' ? 'the others' : name));
  return names.length === 0 ? '' : `By mailbox provider, the split moved at ${names.join(', ')}. `;
}

function comparedText(input: SayVerdict, report: ChannelReport): string {
  const { verdict } = input;
  const best = report.calls.find(({ id }) => id === verdict.winner);
  const others = report.calls.filter(({ id }) => id !== verdict.winner);
  const second = others.reduce<Numbers | undefined>(
    (top, call) => (top && (top.rate ?? 0) >= (call.rate ?? 0) ? top : call),
    undefined,
  );
  if (!best || !second || best.rate === null || second.rate === null) return '';
  const { answered } = verbs(input);
  const pair = `${percent(best.rate)} ${answered}, against ${percent(second.rate)} for ${quoted(input, second.id)}.`;
  const likely = second.toLeader?.likely ?? null;
  if (likely === null || likely >= 1 || second.rate === 0) return pair;
  const seen = percent(best.rate / second.rate - 1);
  return `${pair} Here that is ${seen} more; winners tend to look better than they are, so plan with less (a cautious estimate: ${percent(1 / likely - 1)} more).`;
}

function errorText({ basis }: SayVerdict): string {
  const { alphaLive, alphaFinal } = basis.frame.registration;
  const share = Math.round((alphaLive + alphaFinal) * 1_000) / 10;
  return `How sure: among bursts whose calls are really equal, this rule names a winner in at most ${number(share)} of 100, however often anybody looks.`;
}

function undecidedText(input: SayVerdict, report: ChannelReport): string {
  const { verdict, basis } = input;
  const answers = report.calls.reduce((sum, { human }) => sum + human, 0);
  if (verdict.reason === 'too_few_conversions') {
    return `${number(answers)} ${answers === 1 ? 'answer' : 'answers'} on this channel; at least 20 are needed before calls are compared.`;
  }
  if (verdict.reason === 'sensitive_to_bot_filter') {
    return 'The count of human clicks names a winner and the count of all clicks does not: so nobody is named.';
  }
  const ahead =
    verdict.leader === null ? '' : `${quoted(input, verdict.leader)} has the higher rate so far, `;
  if (verdict.dueAt !== null && report.liveInHours !== 0) {
    return `${ahead === '' ? 'M' : `${ahead}and m`}ost answers are still to come: nothing is claimed before they are in.`;
  }
  const why = ahead === '' ? 'The difference' : 'which';
  if (verdict.dueAt !== null) {
    return `${ahead}${why} may still be chance. The counts are read for good when the counting window ends.`;
  }
  const smallest = percent(basis.frame.registration.smallestLift);
  // Of a series, posts decide, however many people saw them.
  const whom = isBehindTheLink(input) ? 'visitors per page' : 'people per call';
  const needed =
    report.neededPerCall === null || input.group.design === 'series'
      ? ''
      : ` To see a lift of ${smallest}, about ${number(report.neededPerCall)} ${whom} would be needed.`;
  return `${ahead}${why} may still be chance.${needed}`;
}

function whyNot(input: SayVerdict): string {
  const { reason } = input.verdict;
  if (input.group.asksNothing) return 'There is no call in it that anybody could follow.';
  if (reason === 'missing_exposure' && isBehindTheLink(input)) {
    return 'Whoever comes to a page has clicked already: of clicks, every page has all.';
  }
  if (reason === 'too_few_arms' && input.group.shares.length > 1) {
    return 'What nobody saw cannot be compared with the rest.';
  }
  return WHY_NOT[reason] ?? '';
}

const WHY_NOT: { readonly [reason: string]: string | undefined } = {
  not_randomized:
    'Who saw it was not left to chance: the hour, the followers and the network decided as much as the call. Counts are shown side by side and not compared.',
  too_few_arms: 'There is nothing to compare it with on this channel.',
  too_few_posts: 'A post is one throw of the dice, however many people saw it.',
  missing_exposure: 'Without that there are counts and no rates.',
};

/** ` Thu 4 Mar, 10:00` behind the words given; nothing where no answer is to come. */
function due({ verdict, basis }: SayVerdict, words: string): string {
  return verdict.dueAt === null ? '' : `${words}${sayTime(verdict.dueAt, basis.burst.zone)}`;
}

function quoted({ calls }: SayVerdict, call: string | null): string {
  const say = calls.find((one) => one.call === call)?.say ?? call ?? 'nobody';
  return `“${say}”`;
}

function verbs({ basis }: SayVerdict): { answered: string } {
  const { registration, goal } = basis.frame;
  if (registration.metric === 'click') return { answered: 'clicked' };
  return { answered: goal ? `reached the goal (${goal.count})` : 'converted' };
}

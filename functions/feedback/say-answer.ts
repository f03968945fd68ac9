// The whole burst in a few sentences: which call worked best, on which channel, how sure.

import type { AcrossChannels } from '#statistics/across-channels.ts';
import type { BurstReport, LegReport } from './report-of.ts';

export interface Answer {
  /** One sentence for the top of a page or the subject of a message. */
  readonly headline: string;
  /** A line per channel, in the plan's order. */
  readonly channels: readonly { readonly leg: string; readonly text: string }[];
  /** What holds over several channels together; null where there is nothing to join. */
  readonly across: string | null;
  /** When the next answer is due, over all channels; null when none is to come. */
  readonly dueAt: number | null;
  /** What a reader of the verdicts has to know. */
  readonly notes: readonly string[];
}

export interface SayAnswer {
  readonly legs: readonly LegReport[];
  readonly compared: BurstReport['comparison'];
  readonly calls: readonly { readonly name: string; readonly say: string }[];
  readonly registration: BurstReport['registration'];
}

export function sayAnswer({ legs, compared, calls, registration }: SayAnswer): Answer {
  const due = legs.flatMap(({ verdict }) => verdict.dueAt ?? []);
  const overall = 'refused' in compared ? undefined : compared.overall;
  const say = (call: string | null) =>
    `“${calls.find(({ name }) => name === call)?.say ?? call ?? 'nobody'}”`;
  return {
    headline: headlineOf(legs),
    channels: legs.map(({ leg, verdict }) => ({ leg, text: verdict.words.headline })),
    across: overall && overall.channels.length > 1 ? acrossText(overall, say) : null,
    dueAt: due.length === 0 ? null : Math.min(...due),
    notes: notesOf(registration, overall),
  };
}

/** Winners first, then whoever is ahead, then what is undecided; one leg says what it says. */
function headlineOf(legs: readonly LegReport[]): string {
  const ranked = [...legs].sort((one, other) => rank(one) - rank(other));
  const [first, second] = ranked;
  if (!first) return 'There is nothing to compare yet.';
  if (legs.length === 1) return first.verdict.words.headline;
  const parts =
    second && rank(second) === rank(first) && rank(first) < 2 ? [first, second] : [first];
  return parts.map(({ leg, verdict }) => `On ${leg}: ${verdict.words.headline}`).join(' ');
}

function rank({ verdict: { status, supported } }: LegReport): number {
  if (status === 'winner') return supported ? 0 : 1;
  return ['leading', 'no_clear_winner', 'invalid', 'refused', 'not_comparable'].indexOf(status) + 1;
}

function acrossText(overall: AcrossChannels, say: (call: string | null) => string): string {
  const where = overall.channels.join(', ');
  const turned = overall.simpson
    ? ' Adding the channels up would have named another call: the two tables show why.'
    : '';
  return `${acrossVerdict(overall, say)} (compared within ${where}, never added up.)${turned}`;
}

function acrossVerdict(overall: AcrossChannels, say: (call: string | null) => string): string {
  const { status, reason, winner, leader } = overall;
  if (status === 'winner') return `Over channels: ${say(winner)} worked best.`;
  if (status === 'leading') return `Over channels: ahead so far ${say(leader)}.`;
  switch (reason) {
    case 'differs_by_channel':
      return 'Over channels: no single winner, what works differs by channel.';
    case 'no_consistent_leader':
      return 'Over channels: no call is ahead of every other.';
    case 'too_few_conversions':
      return 'Over channels: too few answers so far.';
    case 'sensitive_to_bot_filter':
      return 'Over channels: no clear winner, it would hang on which clicks count as robots.';
    default:
      return 'Over channels: no clear winner.';
  }
}

function notesOf(
  { compares }: BurstReport['registration'],
  overall: AcrossChannels | undefined,
): string[] {
  const isGiven = overall?.leftOut.some(({ reason }) => reason === 'not_randomized') === true;
  return [
    ...(compares === 'messages'
      ? [
          'Each call went out in words of its own: whole messages are compared, not the calls alone.',
        ]
      : []),
    ...(isGiven && overall?.channels.length
      ? ['The emails were compared while the public post stood: what holds, holds given that post.']
      : []),
  ];
}

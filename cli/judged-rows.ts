// How the calls will be judged, what can be seen with the lists, and what a test costs.

import type { CheckedBurst } from '#commands/check-burst.ts';
import { renderDuration } from '#domain/duration.ts';
import { whoFollows } from '#domain/who-follows.ts';
import { style } from './screen.ts';
import { count, many, percent } from './words.ts';

type Judged = Pick<CheckedBurst, 'plan' | 'comparisons' | 'forecast'>;

/** Nothing where there is one call only: then nothing is compared. */
export function judgedRows({ plan, comparisons, forecast }: Judged): [string, string][] {
  const { registration, holdout, followUps = [] } = plan;
  const isComparing = registration.legs.some(({ design }) => design !== 'one_call');
  const rows: [string, string][] = isComparing ? [['judged', judged(registration)]] : [];
  for (const { leg, expectedRate, visibleLift, test, proposedTest } of comparisons) {
    const rate = percent(expectedRate);
    if (test) {
      const { recipients, forgoneAnswers } = test;
      rows.push([
        leg,
        `tests ${count(recipients)} of them, then a bet: costs ${answers(forgoneAnswers)} at a rate of ${rate}`,
      ]);
    }
    // Where the goal says what is hoped for, that is said already.
    if (forecast.smallestLift === undefined || test) {
      rows.push([test ? '' : leg, seen(visibleLift, rate)]);
    }
    if (proposedTest) {
      const { recipients, forgoneAnswers } = proposedTest;
      const what = `or test: auto, ${count(recipients)} first and the rest gets what did best`;
      rows.push(['', `${what}, at the cost of ${answers(forgoneAnswers)}`]);
    }
  }
  if (isComparing) rows.push(...overLegs(registration));
  if (holdout !== undefined) rows.push(['holdout', `${percent(holdout)} get nothing, by chance`]);
  for (const { burst, afterMs, who } of followUps) {
    const what = `${renderDuration(afterMs)} after the moment, to ${whoFollows[who]}`;
    rows.push(['then', `${burst}, ${what}; approved with this one`]);
  }
  return rows;
}

type Registration = CheckedBurst['plan']['registration'];

/** The mix that was registered, and the parts of each leg's people that are watched for harm. */
function overLegs({ mix = [], legs }: Registration): [string, string][] {
  const mass = mix.reduce((sum, { weight }) => sum + weight, 0);
  const shares = mix.map(({ leg, weight }) => `${leg} ${percent(weight / mass)}`).join(', ');
  return [
    ...(mass > 0
      ? [['mix', `rates over several legs stand over ${shares}`] as [string, string]]
      : []),
    ...legs.flatMap(({ leg, segments = [] }): [string, string][] =>
      segments.length === 0 ? [] : [[leg, `harm is looked at in ${segments.join(', ')} as well`]],
    ),
  ];
}

export function noteLines({ notes }: Pick<CheckedBurst, 'notes'>): string[] {
  return notes.length === 0 ? [] : ['', ...notes.map((note) => `  ${style.yellow('!')} ${note}`)];
}

function judged({
  metric,
  windowMs,
  waitMs,
  alphaLive,
  alphaFinal,
  compares,
}: Registration): string {
  const what = compares === 'messages' ? 'messages, by ' : 'by ';
  return `${what}${metric}s within ${renderDuration(windowMs)}; no winner before ${renderDuration(waitMs)}; wrong at most ${percent(alphaLive + alphaFinal)} of the time`;
}

function answers(forgone: number): string {
  if (forgone < 1) return 'less than one answer';
  return `about ${many(Math.round(forgone), 'answer')}`;
}

function seen(lift: number | null, rate: string): string {
  if (lift === null) return `too few people to see any lift at a rate of ${rate}`;
  return `with this list a lift of ${percent(lift)} or more can be seen, at a rate of ${rate}`;
}

// What follows a burst, and what it follows: bursts of their own, with results of their own.

import type { ShownResults } from '#commands/show-results.ts';
import { renderDuration } from '#domain/duration.ts';
import { stateOf } from '#domain/state-words.ts';
import { whoFollows } from '#domain/who-follows.ts';

export function FollowUps({ report }: { report: ShownResults }) {
  const { followUps } = report;
  if (followUps.length === 0) return null;
  return (
    <section class="sheet" aria-labelledby="follow-ups">
      <h2 id="follow-ups">What follows</h2>
      <ul class="lines">
        {followUps.map(({ burst, who, afterMs, state, moment }) => (
          <li>
            {state === undefined ? burst : <a href={`/console/bursts/${burst}`}>{burst}</a>}
            {`, to ${whoFollows[who]}: ${
              state === undefined
                ? `${renderDuration(afterMs)} after the moment, made when this one is sent`
                : `${stateOf(state)}${moment === undefined ? '' : `, ${moment.text}`}`
            }`}
          </li>
        ))}
      </ul>
    </section>
  );
}

export function Follows({ report }: { report: ShownResults }) {
  const { follows } = report;
  if (follows === undefined) return null;
  return (
    <p class="small">
      Goes to people whom <a href={`/console/bursts/${follows}`}>{follows}</a> reached.
    </p>
  );
}

// What came of it all: the goal, what every channel brought, and what the email itself added.

import type { BurstReport } from '#feedback/report-of.ts';
import { money, number } from '#feedback/say-time.ts';
import type { ComparisonReport } from '#statistics/comparison.ts';

export function GoalMeter({ report }: { report: BurstReport }) {
  const { goal } = report;
  if (!goal) return null;
  const { actual, target, words } = goal;
  const most = Math.max(actual, target ?? 0, 1);
  return (
    <section class="sheet" aria-labelledby="goal">
      <h2 id="goal">{`Goal: ${goal.count}`}</h2>
      <p>{words}</p>
      {target === null ? null : (
        <svg
          class="meter"
          viewBox="0 0 100 10"
          preserveAspectRatio="none"
          role="img"
          aria-label={`${actual} of ${target}`}
        >
          <rect class="ground" width="100" height="10" />
          <rect class="full" width={(actual / most) * 100} height="10" />
          <line class="goal" x1={(target / most) * 100} x2={(target / most) * 100} y1="0" y2="10" />
        </svg>
      )}
      <p class="small soft">
        All channels together, by event: a goal is one number, not a comparison.
      </p>
    </section>
  );
}

export function Mix(props: { report: BurstReport; comparison: ComparisonReport }) {
  const { report, comparison } = props;
  const isClick = report.metric === 'click';
  if (report.legs.every(({ asksNothing }) => asksNothing)) return null;
  return (
    <section class="sheet" aria-labelledby="mix">
      <h2 id="mix">What every channel brought</h2>
      <ul class="lines">
        {comparison.mix.map(({ channel, converted, value, cost, costPerConversion }) => {
          const what = isClick ? 'people clicked' : 'people reached the goal';
          const worth = value ? `, worth ${money(value)}` : '';
          const each =
            costPerConversion === null ? '' : ` ($${(costPerConversion / 100).toFixed(4)} each)`;
          const paid = cost === null ? '' : `, for about $${(cost / 100).toFixed(2)} of AWS${each}`;
          return <li>{`${channel}: ${number(converted)} ${what}${worth}${paid}`}</li>;
        })}
      </ul>
      <p class="small soft">
        Counts only. Channels reach different people at different moments, so their sums are not a
        comparison.
      </p>
    </section>
  );
}

export function Holdout({ report }: { report: BurstReport }) {
  const { holdout } = report;
  if (!holdout) return null;
  return (
    <section class="sheet" aria-labelledby="holdout">
      <h2 id="holdout">What the messages brought at all</h2>
      <p>{holdout.headline}</p>
      <p class="small soft">{holdout.why}</p>
    </section>
  );
}

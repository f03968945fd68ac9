// Over channels: compared within each, joined afterwards, and the two tables where adding up misleads.

import type { BurstReport } from '#feedback/report-of.ts';
import { number, percent } from '#feedback/say-time.ts';
import type { ComparisonReport } from '#statistics/comparison.ts';

type Arms = readonly { readonly id: string; readonly n: number; readonly s: number }[];

export function Across(props: { report: BurstReport; comparison: ComparisonReport }) {
  const { report, comparison } = props;
  const { overall } = comparison;
  const { channels, leftOut, pairs, leader, standardized, tables, shrunken } = overall;
  if (channels.length < 2) return null;
  const say = sayOf(report);
  return (
    <section class="sheet" aria-labelledby="across">
      <h2 id="across">Over channels</h2>
      <p>{report.answer.across}</p>
      {leader === null || pairs.length === 0 ? null : (
        <ul>
          {pairs.map(({ id, riskRatio, riskRatioLo, riskRatioHi, breslowDayP }) => (
            <li>
              {riskRatio === null
                ? `“${say(leader)}” against “${say(id)}”: too few answers for a ratio`
                : `“${say(leader)}” has ${times(riskRatio)} the rate of “${say(id)}” within channels (${times(riskRatioLo)} to ${times(riskRatioHi)})`}
              {breslowDayP < 0.05 ? '; how much differs by channel' : ''}
            </li>
          ))}
        </ul>
      )}
      {shrunken.length === 0 || leader === null ? null : <Likely overall={overall} say={say} />}
      {standardized === null ? null : (
        <p class="small">
          {`Rates over one and the same mix, ${standardized.by === 'plan' ? 'as registered before the send' : 'that of the people reached'} (${mixText(standardized.weights)}): `}
          {standardized.rates
            .map(
              ({ id, rate }) =>
                `“${say(id)}” ${rate === null ? 'not shown everywhere' : percent(rate)}`,
            )
            .join(' · ')}
        </p>
      )}
      {tables === null ? null : (
        <div>
          <h3>Why adding up misleads here</h3>
          <p>
            A call that was shown more where everybody answers more looks better than it is. Within
            the channels the order is another one.
          </p>
          <div class="two">
            {tables.byChannel.map(({ channel, arms }) => (
              <Counts title={`${channel} alone`} arms={arms} say={say} />
            ))}
            <Counts title="added up, which misleads" arms={tables.addedUp} say={say} bare />
          </div>
        </div>
      )}
      {leftOut.length === 0 ? null : (
        <p class="small soft">
          {`Not part of it: ${leftOut.map(({ channel, reason }) => `${channel} (${reason.replaceAll('_', ' ')})`).join(', ')}.`}
        </p>
      )}
    </section>
  );
}

/** What each channel's effect probably is, drawn towards the others. */
function Likely(props: { overall: ComparisonReport['overall']; say: (call: string) => string }) {
  const { overall, say } = props;
  const lines = overall.shrunken.flatMap(({ id, shrunken }) =>
    overall.channels.flatMap((channel, place) => {
      const effect = shrunken[place];
      return effect === undefined || effect === null || !Number.isFinite(effect)
        ? []
        : [`${channel}: ${times(Math.exp(effect))} that of “${say(id)}”`];
    }),
  );
  return lines.length === 0 ? null : (
    <p class="small">{`Likely true effect of “${say(overall.leader ?? '')}”: ${lines.join(' · ')}.`}</p>
  );
}

function Counts(props: {
  title: string;
  arms: Arms;
  say: (call: string) => string;
  bare?: boolean;
}) {
  const { title, arms, say, bare = false } = props;
  return (
    <table>
      <caption>{title}</caption>
      <thead>
        <tr>
          <th scope="col">Call</th>
          <th scope="col" class="n">
            answered
          </th>
          <th scope="col" class="n">
            reached
          </th>
          {bare ? null : (
            <th scope="col" class="n">
              rate
            </th>
          )}
        </tr>
      </thead>
      <tbody>
        {arms.map(({ id, n, s }) => (
          <tr>
            <th scope="row">{say(id)}</th>
            <td class="n">{number(s)}</td>
            <td class="n">{number(n)}</td>
            {bare ? null : <td class="n">{n === 0 ? '·' : percent(s / n)}</td>}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function sayOf({ legs }: BurstReport): (call: string) => string {
  const all = legs.flatMap(({ calls }) => calls);
  return (call) => all.find((one) => one.call === call)?.say ?? call;
}

/** A ratio as a report has it: too large for a number, it is text. */
function times(ratio: number | string | null): string {
  return typeof ratio === 'number' ? `${ratio.toFixed(2)} ×` : 'any number ×';
}

function mixText(weights: Readonly<Record<string, number>>): string {
  return Object.entries(weights)
    .map(([channel, weight]) => `${channel} ${percent(weight)}`)
    .join(', ');
}

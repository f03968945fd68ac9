// One channel in full: its verdict, the pictures, and what the verdict hangs on.

import type { BurstReport, LegReport } from '#feedback/report-of.ts';
import { number, percent } from '#feedback/say-time.ts';
import type { ChannelReport } from '#statistics/channel-report.ts';
import { CurvePlot } from './curve-plot.tsx';
import { Harm } from './harm.tsx';
import { IntervalPlot } from './interval-plot.tsx';
import { Native } from './native.tsx';
import { Providers } from './providers.tsx';
import { RevenueLines } from './revenue-lines.tsx';
import { Scrollable } from './scrollable.tsx';
import { toneOf, wordOf } from './tone.ts';

export function LegDetails({ report, leg }: { report: BurstReport; leg: LegReport }) {
  const { comparison } = report;
  const found =
    'refused' in comparison
      ? undefined
      : comparison.channels.find(({ channel }) => channel === leg.leg);
  const own = found && !('refused' in found) ? found : undefined;
  const id = `leg-${leg.leg}`;
  return (
    <section class="sheet" aria-labelledby={id}>
      <h2 id={id}>
        {leg.leg === leg.channel ? leg.leg : `${leg.leg} (${leg.channel})`}{' '}
        <span class={`chip ${toneOf(leg.verdict)}`}>{wordOf(leg.verdict)}</span>{' '}
        <span class="chip">{leg.design}</span>
      </h2>
      <p>
        <strong>{leg.verdict.words.headline}</strong> {leg.verdict.words.why}{' '}
        {leg.verdict.words.sure}
      </p>
      {leg.asksNothing ? null : (
        <div class="two">
          <IntervalPlot report={report} leg={leg} />
          <CurvePlot report={report} leg={leg} />
        </div>
      )}
      {own ? <Depends leg={leg} own={own} /> : null}
      {own ? <RevenueLines leg={leg} own={own} /> : null}
      {leg.native ? <Native native={leg.native} leg={leg} zone={report.zone} /> : null}
      {own ? <Harm report={report} leg={leg} own={own} /> : null}
      {own ? <Providers report={report} leg={leg} own={own} /> : null}
      {own ? <Numbers report={report} leg={leg} own={own} /> : null}
      <p class="soft">{leg.verdict.words.next}</p>
    </section>
  );
}

/** Would another way of counting say something else? */
function Depends({ leg, own }: { leg: LegReport; own: ChannelReport }) {
  const { allClicks, withoutGateways, gatewayShare } = own.sensitivity;
  const name = (call: string | null) => leg.calls.find((one) => one.call === call)?.say ?? call;
  const same = (other: { winner: string | null; status: string } | null) =>
    other !== null && other.status === own.verdict.status && other.winner === own.verdict.winner;
  const says = (other: { winner: string | null; status: string } | null) =>
    other?.winner ? `“${name(other.winner)}” would be named` : 'no winner would be named';
  if (own.verdict.status === 'not_comparable' || (!allClicks && !withoutGateways)) return null;
  return (
    <div>
      <h3>Does the answer hang on robots?</h3>
      {allClicks === null ? null : (
        <p>
          {same(allClicks)
            ? 'Counting every click, robots included, the verdict is the same.'
            : `Counting every click, robots included, the verdict would differ: ${says(allClicks)}.`}
        </p>
      )}
      {withoutGateways === null ? null : (
        <p>
          {`${percent(gatewayShare ?? 0)} of the people reached are behind mail scanners that open links. `}
          {same(withoutGateways)
            ? 'Without them the verdict is the same.'
            : `Without them the verdict would differ: ${says(withoutGateways)}.`}
        </p>
      )}
    </div>
  );
}

/** Every count, for whoever wants to check. */
function Numbers(props: { report: BurstReport; leg: LegReport; own: ChannelReport }) {
  const { report, leg, own } = props;
  const isGoal = report.metric === 'conversion';
  return (
    <details>
      <summary>{`Every number of ${leg.leg}`}</summary>
      <Scrollable name={`Every number of ${leg.leg}`}>
        <table>
          <thead>
            <tr>
              <th scope="col">Call</th>
              {HEADS.map((head) => (
                <th scope="col" class="n">
                  {head}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {leg.calls.map((call) => {
              const one = own.calls.find(({ id }) => id === call.call);
              const late = isGoal ? call.lateConversions : call.lateClicks;
              const cells = [
                shown(call.accepted),
                shown(call.delivered),
                shown(call.exposed),
                number(call.uniqueClicks),
                number(call.uniqueClicksAll),
                number(call.converting),
                number(call.conversions),
                one?.forwarded === null || one === undefined ? '·' : number(one.forwarded),
                number(late),
                one?.pBest === null || one === undefined ? '·' : percent(one.pBest),
              ];
              return (
                <tr>
                  <th scope="row">{call.say}</th>
                  {cells.map((cell) => (
                    <td class="n">{cell}</td>
                  ))}
                </tr>
              );
            })}
          </tbody>
        </table>
      </Scrollable>
      <p class="small soft">
        Deciding counts are people: the first human click or conversion of each. Conversions by
        event can be more, where an email was forwarded or somebody gave twice; the difference
        stands beside them. The chance to be best says what to bet on next, never that something is
        proven.
      </p>
      {leg.bets.map(({ words }) => (
        <p class="small">{words}</p>
      ))}
      <p class="small soft">{splitText(own)}</p>
    </details>
  );
}

const HEADS = [
  'sent',
  'delivered',
  'reached',
  'people clicked',
  'with robots',
  'people converted',
  'conversions',
  'more by event',
  'late',
  'chance to be best',
];

function splitText({ srm, maturity, visibleLift }: ChannelReport): string {
  const split =
    srm === null
      ? 'Who got which call was not drawn here.'
      : `The split is ${srm.flagged ? 'not ' : ''}the one that was drawn.`;
  const lift =
    visibleLift === null
      ? ''
      : ` With these numbers a lift of ${percent(visibleLift)} can be seen.`;
  const basis =
    maturity.basis === 'curve' ? 'by this account’s own answer times' : 'by the stated wait';
  return `${split} Answers in: ${percent(maturity.maturity)} (${basis}).${lift}`;
}

function shown(value: number | null): string {
  return value === null ? '·' : number(value);
}

// The grid: a row per call, a column per channel; in each cell the rate, its interval, the clicks.

import type { BurstReport, CallReport, LegReport } from '#feedback/report-of.ts';
import { number, percent } from '#feedback/say-time.ts';
import { mostOf, Span } from './interval-plot.tsx';
import { callsOf, Key } from './key.tsx';
import { toneOf, wordOf } from './tone.ts';

export function CallGrid({ report }: { report: BurstReport }) {
  const { metric } = report;
  // Thanks ask for nothing: no call stands in them.
  const legs = report.legs.filter(({ asksNothing }) => !asksNothing);
  if (legs.length === 0) return null;
  const calls = callsOf(legs);
  const did = metric === 'click' ? 'clicked' : 'reached the goal';
  return (
    <section class="sheet" aria-labelledby="grid">
      <h2 id="grid">Call by channel</h2>
      <table class="grid">
        <caption>{`Share of the people reached who ${did}, with the range the true share lies in (95 %). Robots are counted apart.`}</caption>
        <thead>
          <tr>
            <th scope="col">Call</th>
            {legs.map(({ leg, channel, design, verdict }) => (
              <th scope="col">
                {leg === channel ? leg : `${leg} (${channel})`}
                <br />
                <span class="chip">{design}</span>{' '}
                <span class={`chip ${toneOf(verdict)}`}>{wordOf(verdict)}</span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {calls.map(({ call, say }, place) => (
            <tr>
              <th scope="row">
                <Key place={place} />
                {say}
              </th>
              {legs.map((leg) => (
                <Cell
                  report={report}
                  leg={leg}
                  call={leg.calls.find((one) => one.call === call)}
                  place={place}
                />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

interface CellProps {
  readonly report: BurstReport;
  readonly leg: LegReport;
  readonly call: CallReport | undefined;
  readonly place: number;
}

function Cell({ report, leg, call, place }: CellProps) {
  if (!call) {
    return (
      <td class="soft">
        <span class="on">{leg.leg}</span>
        not shown here
      </td>
    );
  }
  const { rate } = call;
  const { verdict } = leg;
  const isBest = verdict.winner === call.call && verdict.supported;
  const isAhead = !isBest && verdict.status === 'leading' && verdict.leader === call.call;
  return (
    <td class={isBest ? 'best' : ''}>
      <span class="on">
        {`${leg.leg} `}
        <span class="chip">{leg.design}</span>
      </span>
      {rate === null ? (
        <span class="rate">{number(answersOf(report, call))}</span>
      ) : (
        <span class="rate">{percent(rate.of)}</span>
      )}{' '}
      {isBest ? <span class="chip won">worked best</span> : null}
      {isAhead ? <span class="chip wait">ahead so far</span> : null}
      {rate === null ? null : (
        <div class="track thin">
          <Span rate={rate} most={mostOf(leg)} place={place} />
        </div>
      )}
      <div class="small">{rangeText(report, call)}</div>
      <div class="small soft">{clicksText(call)}</div>
    </td>
  );
}

function answersOf({ metric }: BurstReport, call: CallReport): number {
  return metric === 'click' ? call.uniqueClicks : call.converting;
}

function rangeText(report: BurstReport, call: CallReport): string {
  const did = report.metric === 'click' ? 'clicked' : 'reached the goal';
  const { rate, exposed } = call;
  if (rate === null) return `${did}; how many saw it is not known, so there is no rate`;
  const levelled = call.isLevelled ? ' (waves of other splits levelled)' : '';
  return `${percent(rate.lo)} to ${percent(rate.hi)}${levelled} · ${number(answersOf(report, call))} of ${number(exposed ?? 0)} ${did}`;
}

function clicksText({ humanClicks, machineClicks }: CallReport): string {
  const all = humanClicks + machineClicks;
  return `${number(humanClicks)} human clicks, ${number(all)} with robots`;
}

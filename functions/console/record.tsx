// What was registered before the send, and what became of the same calls in other bursts.

import type { BurstReport } from '#feedback/report-of.ts';
import { number, percent, sayTime } from '#feedback/say-time.ts';
import type { CallRecord } from '#store/call-records.ts';
import { Scrollable } from './scrollable.tsx';

export function Registered({ report }: { report: BurstReport }) {
  const { registration, comparison, zone, countedUntil, contentHash } = report;
  const { metric, alphaLive, alphaFinal, smallestLift, prior, waitMs, atFinalRead } = registration;
  const { mix } = registration;
  const version = 'refused' in comparison ? 'not computed' : comparison.version;
  const lines: [string, string][] = [
    [
      'Decides',
      metric === 'click'
        ? 'the first human click of each person'
        : 'the first conversion of each person',
    ],
    ['Counted until', `${sayTime(countedUntil, zone)} (${zone})`],
    [
      'Nothing is claimed before',
      `${number(Math.round((waitMs / 3_600_000) * 10) / 10)} h, unless this account’s own answer times are known`,
    ],
    [
      'Chance of a false winner',
      `at most ${percent(alphaLive)} at any time, and ${percent(alphaFinal)} at the final read`,
    ],
    ['Smallest lift worth caring about', percent(smallestLift)],
    ['Before anybody answered', `Beta(${prior.a}, ${prior.b})`],
    ...(mix ? [['Rates over channels', `in the mix ${mixText(mix)}`] as [string, string]] : []),
    ['At the final read', atFinalRead],
    ['Approved content', contentHash.slice(0, 16)],
    ['Statistics', `version ${version}, click rules version ${report.clickRulesVersion}`],
  ];
  return (
    <section class="sheet" aria-labelledby="registered">
      <h2 id="registered">Registered before the send</h2>
      <dl>
        {lines.map(([name, value]) => (
          <>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </>
        ))}
      </dl>
    </section>
  );
}

/** In shares: only the proportions of the weights count. */
function mixText(mix: NonNullable<BurstReport['registration']['mix']>): string {
  const mass = mix.reduce((sum, { weight }) => sum + weight, 0);
  return mix.map(({ leg, weight }) => `${leg} ${percent(weight / mass)}`).join(', ');
}

const ENDS: { readonly [outcome: string]: string } = {
  won: 'worked best',
  lost: 'another one won',
};

export function Records(props: { records: readonly CallRecord[]; report: BurstReport }) {
  const { report } = props;
  const records = props.records.filter(({ burst }) => burst !== report.burst);
  if (records.length === 0) return null;
  const all = report.legs.flatMap(({ calls }) => calls);
  const say = (call: string) => all.find((one) => one.call === call)?.say ?? call;
  return (
    <section class="sheet" aria-labelledby="records">
      <h2 id="records">The same campaign's calls in other bursts</h2>
      <Scrollable name="Calls in other bursts">
        <table>
          <thead>
            <tr>
              <th scope="col">Call</th>
              <th scope="col">Burst</th>
              <th scope="col">Channel</th>
              <th scope="col" class="n">
                Rate
              </th>
              <th scope="col">How it ended</th>
            </tr>
          </thead>
          <tbody>
            {records.map(({ call, burst, leg, exposed, answers, outcome }) => (
              <tr>
                <th scope="row">{say(call)}</th>
                <td>{burst}</td>
                <td>{leg}</td>
                <td class="n">
                  {exposed === null || exposed === 0
                    ? `${number(answers)} answers`
                    : `${percent(answers / exposed)} of ${number(exposed)}`}
                </td>
                <td>{ENDS[outcome] ?? outcome.replaceAll('_', ' ')}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scrollable>
      <p class="small soft">One burst is one moment: rates of different bursts are not compared.</p>
    </section>
  );
}

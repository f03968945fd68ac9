// Whether a call drives people away: each kind of harm on its own, no correction to hide behind.

import type { BurstReport, LegReport } from '#feedback/report-of.ts';
import { number, percent, sayTime } from '#feedback/say-time.ts';
import type { ChannelReport } from '#statistics/channel-report.ts';
import { Scrollable } from './scrollable.tsx';

const HARMS: { readonly [kind: string]: string } = {
  bounce: 'bounced',
  complaint: 'complained',
  unsubscribe: 'unsubscribed',
};

type Guardrails = ChannelReport['guardrails'];

/** Everybody first, then every registered segment. */
export function Harm(props: { report: BurstReport; leg: LegReport; own: ChannelReport }) {
  const { report, leg, own } = props;
  const kinds = Object.keys(own.guardrails).sort();
  if (kinds.length === 0 || leg.calls.length === 0) return null;
  const { guardrailsBySegment: segments } = own;
  return (
    <div>
      <h3>Does a call do harm?</h3>
      <Scrollable name={`Harm on ${leg.leg}`}>
        <table>
          <thead>
            <tr>
              <th scope="col">Call</th>
              {kinds.map((kind) => (
                <th scope="col">{HARMS[kind] ?? kind}</th>
              ))}
            </tr>
          </thead>
          <Rows leg={leg} kinds={kinds} guardrails={own.guardrails} />
          {segments.map(({ segment, guardrails }) => (
            <Rows leg={leg} kinds={kinds} guardrails={guardrails} segment={segment} />
          ))}
        </table>
      </Scrollable>
      <p class="small soft">{noteOf(report, segments.length > 0)}</p>
    </div>
  );
}

function Rows(props: {
  leg: LegReport;
  kinds: readonly string[];
  guardrails: Guardrails;
  segment?: string;
}) {
  const { leg, kinds, guardrails, segment } = props;
  return (
    <tbody>
      {segment === undefined ? null : (
        <tr>
          <th scope="colgroup" colspan={kinds.length + 1}>{`In the segment ${segment}`}</th>
        </tr>
      )}
      {leg.calls.map(({ call, say }) => (
        <tr>
          <th scope="row">{say}</th>
          {kinds.map((kind) => {
            const one = guardrails[kind]?.find(({ id }) => id === call);
            return (
              <td>
                {one
                  ? `${number(one.s)}${one.n > 0 ? ` (${percent(one.s / one.n)})` : ''}`
                  : 'not known'}
                {one?.harm ? <span class="chip bad">more than chance</span> : null}
              </td>
            );
          })}
        </tr>
      ))}
    </tbody>
  );
}

function noteOf({ parts, zone }: BurstReport, hasSegments: boolean): string {
  const alone =
    'Each mark is a test of its own at 5 %, so that no harm hides: of many, one may be chance.';
  if (!hasSegments || !parts) return alone;
  const { asOf, looked, recipients } = parts;
  const sample =
    looked < recipients ? `, over ${number(looked)} of the ${number(recipients)} on the list` : '';
  return `${alone} Segments as of ${sayTime(asOf, zone)}${sample}; they may overlap.`;
}

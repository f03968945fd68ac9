// Whether every mailbox provider let the calls through in the shares that were drawn.

import type { BurstReport, LegReport } from '#feedback/report-of.ts';
import { number, sayTime } from '#feedback/say-time.ts';
import type { ChannelReport } from '#statistics/channel-report.ts';
import type { ComparisonReport } from '#statistics/comparison.ts';
import { Scrollable } from './scrollable.tsx';

export function Providers(props: { report: BurstReport; leg: LegReport; own: ChannelReport }) {
  const { report, leg, own } = props;
  const { comparison, parts } = report;
  if ('refused' in comparison || !parts || !own.srm) return null;
  const providers = providersOf(comparison, leg.leg);
  if (providers.length === 0) return null;
  const moved = own.srm.providers;
  const { calls } = comparison.input.plan;
  return (
    <details open={moved.length > 0}>
      <summary>{`People reached by mailbox provider, on ${leg.leg}`}</summary>
      <Scrollable name={`Mailbox providers on ${leg.leg}`}>
        <table>
          <thead>
            <tr>
              <th scope="col">Provider</th>
              {leg.calls.map(({ say }) => (
                <th scope="col" class="n">
                  {say}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {providers.map(({ name, exposures }) => (
              <tr>
                <th scope="row">
                  {name}
                  {moved.includes(name) ? <span class="chip bad">not as drawn</span> : null}
                </th>
                {leg.calls.map(({ call }) => (
                  <td class="n">{number(exposures[calls.indexOf(call)] ?? 0)}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </Scrollable>
      <p class="small soft">
        {`Told by who takes the mail of a domain, as of ${sayTime(parts.asOf, report.zone)}. A provider that lets one call through and not the other would decide in chance’s place.`}
      </p>
    </details>
  );
}

function providersOf({ input }: ComparisonReport, leg: string) {
  return input.channels.find(({ channel }) => channel === leg)?.providers ?? [];
}

// How the answers came in: a line per call, from the release on.

import type { BurstReport, CallReport, LegReport } from '#feedback/report-of.ts';
import { number } from '#feedback/say-time.ts';
import { callsOf, Key, keyOf } from './key.tsx';

const WIDTH = 600;
const HEIGHT = 200;
const DASHES = 6;

export function CurvePlot({ report, leg }: { report: BurstReport; leg: LegReport }) {
  const lines = leg.calls.filter(({ curve }) => curve.length > 0);
  const most = Math.max(0, ...lines.map(topOf));
  const until = Math.max(0, ...lines.map(({ curve }) => curve.at(-1)?.afterMs ?? 0));
  if (most === 0 || until === 0) return null;
  const order = callsOf(report.legs).map(({ call }) => call);
  const did = report.metric === 'click' ? 'People who clicked' : 'People who reached the goal';
  return (
    <div>
      <h3>{`${did}, since the release`}</h3>
      <svg
        class="curve"
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`${did} after ${duration(until)}: ${lines.map((call) => `${call.say} ${topOf(call)}`).join(', ')}`}
      >
        {[0, 0.5, 1].map((share) => (
          <line class="axis" x1="0" x2={WIDTH} y1={share * HEIGHT} y2={share * HEIGHT} />
        ))}
        {lines.map((call) => {
          const place = order.indexOf(call.call);
          return (
            <polyline
              class={`run ${keyOf(place)} d${place % DASHES}`}
              points={pointsOf(call, until, most)}
            />
          );
        })}
      </svg>
      <div class="ticks" aria-hidden="true">
        {[0, 0.25, 0.5, 0.75, 1].map((share) => (
          <span>{duration(share * until)}</span>
        ))}
      </div>
      <p class="small">
        {lines.map((call) => (
          <span>
            <Key place={order.indexOf(call.call)} />
            {`${call.say}: ${number(topOf(call))} `}
          </span>
        ))}
        <span class="soft">{`(upper line ${number(most)})`}</span>
      </p>
    </div>
  );
}

function topOf({ curve }: CallReport): number {
  return curve.at(-1)?.answers ?? 0;
}

function pointsOf({ curve }: CallReport, until: number, most: number): string {
  const point = (afterMs: number, answers: number) =>
    `${Math.round((afterMs / until) * WIDTH)},${Math.round((1 - answers / most) * HEIGHT)}`;
  const last = curve.at(-1)?.answers ?? 0;
  return [
    point(0, 0),
    ...curve.map(({ afterMs, answers }) => point(afterMs, answers)),
    point(until, last),
  ].join(' ');
}

const UNITS = [
  { ms: 86_400_000, name: 'd' },
  { ms: 3_600_000, name: 'h' },
  { ms: 60_000, name: 'min' },
  { ms: 1_000, name: 's' },
];

function duration(ms: number): string {
  if (ms === 0) return '0';
  const unit = UNITS.find((one) => ms >= one.ms) ?? { ms: 1_000, name: 's' };
  return `${Math.round((ms / unit.ms) * 10) / 10} ${unit.name}`;
}

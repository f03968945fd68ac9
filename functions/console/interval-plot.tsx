// A rate and the range it lies in, on a scale that starts at zero. Drawn by the server.

import type { BurstReport, LegReport } from '#feedback/report-of.ts';
import { percent } from '#feedback/say-time.ts';
import { callsOf, Key, keyOf } from './key.tsx';

/** Where the scale of a channel ends. */
export function mostOf({ calls }: LegReport): number {
  return Math.max(0.001, ...calls.map(({ rate }) => rate?.hi ?? 0));
}

interface SpanProps {
  readonly rate: { readonly of: number; readonly lo: number; readonly hi: number };
  readonly most: number;
  readonly place: number;
}

/** Stretches to whatever width there is; lines and dots keep theirs. */
export function Span({ rate, most, place }: SpanProps) {
  const at = (value: number) => round((value / most) * 100);
  const [lo, of, hi] = [at(rate.lo), at(rate.of), at(rate.hi)];
  return (
    <svg viewBox="0 0 100 20" preserveAspectRatio="none" aria-hidden="true">
      <line class="axis" x1="0" y1="10" x2="100" y2="10" />
      <g class={keyOf(place)}>
        <path class="span" d={`M ${lo} 10 H ${hi} M ${lo} 4 V 16 M ${hi} 4 V 16`} />
        <path class="dot" d={`M ${of} 10 h 0.001`} />
      </g>
    </svg>
  );
}

export function IntervalPlot({ report, leg }: { report: BurstReport; leg: LegReport }) {
  const most = mostOf(leg);
  const rated = leg.calls.filter(({ rate }) => rate !== null);
  if (rated.length === 0) return null;
  const order = callsOf(report.legs).map(({ call }) => call);
  return (
    <div>
      <h3>Where the true rates lie</h3>
      {rated.map(({ call, say, rate }) =>
        rate === null ? null : (
          <div class="row">
            <span>
              <Key place={order.indexOf(call)} />
              {say}
            </span>
            <div class="track">
              <Span rate={rate} most={most} place={order.indexOf(call)} />
            </div>
            <span class="value">
              <strong>{percent(rate.of)}</strong>
              <span class="soft">{` ${percent(rate.lo)} to ${percent(rate.hi)}`}</span>
            </span>
          </div>
        ),
      )}
      <div class="row" aria-hidden="true">
        <span />
        <div class="track ticks">
          <span>0</span>
          <span>{percent(most / 2)}</span>
          <span>{percent(most)}</span>
        </div>
        <span />
      </div>
    </div>
  );
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

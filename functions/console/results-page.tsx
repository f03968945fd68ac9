// One screen for one question: which call worked best, on which channel, how sure. Then the why.

import type { ShownResults } from '#commands/show-results.ts';
import type { ShownReport } from '#feedback/build-report.ts';
import { sayTime } from '#feedback/say-time.ts';
import type { Said } from '#feedback/say-verdict.ts';
import type { CallRecord } from '#store/call-records.ts';
import { Across } from './across.tsx';
import { CallGrid } from './call-grid.tsx';
import { Follows, FollowUps } from './follow-ups.tsx';
import { LegDetails } from './leg-details.tsx';
import { GoalMeter, Holdout, Mix } from './outcome.tsx';
import { Page, type Theme } from './page.tsx';
import { Records, Registered } from './record.tsx';
import { toneOf, wordOf } from './tone.ts';

export interface ResultsProps {
  readonly theme: Theme;
  readonly who?: string;
  readonly path: string;
  readonly report: ShownResults;
  readonly records: readonly CallRecord[];
  readonly alone?: boolean;
}

export function ResultsPage(props: ResultsProps) {
  const { report, records, alone = false } = props;
  const { theme, path, who } = props;
  const { comparison } = report;
  const hasNumbers = !('refused' in comparison);
  return (
    <Page
      title={`${report.burst}: results`}
      theme={theme}
      path={path}
      alone={alone}
      {...(who === undefined ? {} : { who })}
    >
      <Answer report={report} />
      <CallGrid report={report} />
      <Follows report={report} />
      <TakenBack report={report} />
      <Beside report={report} alone={alone} />
      <div class="two">
        <GoalMeter report={report} />
        {hasNumbers ? <Mix report={report} comparison={comparison} /> : null}
      </div>
      {report.legs.map((leg) => (
        <LegDetails report={report} leg={leg} />
      ))}
      {hasNumbers ? <Across report={report} comparison={comparison} /> : null}
      <Holdout report={report} />
      <FollowUps report={report} />
      <Records records={records} report={report} />
      <Registered report={report} />
    </Page>
  );
}

function Answer({ report }: { report: ShownReport }) {
  const { answer, legs, burst, asOf, zone, finalRead } = report;
  const first = legs.find(({ verdict }) => answer.headline.includes(verdict.words.headline));
  const tone = first ? toneOf(first.verdict) : 'plain';
  const when = `${finalRead ? 'final read, ' : 'as of '}${sayTime(asOf, zone)} (${zone})`;
  return (
    <section class={`sheet answer ${tone}`} aria-labelledby="answer">
      <p class="over">{`${burst} · ${when}`}</p>
      <h1 id="answer">{answer.headline}</h1>
      {first ? <Sure words={first.verdict.words} /> : null}
      {legs.length > 1 ? (
        <ul class="lines">
          {legs.map(({ leg, verdict }) => (
            <li>
              <span class={`chip ${toneOf(verdict)}`}>{wordOf(verdict)}</span>
              {` ${leg}: ${bare(verdict.words.headline)}`}
            </li>
          ))}
        </ul>
      ) : null}
      {answer.across === null ? null : <p>{answer.across}</p>}
      {first ? <p class="soft">{first.verdict.words.next}</p> : null}
    </section>
  );
}

/** Whoever compares its clicks should know that it stands no longer. */
function TakenBack({ report }: { report: ShownResults }) {
  return (
    <>
      {report.takenBack.map(({ leg, at }) => (
        <p class="small">{`${leg}: the post was taken back ${sayTime(at, report.zone)}.`}</p>
      ))}
    </>
  );
}

/** Without what the chip before it says already. */
function bare(headline: string): string {
  const said = headline.replace(/^(?:Not comparable|No clear winner|No answer|Ahead so far): /, '');
  return said.charAt(0).toUpperCase() + said.slice(1);
}

/** What a reader should know beside the answer, and where the rest of it is. */
function Beside({ report, alone }: { report: ShownReport; alone: boolean }) {
  const { answer, burst, later } = report;
  return (
    <div>
      {answer.notes.map((note) => (
        <p class="soft small">{note}</p>
      ))}
      {later === undefined ? null : <Later report={report} later={later} />}
      {alone ? null : (
        <p class="small">
          <a href={`/console/bursts/${burst}/results.html`} download={`${burst}.html`}>
            This page as one file
          </a>
          {' · '}
          <a href={`/console/bursts/${burst}/export.json`} download={`${burst}.json`}>
            Everything it was computed from
          </a>
        </p>
      )}
    </div>
  );
}

function Sure({ words }: { words: Said }) {
  return (
    <>
      {words.why === '' ? null : <p>{words.why}</p>}
      <p>{words.sure}</p>
    </>
  );
}

function Later(props: { report: ShownReport; later: NonNullable<ShownReport['later']> }) {
  const { report, later } = props;
  const { metric, zone } = report;
  const late = later.legs
    .flatMap(({ calls }) => calls)
    .reduce(
      (sum, { lateClicks, lateConversions }) =>
        sum + (metric === 'click' ? lateClicks : lateConversions),
      0,
    );
  const lost = later.legs.filter(({ supported }) => !supported);
  return (
    <p class="soft small">
      {`Since then, as of ${sayTime(later.asOf, zone)}: ${late} late ${late === 1 ? 'answer' : 'answers'}, counted apart.`}
      {lost.length === 0
        ? ''
        : ` What is known today no longer supports the winner on ${lost.map(({ leg }) => leg).join(', ')}.`}
    </p>
  );
}

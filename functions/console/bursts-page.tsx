// Every burst in a line, with the way to its results.

import type { ListedBursts } from '#commands/list-bursts.ts';
import { stateOf } from '#domain/state-words.ts';
import { Page, type Theme } from './page.tsx';

export function BurstsPage(props: {
  theme: Theme;
  who: string;
  path: string;
  listed: ListedBursts;
}) {
  const { theme, who, path, listed } = props;
  const { bursts, next } = listed;
  return (
    <Page title="Bursts" theme={theme} who={who} path={path}>
      <h1>Bursts</h1>
      <div class="sheet">
        {bursts.length === 0 ? (
          <p>There are no bursts yet.</p>
        ) : (
          <table class="stack">
            <thead>
              <tr>
                <th scope="col">Burst</th>
                <th scope="col">State</th>
                <th scope="col">Moment</th>
                <th scope="col">Channels</th>
              </tr>
            </thead>
            <tbody>
              {bursts.map(({ burst, state, moment, legs, follows }) => (
                <tr>
                  <th scope="row">
                    <a href={`/console/bursts/${burst}`}>{burst}</a>
                    {follows === undefined ? null : (
                      <span class="soft small">{` follows ${follows}`}</span>
                    )}
                  </th>
                  <td>{stateOf(state)}</td>
                  <td>{moment?.text ?? 'not known yet'}</td>
                  <td>{[...new Set(legs.map(({ channel }) => channel))].join(', ')}</td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </div>
      {next === undefined ? null : (
        <p>
          <a href={`/console?after=${next}`}>More bursts</a>
        </p>
      )}
    </Page>
  );
}

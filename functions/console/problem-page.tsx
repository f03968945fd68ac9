// What a page says when there is nothing to show.

import { Page, type Theme } from './page.tsx';

export function ProblemPage({ theme, text }: { theme: Theme; text: string }) {
  return (
    <Page title="Not shown" theme={theme} path="/console">
      <div class="sheet">
        <h1>Not shown</h1>
        <p>{text}</p>
        <p>
          <a href="/console">All bursts</a>
        </p>
      </div>
    </Page>
  );
}

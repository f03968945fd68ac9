// The way in: a token of the API, kept by the browser where no script can read it.

import { Page, type Theme } from './page.tsx';

export function SignInPage(props: { theme: Theme; path: string; problem?: string }) {
  const { theme, path, problem } = props;
  return (
    <Page title="Sign in" theme={theme} path="/console">
      <div class="sheet">
        <h1>Sign in</h1>
        <p>
          With a token of the API, of scope viewer or more. <code>npx volley token</code> makes one;
          on this machine the runtime's own stands in <code>.volley/runtime.json</code>.
        </p>
        {problem === undefined ? null : (
          <p class="error" role="alert">
            {problem}
          </p>
        )}
        <form method="post" action="/console/sign-in">
          <input type="hidden" name="back" value={path} />
          <div class="field">
            <label for="token">Token</label>
            <input
              type="password"
              id="token"
              name="token"
              autocomplete="current-password"
              required
              maxlength={200}
              aria-invalid={problem === undefined ? 'false' : 'true'}
            />
          </div>
          <button type="submit" class="main">
            Sign in
          </button>
        </form>
      </div>
    </Page>
  );
}

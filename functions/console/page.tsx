// The frame of every page: head, the bar on top, and the theme that was chosen.

import { html, raw } from 'hono/html';
import type { Child } from 'hono/jsx';
import { style } from './style.ts';

export type Theme = 'light' | 'dark' | 'auto';

export interface PageProps {
  readonly title: string;
  readonly theme: Theme;
  /** Who is signed in; absent: nobody. */
  readonly who?: string;
  /** Where the reader comes back to after choosing a theme. */
  readonly path: string;
  /** One file that needs nothing else: style inside, no way to sign out. */
  readonly alone?: boolean;
  readonly children: Child;
}

const STYLE_PATH = '/console/style.css';

export function Page(props: PageProps) {
  const { title, theme, alone = false, children } = props;
  const chosen = theme === 'auto' ? {} : { 'data-theme': theme };
  return (
    <>
      {html`<!doctype html>`}
      <html lang="en" {...chosen}>
        <head>
          <meta charset="utf-8" />
          <meta name="viewport" content="width=device-width, initial-scale=1" />
          <meta name="color-scheme" content="light dark" />
          <title>{`${title} · Volley`}</title>
          {alone ? <style>{raw(style)}</style> : <link rel="stylesheet" href={STYLE_PATH} />}
        </head>
        <body>
          <a class="skip" href="#main">
            To the content
          </a>
          <header class="top">
            {alone ? (
              <span class="name">Volley</span>
            ) : (
              <a class="name" href="/console">
                Volley
              </a>
            )}
            <span class="room" />
            {alone ? <ThemeByStyle /> : <ThemeByForm {...props} />}
            {props.who === undefined ? null : <SignOut who={props.who} />}
          </header>
          <main id="main">{children}</main>
        </body>
      </html>
    </>
  );
}

const THEMES = ['auto', 'light', 'dark'] as const;
const THEME_WORDS = { auto: 'As the system', light: 'Light', dark: 'Dark' } as const;

function ThemeByForm({ theme, path }: PageProps) {
  return (
    <form method="post" action="/console/theme" class="themes" aria-label="Theme">
      <input type="hidden" name="back" value={path} />
      {THEMES.map((one) => (
        <button
          type="submit"
          name="theme"
          value={one}
          aria-pressed={theme === one ? 'true' : 'false'}
        >
          {THEME_WORDS[one]}
        </button>
      ))}
    </form>
  );
}

/** Without a server and without script: the style sheet looks at which one is checked. */
function ThemeByStyle() {
  return (
    <fieldset class="themes">
      <legend>Theme</legend>
      {THEMES.map((one) => (
        <label for={`theme-${one}`}>
          <input type="radio" name="theme" id={`theme-${one}`} checked={one === 'auto'} />
          {THEME_WORDS[one]}
        </label>
      ))}
    </fieldset>
  );
}

function SignOut({ who }: { who: string }) {
  return (
    <form method="post" action="/console/sign-out">
      <span class="who">{`signed in as ${who}`}</span>
      <button type="submit">Sign out</button>
    </form>
  );
}

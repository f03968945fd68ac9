// The console: pages in front of the same commands as the API, signed in by a token of the API.

import { type Context, Hono } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';
import { authenticate } from '#api/authenticate.ts';
import { type CommandContext, type ReadContext, requireScope } from '#commands/context.ts';
import { exportResults } from '#commands/export-results.ts';
import { listBursts } from '#commands/list-bursts.ts';
import { showCallRecords } from '#commands/show-call-records.ts';
import { showResults } from '#commands/show-results.ts';
import { Refusal } from '#domain/faults.ts';
import type { Log } from '#domain/ports.ts';
import type { CallRecord } from '#store/call-records.ts';
import { BurstsPage } from './bursts-page.tsx';
import type { Theme } from './page.tsx';
import { ProblemPage } from './problem-page.tsx';
import { ResultsPage } from './results-page.tsx';
import { SignInPage } from './sign-in-page.tsx';
import { style } from './style.ts';

type LookContext = ReadContext & Pick<CommandContext, 'buildReport'>;

/** No privilege that the API has not, and none but to look. */
export interface ConsolePorts extends Omit<LookContext, 'principal'> {
  readonly secrets: Pick<CommandContext['secrets'], 'get'>;
  readonly log: Log;
}

const TOKEN = 'volley_token';
const THEME = 'volley_theme';
/** A working day: then the token is asked for again. */
const SIGNED_IN_SECONDS = 12 * 3_600;
const THEME_SECONDS = 365 * 86_400;

/** Nothing of the page may be loaded from elsewhere, and nothing of it is script. */
const POLICY =
  "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
/** The same for a page in one file, whose style stands inside. */
const FILE_POLICY = POLICY.replace("style-src 'self'", "style-src 'unsafe-inline'");

export function createConsole(ports: ConsolePorts): Hono {
  const app = new Hono();
  app.use(async (http, next) => {
    await next();
    http.header('cache-control', http.res.headers.get('cache-control') ?? 'no-store');
    http.header(
      'content-security-policy',
      http.res.headers.get('content-security-policy') ?? POLICY,
    );
    http.header('x-content-type-options', 'nosniff');
    http.header('referrer-policy', 'no-referrer');
    http.header('cross-origin-opener-policy', 'same-origin');
  });
  app.get('/', (http) => http.redirect('/console', 302));
  app.get('/console/style.css', (http) =>
    http.body(style, 200, {
      'content-type': 'text/css; charset=utf-8',
      'cache-control': 'private, max-age=300',
    }),
  );
  app.post('/console/sign-in', (http) => signIn(http, ports));
  app.post('/console/sign-out', (http) => signOut(http));
  app.post('/console/theme', (http) => chooseTheme(http));
  app.get('/console', (http) => signedIn(http, ports, showBursts));
  app.get('/console/', (http) => http.redirect('/console', 302));
  app.get('/console/bursts/:burst', (http) => signedIn(http, ports, showBurst));
  app.get('/console/bursts/:burst/results.html', (http) => signedIn(http, ports, showFile));
  app.get('/console/bursts/:burst/export.json', (http) => signedIn(http, ports, showExport));
  app.notFound((http) =>
    problem(http, ports, new Refusal('page_unknown', 'there is no such page')),
  );
  app.onError((error, http) => problem(http, ports, error));
  return app;
}

type Show = (http: Context, context: LookContext, theme: Theme) => Promise<Response>;

/** Without a token that somebody has, the page is the way in and shows nothing else. */
async function signedIn(http: Context, ports: ConsolePorts, show: Show): Promise<Response> {
  const theme = themeOf(http);
  const given = http.req.header('authorization');
  const token = getCookie(http, TOKEN);
  const credentials = given ?? (token === undefined ? undefined : `Bearer ${token}`);
  try {
    const principal = await authenticate(
      ports.table,
      ports.secrets,
      credentials,
      ports.clock.now(),
    );
    const context = { ...ports, principal };
    requireScope(context, 'viewer');
    return await show(http, context, theme);
  } catch (error) {
    const isOut = error instanceof Refusal && error.code === 'unauthenticated';
    if (!isOut) throw error;
    const text = token === undefined ? {} : { problem: 'Nobody has this token any more.' };
    return http.html(<SignInPage theme={theme} path={pathOf(http)} {...text} />, 401);
  }
}

const showBursts: Show = async (http, context, theme) => {
  const after = http.req.query('after');
  const listed = await listBursts(context, {
    limit: 50,
    ...(after === undefined ? {} : { after }),
  });
  const { name } = context.principal;
  return http.html(<BurstsPage theme={theme} who={name} path={pathOf(http)} listed={listed} />);
};

const showBurst: Show = async (http, context, theme) => {
  const props = { ...(await resultsOf(http, context)), theme, path: pathOf(http) };
  return http.html(<ResultsPage {...props} who={context.principal.name} />);
};

const showFile: Show = async (http, context) => {
  const props = await resultsOf(http, context);
  http.header('content-security-policy', FILE_POLICY);
  return http.html(<ResultsPage {...props} theme="auto" path="" alone />);
};

const showExport: Show = async (http, context) =>
  http.json(await exportResults(context, { burst: burstOf(http) }));

async function resultsOf(http: Context, context: LookContext) {
  const burst = burstOf(http);
  const report = await showResults(context, { burst });
  return { report, records: await recordsOf(context, report.campaign) };
}

async function recordsOf(context: LookContext, campaign: string) {
  const records: CallRecord[] = [];
  for (let after: string | undefined; ; ) {
    const page = await showCallRecords(context, { campaign, limit: 200, after });
    records.push(...page.records);
    if (page.next === undefined) return records;
    after = page.next;
  }
}

/** A form of another site may neither sign anybody in nor out. */
function checkSameSite(http: Context): void {
  const site = http.req.header('sec-fetch-site') ?? 'same-origin';
  if (site === 'same-origin' || site === 'none') return;
  throw new Refusal('forbidden', 'this form was sent from another site');
}

async function signIn(http: Context, ports: ConsolePorts): Promise<Response> {
  checkSameSite(http);
  const form = await http.req.parseBody();
  const token = String(form.token ?? '').trim();
  const back = backOf(form.back);
  try {
    const principal = await authenticate(
      ports.table,
      ports.secrets,
      `Bearer ${token}`,
      ports.clock.now(),
    );
    requireScope({ ...ports, principal }, 'viewer');
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const text =
      error.code === 'forbidden'
        ? 'This token has no scope that may look at results.'
        : 'Nobody has this token.';
    return http.html(<SignInPage theme={themeOf(http)} path={back} problem={text} />, 401);
  }
  setCookie(http, TOKEN, token, { ...KEPT, maxAge: SIGNED_IN_SECONDS });
  return http.redirect(back, 303);
}

const KEPT = { httpOnly: true, secure: true, sameSite: 'Strict', path: '/console' } as const;

function signOut(http: Context): Response {
  checkSameSite(http);
  setCookie(http, TOKEN, '', { ...KEPT, maxAge: 0 });
  return http.redirect('/console', 303);
}

async function chooseTheme(http: Context): Promise<Response> {
  checkSameSite(http);
  const form = await http.req.parseBody();
  const chosen = form.theme === 'light' || form.theme === 'dark' ? form.theme : 'auto';
  setCookie(http, THEME, chosen, { ...KEPT, maxAge: THEME_SECONDS });
  return http.redirect(backOf(form.back), 303);
}

function themeOf(http: Context): Theme {
  const chosen = getCookie(http, THEME);
  return chosen === 'light' || chosen === 'dark' ? chosen : 'auto';
}

/** Only pages of the console itself: nothing sends a reader elsewhere. */
function backOf(given: unknown): string {
  const back = String(given ?? '');
  return /^\/console(?:[/?][\w\-./?=&]*)?$/.test(back) && !back.includes('//') ? back : '/console';
}

function pathOf(http: Context): string {
  const { pathname, search } = new URL(http.req.url);
  return backOf(`${pathname}${search}`);
}

function burstOf(http: Context): string {
  return http.req.param('burst') ?? '';
}

function problem(http: Context, ports: ConsolePorts, error: unknown): Response | Promise<Response> {
  const theme = themeOf(http);
  if (error instanceof Refusal) {
    const status = STATUS[error.code] ?? 422;
    return http.html(<ProblemPage theme={theme} text={error.message} />, status);
  }
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unexpected';
  const burst = burstOf(http);
  ports.log.error('console_failed', { code, ...(burst === '' ? {} : { burst }) });
  return http.html(
    <ProblemPage theme={theme} text="Something went wrong on our side; try again." />,
    500,
  );
}

const STATUS: { readonly [code: string]: 403 | 404 } = {
  forbidden: 403,
  burst_unknown: 404,
  page_unknown: 404,
};

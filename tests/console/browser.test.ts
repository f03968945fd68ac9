import axe from 'axe-core';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BURST, measureAt, T } from '../feedback/feedback-world.ts';
import { openBrowser } from './a-browser.ts';
import { aConsole } from './a-console.ts';
import { anEarlierBurst, anExample, DAY } from './an-example.ts';
import { type ServedConsole, serveConsole } from './serve-console.ts';

const PATIENT_MS = 60_000;
const opened = `/console/bursts/${BURST}`;

let browser: Browser;
let served: ServedConsole;
let token: string;

beforeAll(async () => {
  const example = await anExample();
  await anEarlierBurst(example);
  await measureAt(example, T + 7 * DAY);
  const one = aConsole({ table: example.world.table, now: () => T + 7 * DAY });
  token = await one.token('nora', 'viewer');
  served = await serveConsole(one.app);
  browser = await openBrowser();
}, PATIENT_MS);

afterAll(async () => {
  await browser?.close();
  await served?.close();
}, PATIENT_MS);

interface Look {
  readonly width?: number;
  readonly colorScheme?: 'light' | 'dark';
}

async function withPage<T>(
  { width = 1_280, colorScheme = 'light' }: Look,
  use: (page: Page, context: BrowserContext) => Promise<T>,
): Promise<T> {
  const viewport = { width, height: 900 };
  // axe is given to the page from outside, past its policy; the page itself has no script.
  const context = await browser.newContext({ viewport, colorScheme, bypassCSP: true });
  context.setDefaultTimeout(PATIENT_MS);
  try {
    return await use(await context.newPage(), context);
  } finally {
    await context.close();
  }
}

async function signIn(page: Page, path = opened): Promise<void> {
  await page.goto(`${served.url}${path}`);
  await page.getByLabel('Token').fill(token);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1 }).filter({ hasNotText: 'Sign in' }).waitFor();
}

interface Found {
  readonly violations: readonly {
    readonly id: string;
    readonly nodes: readonly { html: string }[];
  }[];
}

async function violationsOf(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const { violations } = (await page.evaluate(
    'axe.run({ runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] })',
  )) as Found;
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`);
}

/** Pixels by which the page is wider than the screen. */
function overflowOf(page: Page): Promise<number> {
  return page.evaluate('document.documentElement.scrollWidth - innerWidth') as Promise<number>;
}

describe.each(['light', 'dark'] as const)('in the %s theme', (colorScheme) => {
  test.each([320, 820, 1_600])(
    'the results are accessible and fit at %i pixels',
    async (width) => {
      await withPage({ width, colorScheme }, async (page) => {
        await signIn(page);
        expect(await page.getByRole('heading', { level: 1 }).textContent()).toContain(
          'worked best',
        );
        expect(await violationsOf(page)).toEqual([]);
        expect(await overflowOf(page)).toBeLessThanOrEqual(0);
      });
    },
    PATIENT_MS,
  );
});

test(
  'a page that is not accessible is found out',
  async () => {
    await withPage({}, async (page) => {
      await signIn(page);
      await page.evaluate(
        `document.querySelector('main').insertAdjacentHTML('beforeend', '<img src="data:,"><p style="color:#ccc;background:#fff">pale</p>')`,
      );
      expect((await violationsOf(page)).join()).toMatch(
        /image-alt.*color-contrast|color-contrast.*image-alt/s,
      );
    });
  },
  PATIENT_MS,
);

test(
  'the way in and the list are accessible; the list leads to the results by keyboard alone',
  async () => {
    await withPage({}, async (page) => {
      await page.goto(`${served.url}/console`);
      expect(await violationsOf(page)).toEqual([]);
      await signIn(page, '/console');
      expect(await violationsOf(page)).toEqual([]);
      await page.keyboard.press('Tab');
      expect(await page.evaluate('document.activeElement.textContent.trim()')).toBe(
        'To the content',
      );
      const link = page.getByRole('link', { name: BURST });
      await link.focus();
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { level: 1, name: /worked best/ }).waitFor();
    });
  },
  PATIENT_MS,
);

test(
  'without script the page is whole: sign in, choose a theme, sign out',
  async () => {
    const context = await browser.newContext({ javaScriptEnabled: false });
    context.setDefaultTimeout(PATIENT_MS);
    try {
      const page = await context.newPage();
      await signIn(page);
      await page.getByRole('button', { name: 'Dark' }).click();
      await page.locator('html[data-theme="dark"]').waitFor();
      const cookies = await context.cookies();
      const kept = cookies.find(({ name }) => name === 'volley_token');
      expect(kept).toMatchObject({ httpOnly: true, secure: true, sameSite: 'Strict' });
      await page.getByRole('button', { name: 'Sign out' }).click();
      await page.getByLabel('Token').waitFor();
      await page.goto(`${served.url}${opened}`);
      expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('Sign in');
    } finally {
      await context.close();
    }
  },
  PATIENT_MS,
);

test(
  'the page in one file asks for nothing and changes its theme by itself',
  async () => {
    await withPage({}, async (page) => {
      const answer = await fetch(`${served.url}${opened}/results.html`, {
        headers: { authorization: `Bearer ${token}` },
      });
      const asked: string[] = [];
      page.on('request', (request) => asked.push(request.url()));
      await page.setContent(await answer.text());
      const ground = () => page.evaluate('getComputedStyle(document.body).backgroundColor');
      const light = await ground();
      await page.getByLabel('Dark').check();
      expect(await ground()).not.toBe(light);
      expect(asked).toEqual([]);
      expect(await violationsOf(page)).toEqual([]);
    });
  },
  PATIENT_MS,
);

test(
  'where the machine has no browser, the one from npm shows the same',
  async () => {
    const other = await openBrowser('npm');
    try {
      const page = await other.newPage();
      page.setDefaultTimeout(PATIENT_MS);
      await signIn(page);
      expect(await page.getByRole('heading', { level: 1 }).textContent()).toContain('worked best');
    } finally {
      await other.close();
    }
  },
  PATIENT_MS,
);

// npm run screenshots: the results page of the example campaign, both themes, three widths.

import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import type { createConsole as CreateConsole } from '#console/create-app.tsx';
import { buildReport } from '#feedback/build-report.ts';
import { loadBurst } from '#store/bursts.ts';
import { savePrincipal } from '#store/principals.ts';
import { BURST, measureAt, T } from '../feedback/feedback-world.ts';
import { openBrowser } from './a-browser.ts';
import { anEarlierBurst, anExample, DAY } from './an-example.ts';
import { serveConsole } from './serve-console.ts';

const root = join(import.meta.dirname, '..', '..');
const TOKEN = 'a-token-for-the-screenshots';
const WIDTHS = { phone: 390, tablet: 820, wide: 1_360 } as const;

async function main(): Promise<void> {
  const target = process.argv[2] ?? join(root, 'docs', 'images');
  await mkdir(target, { recursive: true });
  const folder = await mkdtemp(join(tmpdir(), 'volley-pages-'));
  const console_ = await consoleOver(folder);
  const browser = await openBrowser();
  try {
    for (const theme of ['light', 'dark'] as const) {
      for (const [name, width] of Object.entries(WIDTHS)) {
        const viewport = { width, height: name === 'phone' ? 844 : 900 };
        const context = await browser.newContext({ viewport, colorScheme: theme });
        const page = await context.newPage();
        await page.goto(`${console_.url}/console/bursts/${BURST}`);
        await page.getByLabel('Token').fill(TOKEN);
        await page.getByRole('button', { name: 'Sign in' }).click();
        await page.getByRole('heading', { level: 1 }).waitFor();
        const path = join(target, `results-${theme}-${name}.png`);
        await page.screenshot({ path, fullPage: process.argv.includes('--full') });
        await context.close();
        console.log(path);
      }
    }
  } finally {
    await browser.close();
    await console_.close();
    await rm(folder, { recursive: true });
  }
}

/** Node runs no JSX: the pages are bundled as they are for their function. */
async function consoleOver(folder: string) {
  const outfile = join(folder, 'console.mjs');
  await build({
    entryPoints: [join(root, 'functions', 'console', 'create-app.tsx')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    mainFields: ['module', 'main'],
    absWorkingDir: root,
    logLevel: 'error',
  });
  const { createConsole } = (await import(pathToFileURL(outfile).href)) as {
    createConsole: typeof CreateConsole;
  };
  const example = await anExample();
  await anEarlierBurst(example);
  await measureAt(example, T + DAY);
  await measureAt(example, T + 7 * DAY);
  const { table, logged } = example.world;
  await savePrincipal(table, TOKEN, { name: 'nora', scopes: ['viewer'] });
  const note = (event: string) => void logged.push({ level: 'info', event });
  return serveConsole(
    createConsole({
      table,
      clock: { now: () => T + 7 * DAY + 3_600_000 },
      secrets: { get: async () => '' },
      log: { info: note, warn: note, error: note },
      buildReport: async () => {
        const burst = await loadBurst(table, BURST);
        if (!burst) throw new Error('the example is not there');
        return buildReport(table, burst, T + 7 * DAY + 3_600_000);
      },
    }),
  );
}

await main();

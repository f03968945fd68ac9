// A real browser for the tests: the machine's own, else the one that comes from npm.

import { existsSync } from 'node:fs';
import sparticuz from '@sparticuz/chromium';
import { type Browser, chromium } from 'playwright-core';

const OWN = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** `CHROMIUM` names one; nothing is ever downloaded. */
export function ownBrowser(): string | undefined {
  return [process.env.CHROMIUM, ...OWN].find((path) => path !== undefined && existsSync(path));
}

export async function openBrowser(which: 'any' | 'npm' = 'any'): Promise<Browser> {
  const own = which === 'any' ? ownBrowser() : undefined;
  if (own !== undefined) {
    return chromium.launch({ executablePath: own, args: ['--no-sandbox', '--disable-gpu'] });
  }
  return chromium.launch({
    executablePath: await sparticuz.executablePath(),
    args: sparticuz.args,
  });
}

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder of the test's own, and the way to remove it. */
export function temporaryFolder(): {
  path: string;
  remove: () => void;
  removeFile: (name: string) => void;
} {
  const path = mkdtempSync(join(tmpdir(), 'volley-test-'));
  return {
    path,
    remove: () => rmSync(path, { recursive: true, force: true }),
    removeFile: (name) => rmSync(join(path, name), { force: true }),
  };
}

/** Looks again and again until `look` finds something; fails after `withinMs`. */
export async function until<T>(
  look: () => T | undefined | Promise<T | undefined>,
  withinMs = 10_000,
): Promise<T> {
  const end = Date.now() + withinMs;
  while (Date.now() < end) {
    const found = await look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`nothing came within ${withinMs} ms`);
}

/** What an AWS SDK client needs to talk to a stand-in. */
export function clientFor(endpoint: string) {
  return {
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  };
}

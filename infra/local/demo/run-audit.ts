// Asks `volley audit` about a burst, in a process of its own, as an operator would.

import { execFile } from 'node:child_process';
import { join } from 'node:path';

export interface Audited {
  readonly burst: string;
  readonly recipients: number;
  readonly accepted: number;
  readonly refused: number;
  readonly inDoubt: number;
  readonly suppressed: number;
  readonly unaccounted: number;
  readonly duplicates: number;
  readonly posts: number;
  /** By the provider's clock, whole milliseconds. */
  readonly firstAt: { readonly [channel: string]: number };
  readonly differences: readonly string[];
}

const script = join(import.meta.dirname, '..', '..', '..', 'cli', 'main.ts');

export function runAudit(burst: string, data: string): Promise<Audited> {
  const args = [script, 'audit', burst, '--json', '--data', data];
  const { VOLLEY_URL: _url, VOLLEY_TOKEN: _token, ...env } = process.env;
  return new Promise((resolve, reject) => {
    const options = { env, maxBuffer: 64 * 1024 * 1024 };
    execFile(process.execPath, args, options, (error, stdout, stderr) => {
      try {
        const { bursts } = JSON.parse(stdout) as { bursts: Audited[] };
        const [audited] = bursts;
        if (!audited) throw new Error('no burst in the answer');
        resolve(audited);
      } catch (cause) {
        reject(new Error(`the audit failed: ${stderr || error?.message}`, { cause }));
      }
    });
  });
}

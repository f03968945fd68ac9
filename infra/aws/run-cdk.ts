// The CDK's own command line, with this terminal.

import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { checkout } from './context.ts';

export function runCdk(words: readonly string[]): Promise<void> {
  const child = spawn(join(checkout, 'node_modules', '.bin', 'cdk'), [...words], {
    cwd: checkout,
    stdio: 'inherit',
    env: { ...process.env, CDK_DISABLE_VERSION_CHECK: '1' },
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`cdk ${words[0]} ended with ${code}: what it said stands above`));
    });
  });
}

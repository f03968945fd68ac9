import { renameSync, writeFileSync } from 'node:fs';

/** Replaces a file in one step: after a kill the old text is there or the new one, never half. */
export function writeWhole(path: string, text: string): void {
  const next = `${path}.next`;
  writeFileSync(next, text, { mode: 0o600, flush: true });
  renameSync(next, path);
}

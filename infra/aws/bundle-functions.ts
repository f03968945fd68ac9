// Makes each function the one file that is uploaded, by the options the local runtime uses.

import { join } from 'node:path';
import { build } from 'esbuild';
import { bundling, functions } from '#infra/definition.ts';

/** Where package.json stands. */
const checkout = join(import.meta.dirname, '..', '..');

/** What the handler is called inside Lambda: the file's name and its export. */
export const HANDLER = 'index.handler';

/** @returns a folder by function name, holding nothing but `index.mjs` */
export async function bundleFunctions(
  folder: string = join(checkout, '.build', 'aws'),
): Promise<ReadonlyMap<string, string>> {
  await build({
    entryPoints: functions.map(({ name, entry }) => ({
      in: join(checkout, entry),
      out: join(name, 'index'),
    })),
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    format: bundling.format,
    target: bundling.target,
    minify: bundling.minify,
    mainFields: [...bundling.mainFields],
    alias: { ...bundling.alias },
    absWorkingDir: checkout,
    banner: { js: bundling.banner },
    logLevel: 'error',
  });
  return new Map(functions.map(({ name }) => [name, join(folder, name)]));
}

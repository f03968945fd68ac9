// Makes each function the one file that would be uploaded, by the options CDK uses.

import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import { bundling, type FunctionDefinition } from '#infra/definition.ts';

/**
 * @returns the bundle's path by function name; a function whose entry is not there is left out
 * A file is replaced in one step and only when it changed, so that runtimes started side by side
 * never load half a bundle.
 */
export async function bundle(
  root: string,
  functions: readonly FunctionDefinition[],
): Promise<Map<string, string>> {
  const present = functions.filter(({ entry }) => existsSync(join(root, entry)));
  const built = await build({
    entryPoints: Object.fromEntries(present.map(({ name, entry }) => [name, join(root, entry)])),
    outdir: join(root, '.build'),
    outExtension: { '.js': '.mjs' },
    bundle: true,
    write: false,
    platform: 'node',
    format: bundling.format,
    target: bundling.target,
    minify: bundling.minify,
    mainFields: [...bundling.mainFields],
    alias: { ...bundling.alias },
    absWorkingDir: root,
    banner: { js: bundling.banner },
    logLevel: 'error',
  });
  const paths = new Map<string, string>();
  for (const { path, contents } of built.outputFiles) {
    replace(path, contents);
    const name = present.find((one) => path.endsWith(`/${one.name}.mjs`))?.name;
    if (name) paths.set(name, path);
  }
  return paths;
}

function replace(path: string, contents: Uint8Array): void {
  mkdirSync(dirname(path), { recursive: true });
  if (existsSync(path) && readFileSync(path).equals(contents)) return;
  const next = `${path}.${process.pid}`;
  writeFileSync(next, contents);
  renameSync(next, path);
}

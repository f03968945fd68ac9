import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { expect, test } from 'vitest';
import { bundling } from '#infra/definition.ts';

const KILOBYTE = 1024;

test('the API is at most 250 KB, compressed, as it is uploaded', async () => {
  const { outputFiles } = await build({
    entryPoints: [join(import.meta.dirname, '..', '..', 'functions', 'api.ts')],
    bundle: true,
    write: false,
    platform: 'node',
    format: bundling.format,
    target: bundling.target,
    minify: bundling.minify,
    mainFields: [...bundling.mainFields],
    alias: { ...bundling.alias },
    absWorkingDir: join(import.meta.dirname, '..', '..'),
    banner: { js: bundling.banner },
    logLevel: 'error',
  });
  const bytes = gzipSync(outputFiles[0]?.contents ?? '', { level: 9 }).length;
  expect(bytes).toBeLessThanOrEqual(250 * KILOBYTE);
});

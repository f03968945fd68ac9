import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { expect, test } from 'vitest';
import { bundling } from '#infra/definition.ts';

const KILOBYTE = 1024;
const FUNCTION_KB_MAX = 20;

async function bundle(contents: string) {
  const top = fileURLToPath(new URL('../..', import.meta.url));
  const result = await build({
    stdin: { contents, resolveDir: `${top}/tests/public`, loader: 'ts' },
    bundle: true,
    platform: 'node',
    write: false,
    metafile: true,
    format: bundling.format,
    target: bundling.target,
    minify: bundling.minify,
    mainFields: [...bundling.mainFields],
    banner: { js: bundling.banner },
    logLevel: 'silent',
  });
  const bytes = result.outputFiles[0]?.contents.length ?? 0;
  return { kilobytes: bytes / KILOBYTE, inputs: Object.keys(result.metafile.inputs) };
}

test.each(['click', 'convert', 'unsubscribe'])(
  `the bundle of %s holds no SDK and no schema library, at most ${FUNCTION_KB_MAX} KB`,
  async (name) => {
    const { kilobytes, inputs } = await bundle(`export * from '../../functions/${name}.ts'`);
    expect(kilobytes).toBeLessThanOrEqual(FUNCTION_KB_MAX);
    expect(inputs.filter((input) => input.includes('node_modules'))).toEqual([]);
  },
);

test('the guard sees a schema library and a bundle that is too big', async () => {
  const { kilobytes, inputs } = await bundle("export * from '../../functions/domain/plan.ts'");
  expect(inputs.filter((input) => input.includes('node_modules'))).not.toEqual([]);
  expect(kilobytes).toBeGreaterThan(FUNCTION_KB_MAX);
});

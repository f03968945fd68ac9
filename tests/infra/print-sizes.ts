// npm run sizes: each function as it is uploaded; fails when one is above its limit.

import { bundleFunctions } from '#infra/aws/bundle-functions.ts';
import { sizesOf } from './sizes.ts';

const sizes = sizesOf(await bundleFunctions());
for (const { name, minifiedKb, gzipKb } of sizes) {
  console.log(
    `${name.padEnd(12)} ${minifiedKb.toFixed(1).padStart(7)} KB minified ${gzipKb.toFixed(1).padStart(7)} KB gzip`,
  );
}
for (const { problem } of sizes) if (problem) console.error(problem);
console.log(JSON.stringify({ functions: sizes }));
process.exitCode = sizes.some(({ problem }) => problem) ? 1 : 0;

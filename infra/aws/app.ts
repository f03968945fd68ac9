// What cdk.json names: `cdk` starts it, reads the assembly it writes, and deploys that.

import { buildApp } from './build-app.ts';
import { bundleFunctions } from './bundle-functions.ts';
import { contextOfCdk, contextOfFile, settingsOrRefusal } from './context.ts';

try {
  const context = contextOfCdk(process.env) ?? contextOfFile(process.argv.slice(2));
  const settings = settingsOrRefusal(context);
  buildApp({ settings, bundles: await bundleFunctions() }).app.synth();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

// One CDK app: a stage's stack with the checks that must pass before anything leaves the machine.

import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import { acknowledge } from './acknowledgements.ts';
import type { Settings } from './settings.ts';
import { VolleyStack } from './volley-stack.ts';

export interface BuildApp {
  readonly settings: Settings;
  /** A folder by function name. */
  readonly bundles: ReadonlyMap<string, string>;
  /** Where the assembly is written; absent: where the CDK's command line wants it, else cdk.out. */
  readonly outdir?: string;
}

export interface BuiltApp {
  readonly app: App;
  readonly stack: VolleyStack;
}

/** @returns an app that fails to synthesize while a finding is not acknowledged */
export function buildApp({ settings, bundles, outdir }: BuildApp): BuiltApp {
  const app = new App({ ...(outdir && { outdir }), analyticsReporting: false });
  const stack = new VolleyStack(app, settings, bundles);
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new ServerlessChecks(app));
  acknowledge(stack, settings.stage);
  return { app, stack };
}

// CDK context as it comes: from the command line of the CDK, or from cdk.json and `-c name=value`.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readSettings, type Settings } from './settings.ts';

type Context = { readonly [name: string]: unknown };

/** Where package.json and cdk.json stand. */
export const checkout = join(import.meta.dirname, '..', '..');

/** What `cdk` hands over; undefined when it did not start us. */
export function contextOfCdk(environment: NodeJS.ProcessEnv): Context | undefined {
  const text = environment.CDK_CONTEXT_JSON;
  return text === undefined ? undefined : (JSON.parse(text) as Context);
}

/** @param words such as `-c stage=prod -c budgetUsd=80` */
export function contextOfFile(words: readonly string[]): Context {
  const file = JSON.parse(readFileSync(join(checkout, 'cdk.json'), 'utf8')) as {
    readonly context?: Context;
  };
  return { ...file.context, ...givenBy(words) };
}

function givenBy(words: readonly string[]): Context {
  const given: Record<string, string> = {};
  words.forEach((word, index) => {
    const [, name, value] = /^([^=]+)=(.*)$/.exec(word) ?? [];
    const before = words[index - 1];
    if (name && value !== undefined && (before === '-c' || before === '--context')) {
      given[name] = value;
    }
  });
  return given;
}

/** Throws with every problem, a line each: nothing has been created. */
export function settingsOrRefusal(context: Context): Settings {
  const read = readSettings(context);
  if (read.kind === 'settings') return read.settings;
  throw new Error(`Nothing was created:\n${read.problems.map((one) => `  - ${one}`).join('\n')}`);
}

// What `npm start -- ...` understands.

import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { BASE_PORT } from './data-folder.ts';

export interface StartArguments {
  readonly help: boolean;
  readonly data: string;
  readonly basePort: number;
  /** Without the example. */
  readonly empty: boolean;
  /** Ends when the example has ended. */
  readonly once: boolean;
  readonly json: boolean;
  readonly again: boolean;
  readonly leadMs: number;
  readonly pace: number;
  readonly perSecond: number;
}

export const HELP = `npm start -- [options]

  --empty        the runtime alone, without the example
  --once         end when the example has ended, in a fresh folder
  --json         one JSON line on standard output, everything else beside it
  --again        begin the example anew where an earlier run is over
  --data DIR     where everything is kept (.volley)
  --port N       first of a row of ten ports (${BASE_PORT}); free ones where some are taken
  --in SECONDS   how far ahead the example's moment is (20)
  --pace X       how long the simulated readers take: 1 about a minute, 0.1 a tenth of it
  --rate N       emails a second that the local SES grants (200)`;

/** Throws an Error with a sentence for a person. */
export function startArguments(args: readonly string[]): StartArguments {
  const { values } = parseArgs({
    args: [...args],
    options: {
      help: { type: 'boolean', default: false },
      empty: { type: 'boolean', default: false },
      once: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      again: { type: 'boolean', default: false },
      data: { type: 'string' },
      port: { type: 'string' },
      in: { type: 'string', default: '20' },
      pace: { type: 'string', default: '1' },
      rate: { type: 'string', default: '200' },
    },
  });
  const { help, empty, once, json, again } = values;
  if (empty && once) throw new Error('--empty has nothing that could end: leave --once out');
  return {
    help,
    empty,
    once,
    json,
    again,
    data: dataFolder(values.data, once),
    // Runs that end by themselves may stand side by side.
    basePort: portOf(values.port, once ? 0 : BASE_PORT),
    leadMs: number('--in', values.in, 4, 3_600) * 1_000,
    pace: number('--pace', values.pace, 0.01, 100),
    perSecond: number('--rate', values.rate, 1, 100_000),
  };
}

function dataFolder(given: string | undefined, once: boolean): string {
  if (given !== undefined) return resolve(given);
  return once ? mkdtempSync(join(tmpdir(), 'volley-')) : resolve('.volley');
}

function portOf(given: string | undefined, usual: number): number {
  return given === undefined ? usual : number('--port', given, 0, 65_525);
}

function number(name: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (text.trim() !== '' && value >= least && value <= most) return value;
  throw new Error(`${name} ${text}: a number from ${least} to ${most}`);
}

// What the three example days share: a runtime, people on lists, and readers who follow links.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { temporaryFolder, until } from '../local/temporary-folder.ts';
import { anOperator, type Operator, type Over, type Said } from './operator.ts';

const examples = join(import.meta.dirname, '..', '..', 'examples');

export interface Day {
  readonly operator: Operator;
  readonly folder: string;
  /** The path of a file of this day's example. */
  file(name: string): string;
  /** Gives a command that has to succeed. */
  volley(...args: string[]): Promise<Said>;
  /** The same, whatever comes of it. */
  tried(args: string[], over?: Over): Promise<Said>;
  connectMastodon(): Promise<void>;
  import(name: string): Promise<void>;
  /** Waits until `status` says this state. */
  state(burst: string, wanted: string): Promise<Said>;
  /** Follows the link that one person got, as a browser does. */
  follow(burst: string, address: string): Promise<Response>;
  addresses(name: string): string[];
  end(): Promise<void>;
}

/** @param rate emails a second: slow enough for an operator to step in */
export async function aDay(example: string, rate: number): Promise<Day> {
  const folder = temporaryFolder();
  const data = join(folder.path, 'data');
  const operator = await anOperator(data, folder.path, rate);
  const file = (name: string) => join(examples, example, name);
  const tried = (args: string[], over: Over = {}) => operator.volley(args, over);
  const volley = async (...args: string[]): Promise<Said> => {
    const said = await tried(args);
    expect(said.code, operator.log()).toBe(0);
    return said;
  };
  return {
    operator,
    folder: folder.path,
    file,
    volley,
    tried,
    async connectMastodon() {
      const parameters = JSON.parse(readFileSync(join(data, 'parameters.json'), 'utf8'));
      const token = parameters['/volley/connections/mastodon'].value as string;
      const args = ['connect', 'mastodon', '--server', String(operator.urls.social)];
      const said = await tried(args, { env: { VOLLEY_CHANNEL_TOKEN: token } });
      expect(said.code, operator.log()).toBe(0);
    },
    async import(name) {
      const consent = ['--consent-source', 'a form', '--consent-at', '2026-01-15'];
      await volley(
        'audience',
        'import',
        file(name),
        '--rejects',
        join(folder.path, 'rejects.csv'),
        ...consent,
      );
    },
    state: (burst, wanted) =>
      until(async () => {
        const said = await tried(['status', burst, '--json']);
        return said.json?.state === wanted ? said : undefined;
      }, 90_000),
    async follow(burst, address) {
      const { json } = await volley('preview', burst, '--as', address, '--json');
      const link = /https?:\/\/\S+\/c\/\S+/.exec(json.emails[0].text)?.[0];
      expect(json.emails[0].isExact).toBe(true);
      return fetch(String(link), { redirect: 'manual', headers: { 'user-agent': READER } });
    },
    addresses: (name) =>
      readFileSync(file(name), 'utf8')
        .trim()
        .split('\n')
        .slice(1)
        .map((line) => line.split(',')[0] ?? ''),
    async end() {
      await operator.stop();
      folder.remove();
    },
  };
}

const READER =
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36';

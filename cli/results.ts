// Which call worked best: in the terminal, as a page in one file, as CSV, as JSON, as an export.

import { writeFileSync } from 'node:fs';
import type { ShownBurst } from '#commands/show-burst.ts';
import type { ShownResults } from '#commands/show-results.ts';
import { stateOf } from '#domain/state-words.ts';
import type { ReportExport } from '#feedback/build-report.ts';
import { type ApiClient, connect } from './api-client.ts';
import { type Command, flag, needed, parse, text } from './command.ts';
import { resultsCsv } from './results-csv.ts';
import { resultsText } from './results-text.ts';
import { lineWidth } from './screen.ts';

const usage = 'results BURST [--html FILE] [--csv FILE] [--export FILE]';
const options = {
  html: { type: 'string', value: 'FILE', about: 'the page as one file that needs nothing else' },
  csv: {
    type: 'string',
    value: 'FILE',
    about: 'a row per channel and call; - writes to the terminal',
  },
  export: { type: 'string', value: 'FILE', about: 'the report with all it was computed from' },
} as const;

export const results: Command = {
  usage,
  about: 'which call worked best, on which channel, how sure',
  options,
  examples: [
    'volley results atlas-2',
    'volley results atlas-2 --html atlas.html',
    'volley results atlas-2 --export export.json && volley compare --input export.json',
  ],
  run: async (args) => {
    const parsed = parse(args, options);
    const burst = encodeURIComponent(needed(parsed, usage, 'burst'));
    const api = connect(parsed);
    const csv = text(parsed, 'csv');
    const written = [
      await write(text(parsed, 'html'), () => page(api, burst)),
      await write(text(parsed, 'export'), () => exported(api, burst)),
      ...(csv === '-' ? [] : [await write(csv, async () => resultsCsv(await shown(api, burst)))]),
    ].filter((file) => file !== undefined);
    if (csv === '-') process.stdout.write(resultsCsv(await shown(api, burst)));
    else if (flag(parsed, 'json')) console.log(JSON.stringify(await shown(api, burst)));
    else if (written.length > 0) console.log(written.map((file) => `wrote ${file}`).join('\n'));
    else console.log((await inWords(api, burst)).join('\n'));
    return 0;
  },
};

/** Before anything has left there is nothing to compare, and nothing amiss. */
async function inWords(api: ApiClient, burst: string): Promise<string[]> {
  const [report, header] = await Promise.all([
    shown(api, burst),
    api.call<ShownBurst>('GET', `/v1/bursts/${burst}`),
  ]);
  if (header.releasedAt !== undefined) return resultsText(report, lineWidth());
  return [`nothing of ${header.burst} has been sent: it is ${stateOf(header.state)}`];
}

function shown(api: ApiClient, burst: string): Promise<ShownResults> {
  return api.call<ShownResults>('GET', `/v1/bursts/${burst}/results`);
}

async function exported(api: ApiClient, burst: string): Promise<string> {
  return `${JSON.stringify(await api.call<ReportExport>('GET', `/v1/bursts/${burst}/export`))}\n`;
}

function page(api: ApiClient, burst: string): Promise<string> {
  return api.call<string>('GET', `/console/bursts/${burst}/results.html`);
}

async function write(
  file: string | undefined,
  content: () => Promise<string>,
): Promise<string | undefined> {
  if (file === undefined) return undefined;
  writeFileSync(file, await content());
  return file;
}

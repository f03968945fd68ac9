// `npm start`: the local runtime, with the example unless told otherwise, until Ctrl-C.

import { join, relative } from 'node:path';
import { HELP, type StartArguments, startArguments } from './arguments.ts';
import { runDemo } from './demo/demo.ts';
import { openTerminal, type Terminal } from './demo/terminal.ts';
import { type Runtime, startRuntime } from './runtime.ts';

const PER_DAY = 1_000_000;
const BEAT_MS = 1_000;

async function main(): Promise<number> {
  const options = startArguments(process.argv.slice(2));
  if (options.help) {
    console.log(HELP);
    return 0;
  }
  const terminal = openTerminal(options.json ? process.stderr : process.stdout);
  const stopping = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => stopping.abort());
  }
  const runtime = await startRuntime({ ...options, perDay: PER_DAY, beatMs: BEAT_MS });
  announce(terminal, runtime);
  try {
    return await attend(options, runtime, terminal, stopping.signal);
  } finally {
    terminal.settle();
    if (!options.once) terminal.say('stopping; everything stays in the data folder');
    await runtime.stop();
  }
}

async function attend(
  options: StartArguments,
  runtime: Runtime,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<number> {
  if (!options.empty) {
    const line = await runDemo({ ...options, runtime, terminal, signal });
    if (line && options.json) process.stdout.write(`${JSON.stringify(line)}\n`);
    if (options.once) return line ? 0 : 130;
  }
  if (!signal.aborted) {
    terminal.say('');
    terminal.say('The runtime stays up: look around at the addresses above, end it with Ctrl-C.');
    await new Promise<void>((resolve) =>
      signal.addEventListener('abort', () => resolve(), { once: true }),
    );
  }
  return 0;
}

function announce(terminal: Terminal, { urls, folder }: Runtime): void {
  const data = shortPath(folder.path);
  const lines = [
    `Volley on this machine; data in ${data}`,
    `  social      ${urls.social}   the announcement, as its readers see it`,
    `  inbox       ${urls.inbox}   every email`,
    `  site        ${urls.site}   where the links lead`,
    `  links       ${urls.link}   tracked links, unsubscribe, conversions`,
    `  console     ${urls.api}/console   the results as a page; the token is in ${join(data, 'runtime.json')}`,
    `  API         ${urls.api}   npx volley status`,
    `  behind it   DynamoDB ${urls.dynamodb} · SES ${urls.ses} · SQS ${urls.sqs}`,
    `              SSM ${urls.ssm} · Lambda ${urls.lambda}`,
    '',
  ];
  for (const line of lines) terminal.say(line);
}

/** As one would type it here, where that is shorter. */
function shortPath(path: string): string {
  const near = relative(process.cwd(), path) || '.';
  return near.length < path.length ? near : path;
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
// Nothing may hold the process up now: whatever is still open has been stopped above.
process.exit();

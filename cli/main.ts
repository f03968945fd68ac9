// The operator's command line: which command, and what it answers.

import { CommandFailure } from './command.ts';
import { commands } from './commands.ts';

async function help(): Promise<string> {
  const all = await Promise.all(Object.values(commands).map((load) => load()));
  return `volley: one moment, every channel

${all.map(({ usage, about }) => `  volley ${usage.padEnd(34)} ${about}`).join('\n')}

  --json         one JSON object on standard output
  --url URL      the API; else VOLLEY_URL, else the local runtime
  --data DIR     data folder of the local runtime, .volley by default
  --help         this text

The token is taken from VOLLEY_TOKEN, else from the local runtime's own folder.
Exit codes: 0 done · 1 refused, or the audit found a difference · 2 wrong use`;
}

async function main(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined || name === 'help' || args.includes('--help')) {
    console.log(await help());
    return name === undefined ? 2 : 0;
  }
  const load = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!load) {
    console.error(`there is no command ${name}: see volley --help`);
    return 2;
  }
  try {
    const command = await load();
    return await command.run(rest);
  } catch (error) {
    if (error instanceof CommandFailure) {
      console.error(error.message);
      return error.exitCode;
    }
    const isUse = (error as { code?: string }).code?.startsWith('ERR_PARSE_ARGS') === true;
    console.error(error instanceof Error ? error.message : String(error));
    return isUse ? 2 : 1;
  }
}

process.exitCode = await main(process.argv.slice(2));

// The operator's command line: which command, and what it answers.

import { CommandFailure, exitCodes } from './command.ts';
import { commands } from './commands.ts';
import { helpOf, overview } from './help.ts';

async function main(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined || name === '--help' || name === '-h') {
    console.log(await overview());
    return name === undefined ? exitCodes.usage : exitCodes.done;
  }
  if (name === 'help') return help(rest);
  const load = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!load) {
    const near = nearest(name);
    const meant = near === undefined ? '' : ` Did you mean ${near}?`;
    console.error(`there is no command ${name}.${meant} volley --help names them all`);
    return exitCodes.usage;
  }
  const ends = rest.indexOf('--');
  const before = ends < 0 ? rest : rest.slice(0, ends);
  if (before.includes('--help') || before.includes('-h')) return help([name]);
  try {
    return await (await load()).run(rest);
  } catch (error) {
    return failed(error, name, rest.includes('--json'));
  }
}

async function help([name]: readonly string[]): Promise<number> {
  const load = name !== undefined && Object.hasOwn(commands, name) ? commands[name] : undefined;
  console.log(load ? helpOf(await load()) : await overview());
  return exitCodes.done;
}

function failed(error: unknown, name: string, isJson: boolean): number {
  const message = error instanceof Error ? error.message : String(error);
  const isUse = (error as { code?: string }).code?.startsWith('ERR_PARSE_ARGS') === true;
  const known = error instanceof CommandFailure ? error : undefined;
  const exitCode = known?.exitCode ?? (isUse ? exitCodes.usage : exitCodes.refused);
  if (isJson) {
    const code = known?.code ?? (isUse ? 'usage' : 'failed');
    console.log(JSON.stringify({ error: { code, message } }));
  } else {
    console.error(isUse ? `${message}\n  volley ${name} --help shows how it is used` : message);
  }
  return exitCode;
}

/** The command that is meant by a slip of the pen, or by how it begins. */
function nearest(name: string): string | undefined {
  const names = Object.keys(commands);
  const begins = names.filter((one) => one.startsWith(name));
  if (begins.length === 1) return begins[0];
  const [best] = names
    .map((one) => ({ one, distance: distance(name, one) }))
    .sort((a, b) => a.distance - b.distance);
  return best && best.distance <= 2 ? best.one : undefined;
}

/** Insertions, deletions and exchanges from one word to the other. */
function distance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let i = 1; i <= from.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= to.length; j += 1) {
      const exchange = (row[j - 1] ?? 0) + (from[i - 1] === to[j - 1] ? 0 : 1);
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, exchange));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}

process.exitCode = await main(process.argv.slice(2));

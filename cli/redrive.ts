// Feedback that nobody could work on: what it is and why, and another try for it.

import type { ListedDeadLetters } from '#commands/list-dead-letters.ts';
import type { Redriven } from '#commands/redrive.ts';
import { type ApiClient, connect } from './api-client.ts';
import { type Command, parse } from './command.ts';
import { pagesOf } from './pages-of.ts';

const options = {
  list: { type: 'boolean', about: 'what was set aside, and why' },
} as const;

export const redrive: Command = {
  usage: 'redrive [--list] [ID...]',
  about: 'give set-aside feedback another try, or list it',
  options,
  examples: ['volley redrive --list', 'volley redrive'],
  run: async (args) => {
    const parsed = parse(args, options);
    const api = connect(parsed);
    if (parsed.values.list === true) {
      const listed = await setAside(api);
      console.log(parsed.json ? JSON.stringify(listed) : inLines(listed));
      return 0;
    }
    const redriven = await all(api, parsed.positionals);
    console.log(parsed.json ? JSON.stringify(redriven) : sentence(redriven));
    return redriven.missing.length === 0 ? 0 : 1;
  },
};

async function setAside(api: ApiClient): Promise<ListedDeadLetters> {
  const deadLetters: ListedDeadLetters['deadLetters'][number][] = [];
  let isWhole = true;
  for await (const page of pagesOf<ListedDeadLetters>(api, '/v1/dead-letters', 1_000)) {
    deadLetters.push(...page.deadLetters);
    isWhole &&= page.isWhole;
  }
  return { deadLetters, isWhole };
}

/** Asks until nothing is left: one answer may take only so long. */
async function all(api: ApiClient, named: readonly string[]): Promise<Redriven> {
  let replayed = 0;
  let ids = named;
  for (;;) {
    const body = named.length > 0 ? { ids } : {};
    const one = await api.call<Redriven>('POST', '/v1/dead-letters/redrive', body);
    replayed += one.replayed;
    if (one.isWhole || one.replayed === 0) return { ...one, replayed };
    ids = one.missing;
  }
}

function inLines({ deadLetters, isWhole }: ListedDeadLetters): string {
  if (deadLetters.length === 0) return 'no feedback was set aside';
  const lines = deadLetters.map(({ id, what, burst, sentAt, reason }) =>
    [
      id.padEnd(36),
      new Date(sentAt).toISOString().slice(0, 19),
      `${what}${burst === undefined ? '' : ` of ${burst}`}:`,
      reason,
    ].join(' '),
  );
  return [...lines, ...(isWhole ? [] : ['there may be more'])].join('\n');
}

function sentence({ replayed, missing }: Redriven): string {
  if (replayed === 0 && missing.length === 0) return 'nothing is set aside';
  const said = `${replayed} ${replayed === 1 ? 'message has' : 'messages have'} another try`;
  return [said, ...missing.map((id) => `${id} was not found`)].join('\n');
}

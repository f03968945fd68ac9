// Where bursts stand: all of them in a line each, or one in full.

import type { ListedBursts } from '#commands/list-bursts.ts';
import { stateOf } from '#domain/state-words.ts';
import { type ApiClient, connect } from './api-client.ts';
import { type Command, exitCodes, flag, parse } from './command.ts';
import { shortMoment } from './moment-option.ts';
import { pagesOf } from './pages-of.ts';
import { show } from './schedule.ts';
import { answer, lineWidth } from './screen.ts';
import { statusView } from './status-lines.ts';
import { watch } from './watch.ts';
import { table } from './words.ts';
import { wrapped } from './wrapped.ts';

const options = {
  watch: { type: 'boolean', about: 'go on showing it until it is over' },
} as const;

export const status: Command = {
  usage: 'status [BURST] [--watch]',
  about: 'where a burst stands, or all of them',
  more: 'With --watch on a terminal it is redrawn in place, elsewhere a line is printed when something changes.',
  options,
  examples: ['volley status atlas-launch --watch'],
  run: async (args) => {
    const parsed = parse(args, options);
    const api = connect(parsed);
    const [burst] = parsed.positionals;
    if (burst === undefined) {
      const bursts = await allBursts(api);
      answer(parsed.json, { bursts }, burstTable(bursts));
      return exitCodes.done;
    }
    if (flag(parsed, 'watch')) return watch(api, burst, { json: parsed.json });
    const shown = await show(api, burst);
    const { facts, figures } = statusView(shown);
    const width = lineWidth();
    const lines = [...facts, ...figures].flatMap((line) => wrapped(line, width));
    answer(parsed.json, shown, lines);
    return exitCodes.done;
  },
};

type Listed = ListedBursts['bursts'][number];

export async function allBursts(api: ApiClient): Promise<Listed[]> {
  const all: Listed[] = [];
  for await (const page of pagesOf<ListedBursts>(api, '/v1/bursts')) all.push(...page.bursts);
  return all;
}

/** The channels, and behind them which burst it follows. */
export function channelsOf(one: {
  readonly legs: Listed['legs'];
  readonly follows?: string | undefined;
}): string {
  const channels = one.legs.map(({ name }) => name).join(', ');
  return one.follows === undefined ? channels : `${channels} (follows ${one.follows})`;
}

export function burstTable(bursts: readonly Listed[]): string[] {
  if (bursts.length === 0) return ['there are no bursts: volley init NAME begins one'];
  return table([
    ['burst', 'state', 'moment', 'channels'],
    ...bursts.map(({ burst, state, moment, standbyFrom, legs, follows }) => [
      burst,
      stateOf(state),
      shortMoment(moment?.text ?? standbyFrom?.text ?? ''),
      channelsOf({ legs, follows }),
    ]),
  ]);
}

// All bursts, and a month of them.

import type { ShownCalendar } from '#commands/show-calendar.ts';
import { stateOf } from '#domain/state-words.ts';
import { connect } from './api-client.ts';
import { type Command, CommandFailure, exitCodes, parse, text } from './command.ts';
import { pagesOf } from './pages-of.ts';
import { answer, style } from './screen.ts';
import { allBursts, burstTable, channelsOf } from './status.ts';
import { dayOf, table, timeOfDay } from './words.ts';

const listOptions = {
  state: { type: 'string', value: 'STATE', about: 'only those: scheduled, standby, stopped, ...' },
} as const;

export const list: Command = {
  usage: 'list',
  about: 'all bursts, a line each',
  options: listOptions,
  examples: ['volley list --state scheduled'],
  run: async (args) => {
    const parsed = parse(args, listOptions);
    const wanted = text(parsed, 'state');
    const all = await allBursts(connect(parsed));
    const bursts = wanted === undefined ? all : all.filter(({ state }) => state === wanted);
    answer(parsed.json, { bursts }, burstTable(bursts));
    return exitCodes.done;
  },
};

const calendarOptions = {
  zone: { type: 'string', value: 'ZONE', about: "times in this zone; else each burst's own" },
} as const;

export const calendar: Command = {
  usage: 'calendar [MONTH]',
  about: 'everything planned for a month, day by day',
  options: calendarOptions,
  examples: ['volley calendar 2027-03'],
  run: async (args) => {
    const parsed = parse(args, calendarOptions);
    const month = parsed.positionals[0] ?? new Date().toISOString().slice(0, 7);
    if (!/^\d{4}-\d{2}$/.test(month)) {
      throw new CommandFailure(`${month} is no month: write 2027-03`, exitCodes.usage);
    }
    const bursts: ShownCalendar['bursts'][number][] = [];
    const pages = pagesOf<ShownCalendar>(connect(parsed), `/v1/calendar?month=${month}`);
    for await (const page of pages) bursts.push(...page.bursts);
    const shown = { month, bursts };
    answer(parsed.json, shown, monthLines(shown, text(parsed, 'zone')));
    return exitCodes.done;
  },
};

function monthLines({ month, bursts }: ShownCalendar, wanted: string | undefined): string[] {
  if (bursts.length === 0) return [`nothing is planned for ${month}`];
  let day = '';
  const heads: string[] = [];
  const rows = bursts.flatMap((one) => {
    if (!one.moment) return [];
    const zone = wanted ?? one.zone;
    const { at } = one.moment;
    const today = dayOf(at, zone);
    heads.push(today === day ? '' : style.bold(today));
    day = today;
    const time = `${timeOfDay(at, zone)} ${zone}`;
    return [[`  ${time}`, one.burst, stateOf(one.state), channelsOf(one)]];
  });
  return table(rows).flatMap((line, place) =>
    [heads[place] ?? '', line].filter((one) => one !== ''),
  );
}

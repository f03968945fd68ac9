// `volley rehearse`: the whole burst at its real size, with nothing leaving.

import type { RehearsedBurst } from '#commands/rehearse-burst.ts';
import { connect } from './api-client.ts';
import { type Command, exitCodes, needed, parse } from './command.ts';
import { forecastRows, hasErrors, problemLines } from './forecast-lines.ts';
import { pathOf } from './schedule.ts';
import { answer, style } from './screen.ts';
import { count, labelled, many } from './words.ts';

export const rehearse: Command = {
  usage: 'rehearse BURST',
  about: 'the whole burst at its real size, with nothing leaving',
  more: `Writes every email without sending it, asks every server what it would take, and says how long
it would take, what it would cost and what stands against it.`,
  examples: ['volley rehearse atlas-launch'],
  run: async (args) => {
    const parsed = parse(args);
    const id = needed(parsed, rehearse.usage, 'burst');
    const path = `${pathOf(id)}/rehearse`;
    const done = await connect(parsed).call<RehearsedBurst>('POST', path, {});
    answer(parsed.json, done, inWords(done));
    return isRight(done) ? exitCodes.done : exitCodes.refused;
  },
};

function isRight({ forecast, written }: RehearsedBurst): boolean {
  return !hasErrors(forecast) && Object.keys(written.refused).length === 0;
}

function inWords(done: RehearsedBurst): string[] {
  const { burst, forecast, written, zone, moment } = done;
  const { windows, lanes } = forecast;
  return [
    style.bold(`${burst}, rehearsed: nothing left`),
    ...labelled([
      ...forecastRows({ forecast, zone, momentAt: moment?.at }),
      ...(written.emails === 0 ? [] : [['written', emailsText(written)] as const]),
      ...(windows === undefined ? [] : [['calls', windowsText(windows, lanes ?? 1)] as const]),
    ]),
    '',
    ...Object.entries(written.refused).map(
      ([reason, people]) =>
        `  ${style.red('✗')} ${many(people, 'email')} cannot be written: ${reason}`,
    ),
    ...problemLines(forecast),
    ...(isRight(done) ? [`${style.green('✓')} it would go out as it is`] : []),
  ];
}

/** Each window is claimed by one write before anybody in it is called. */
function windowsText(windows: number, lanes: number): string {
  const beside = lanes > 1 ? `, ${count(lanes)} at a time` : '';
  return `${many(windows, 'window')} of at most 100 people${beside}`;
}

function emailsText({ emails, bytes, bytesMax, isWhole }: RehearsedBurst['written']): string {
  const mean = Math.round(bytes / Math.max(1, emails) / 102.4) / 10;
  const largest = Math.round(bytesMax / 102.4) / 10;
  const part = isWhole ? '' : ', not the whole list: it is too long to write now';
  return `${many(emails, 'email')}, ${mean} KB each, the largest ${largest} KB${part}`;
}

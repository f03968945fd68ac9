// `--at` and `--in`: when, as a person says it.

import { parseDuration } from '#domain/duration.ts';
import { Refusal } from '#domain/faults.ts';
import { type Moment, parseMoment, renderMoment } from '#domain/moment.ts';
import { CommandFailure, exitCodes, type Parsed, text } from './command.ts';
import { span } from './words.ts';

export const momentOptions = {
  at: { type: 'string', value: 'WHEN', about: '20:00, "2027-03-04 10:00 Europe/Paris", now' },
  in: { type: 'string', value: 'TIME', about: 'so long from now: 90s, 10m, 2h' },
  zone: {
    type: 'string',
    value: 'ZONE',
    about: 'of a time without one; else the file or this machine',
  },
} as const;

export interface SaidMoment {
  readonly at: number;
  readonly zone: string;
  readonly text: string;
}

/** "Now" leaves time to make ready. */
const NOW = '10s';

/**
 * @param planned the zone of the file, where it has one
 * Throws CommandFailure where it is no moment, or both are said.
 */
export function saidMoment(parsed: Parsed, planned: string | undefined): SaidMoment | undefined {
  const at = text(parsed, 'at');
  const ahead = text(parsed, 'in');
  if (at !== undefined && ahead !== undefined) {
    throw new CommandFailure('--at and --in: say one of them', exitCodes.usage);
  }
  if (at === undefined && ahead === undefined) return undefined;
  const zone = text(parsed, 'zone') ?? planned ?? ownZone();
  if (ahead !== undefined) return after(ahead, zone);
  return at === undefined || at === 'now' ? after(NOW, zone) : read(at, zone);
}

function after(ahead: string, zone: string): SaidMoment {
  const ms = parseDuration(ahead) ?? 0;
  if (ms < 1_000) throw new CommandFailure(`--in ${ahead}: write 90s, 10m or 2h`, exitCodes.usage);
  const at = Math.ceil((Date.now() + ms) / 1_000) * 1_000;
  return { at, zone, text: renderMoment(at, zone) };
}

function read(text: string, zone: string): SaidMoment {
  try {
    const moment = parseMoment(text, { now: Date.now(), zone, field: '--at' });
    refuseJustPassed(text, moment);
    return { ...moment, text: renderMoment(moment.at, moment.zone) };
  } catch (error) {
    if (error instanceof Refusal) throw new CommandFailure(error.message, exitCodes.usage);
    throw error;
  }
}

const DAY_MS = 86_400_000;
const JUST_MS = 15 * 60_000;

/** `20:00` at five past eight is hardly meant for tomorrow. */
function refuseJustPassed(said: string, { at, zone }: Moment): void {
  const since = Date.now() - (at - DAY_MS);
  if (!/^\s*\d\d:\d\d/.test(said) || since < 0 || since > JUST_MS) return;
  const tomorrow = shortMoment(renderMoment(at, zone)).replace(/ UTC$/, '');
  throw new CommandFailure(
    `--at ${said} was ${span(since)} ago: say --at now, or --at "${tomorrow}" for tomorrow`,
    exitCodes.usage,
  );
}

/** As the API takes it: an instant, and the zone it is thought in. */
export function momentBody(said: SaidMoment | undefined): { at?: string; zone?: string } {
  if (!said) return {};
  // Local time with its zone, so that the zone is kept; the offset decides a repeated hour.
  return { at: localText(said.at, said.zone), zone: said.zone };
}

function localText(at: number, zone: string): string {
  const [local = ''] = renderMoment(at, zone).split(', ');
  if (zone === 'UTC') return local;
  const [, date = '', time = '', name = '', offset = ''] =
    /^(\S+) (\S+) (\S+) \(([^)]+)\)$/.exec(local) ?? [];
  return `${date} ${time} ${offset} ${name}`;
}

function ownZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC';
}

/** `2027-03-04 10:00 Europe/Paris`: without offset, thousandths and the same in UTC. */
export function shortMoment(text: string): string;
export function shortMoment(text: string | undefined): string | undefined;
export function shortMoment(text: string | undefined): string | undefined {
  return text?.replace(/ \([+-]\d.*$/, '').replace(/(\d\d:\d\d:\d\d)\.\d+/, '$1');
}

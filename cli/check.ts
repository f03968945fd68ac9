// `volley check FILE`: what it would do, on one screen, and nothing is written.

import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { CheckedBurst } from '#commands/check-burst.ts';
import { type ApiClient, connect } from './api-client.ts';
import { campaignIn, listsIn, readCampaignFolder } from './campaign-folder.ts';
import { type Command, CommandFailure, exitCodes, needed, parse, text } from './command.ts';
import { forecastRows, hasErrors, problemLines } from './forecast-lines.ts';
import { judgedRows, noteLines } from './judged-rows.ts';
import { answer, style } from './screen.ts';
import { count, labelled, many, span } from './words.ts';

const USAGE = 'check FILE';
const options = {
  burst: { type: 'string', value: 'NAME', about: 'another name than the campaign has' },
} as const;

export const check: Command = {
  usage: USAGE,
  about: 'who gets it, who does not and why, how long, what it costs',
  more: `Reads the file, the files it names and the lists, asks every channel, and writes nothing.
Every default is stated. Ends with 1 when something stands against it.`,
  options,
  examples: ['volley check campaign.yaml'],
  run: async (args) => {
    const parsed = parse(args, options);
    const file = needed(parsed, USAGE, 'campaign file');
    const checked = await checkFile(connect(parsed), file, text(parsed, 'burst'));
    answer(parsed.json, checked, checkLines(checked));
    return hasErrors(checked.forecast) ? exitCodes.refused : exitCodes.done;
  },
};

export async function checkFile(
  api: ApiClient,
  file: string,
  burst: string | undefined,
): Promise<CheckedBurst> {
  try {
    return await api.call<CheckedBurst>('POST', '/v1/check', readCampaignFolder(file, burst));
  } catch (error) {
    throw error instanceof CommandFailure ? withImport(error, file) : error;
  }
}

/** Where a list is empty and its file lies beside the campaign: how to bring it in. */
function withImport(failure: CommandFailure, file: string): CommandFailure {
  if (!failure.message.includes('there is nobody in the list')) return failure;
  const there = listsIn(file)
    .map((list) => join(dirname(campaignIn(file)), list))
    .filter((path) => existsSync(path));
  const steps = there.map((path) => `\n  volley audience import ${path}`);
  return new CommandFailure(`${failure.message}${steps.join('')}`, failure.exitCode, failure.code);
}

export interface CheckOptions {
  /** Where the command line says another moment than the file. */
  readonly momentAt?: number | undefined;
  readonly momentText?: string | undefined;
  readonly zone?: string | undefined;
  /** Says how many there are instead of each. */
  readonly briefDefaults?: boolean;
}

export function checkLines(checked: CheckedBurst, given: CheckOptions = {}): string[] {
  const { burst, plan, forecast, defaults } = checked;
  const momentAt = given.momentAt ?? checked.moment?.at;
  const zone = given.zone ?? checked.zone;
  const offer = plan.offer === undefined ? '' : `: ${plan.offer}`;
  return [
    style.bold(`${burst}${offer}`),
    ...labelled([
      momentRow(checked, given),
      ...forecastRows({ plan, forecast, zone, momentAt }),
      ...judgedRows(checked),
      approvalRow(checked),
      ['notify', plan.notify.join(', ') || 'nobody'],
    ]),
    ...noteLines(checked),
    ...defaultLines(takenAs(defaults, given), given.briefDefaults ?? false),
    ...verdict(checked),
  ];
}

/** A moment that is said on the command line is not missing from the file. */
function takenAs(defaults: readonly string[], { momentText }: CheckOptions): readonly string[] {
  if (momentText === undefined) return defaults;
  return defaults.filter((line) => !line.startsWith('burst.at:'));
}

function defaultLines(defaults: readonly string[], isBrief: boolean): string[] {
  if (defaults.length === 0) return [];
  if (isBrief) return [`  ${many(defaults.length, 'default')} taken: volley check states each`];
  return ['', '  not in the file, so taken as', ...defaults.map((line) => `    ${line}`)];
}

function momentRow(checked: CheckedBurst, given: CheckOptions): [string, string] {
  const { moment, standbyFrom, standbyUntil, outcomes } = checked;
  const text = given.momentText ?? moment?.text;
  if (text !== undefined) {
    const at = given.momentAt ?? moment?.at;
    const ahead = at === undefined ? '' : `, in ${span(at - Date.now())}`;
    return ['moment', `${text}${ahead}`];
  }
  if (standbyFrom && standbyUntil) {
    const which = outcomes === undefined ? '' : ` as ${outcomes.join(' or ')}`;
    return ['stand-by', `${standbyFrom.text} to ${standbyUntil.text}, fired${which}`];
  }
  return ['moment', 'none yet: say it with --at when it is sent'];
}

function approvalRow({ approvalPolicy, plan }: CheckedBurst): [string, string] {
  const { approvalAbove } = plan;
  if (approvalPolicy === 'second') return ['approval', 'a second person has to approve it'];
  if (approvalAbove === undefined) return ['approval', 'none needed'];
  return ['approval', `none needed up to ${count(approvalAbove)} people`];
}

function verdict({ forecast }: CheckedBurst): string[] {
  const lines = problemLines(forecast);
  if (lines.length === 0) return ['', `${style.green('✓')} nothing stands against it`];
  return [
    '',
    hasErrors(forecast) ? 'as things stand it would not leave:' : 'good to know:',
    ...lines,
  ];
}

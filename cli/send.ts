// `volley send FILE`: check, approve where it may, schedule and watch in one go.

import type { CheckedBurst } from '#commands/check-burst.ts';
import type { PlannedBurst } from '#commands/plan-burst.ts';
import type { Caller } from '#commands/show-caller.ts';
import { stateOf } from '#domain/state-words.ts';
import { type ApiClient, connect } from './api-client.ts';
import { readCampaignFolder } from './campaign-folder.ts';
import { checkFile, checkLines } from './check.ts';
import {
  actOptions,
  type Command,
  CommandFailure,
  exitCodes,
  flag,
  needed,
  type Parsed,
  parse,
  text,
} from './command.ts';
import { costOf, hasErrors, whatLeaves } from './forecast-lines.ts';
import {
  momentBody,
  momentOptions,
  type SaidMoment,
  saidMoment,
  shortMoment,
} from './moment-option.ts';
import { approveContent, pathOf, scheduledLines, show } from './schedule.ts';
import { answer, confirm, isLive, say } from './screen.ts';
import { watch } from './watch.ts';

const USAGE = 'send FILE [--at WHEN]';
const options = {
  ...momentOptions,
  burst: { type: 'string', value: 'NAME', about: 'another name than the campaign has' },
  watch: { type: 'boolean', about: 'watch it to its end, however far ahead it is' },
  'no-watch': { type: 'boolean', about: 'return as soon as it is scheduled' },
  ...actOptions,
} as const;

export const send: Command = {
  usage: USAGE,
  about: 'check, approve where the policy allows, schedule and watch',
  more: `Shows the check and asks before anything is planned. --dry-run stops after the check.
A second person's approval, where the file asks for one, is waited for: exit code 5.`,
  options,
  examples: [
    'volley send campaign.yaml --at 20:00',
    'volley send campaign.yaml --in 10m --yes --watch',
  ],
  run: async (args) => {
    const parsed = parse(args, options);
    const file = needed(parsed, USAGE, 'campaign file');
    const api = connect(parsed);
    const checked = await checkFile(api, file, text(parsed, 'burst'));
    await refuseBegun(api, checked.burst, file);
    const said = saidMoment(parsed, zoneOf(checked));
    const moment = said && { momentAt: said.at, momentText: said.text, zone: said.zone };
    const given = { ...moment, briefDefaults: !flag(parsed, 'dry-run') };
    const isDry = flag(parsed, 'dry-run');
    if (!parsed.json) say(...checkLines(checked, given));
    if (hasErrors(checked.forecast) || isDry) {
      if (parsed.json) answer(true, checked, []);
      return hasErrors(checked.forecast) ? exitCodes.refused : exitCodes.done;
    }
    if (!parsed.json) say('');
    await confirm(questionOf(checked, said), flag(parsed, 'yes'));
    const folder = readCampaignFolder(file, text(parsed, 'burst'));
    const planned = await api.call<PlannedBurst>('POST', '/v1/bursts', folder);
    if (!(await approveIfAllowed(api, planned))) return waitsForApproval(parsed, planned, said);
    return release(api, parsed, planned, said);
  },
};

/** States in which a burst is no longer given its content or its moment. */
const BEGUN = new Set([
  'armed',
  'releasing',
  'stopped',
  'measuring',
  'decided',
  'closed',
  'cancelled',
]);

/** Said before anything is shown: the file is sent once; another time, it is another burst. */
async function refuseBegun(api: ApiClient, burst: string, file: string): Promise<void> {
  const shown = await show(api, burst).catch((error: unknown) => {
    if (error instanceof CommandFailure && error.code === 'burst_unknown') return undefined;
    throw error;
  });
  if (!shown || !BEGUN.has(shown.state)) return;
  const isSoon = shown.state === 'armed' ? `, or volley cancel ${burst} ends it before` : '';
  throw new CommandFailure(
    `${burst} is ${stateOf(shown.state)}${isSoon}\n  to send the file as another burst: volley send ${file} --burst ${another(burst)}`,
    exitCodes.refused,
    'wrong_state',
  );
}

/** `spring-2` after `spring`, `spring-3` after that. */
function another(burst: string): string {
  const [, stem = burst, number = '1'] = /^(.*?)(?:-(\d{1,4}))?$/.exec(burst) ?? [];
  return `${stem}-${Number(number) + 1}`;
}

function zoneOf({ moment, standbyFrom, zone }: CheckedBurst): string | undefined {
  return moment || standbyFrom ? zone : undefined;
}

/** Names the numbers: whoever says yes has read them. */
function questionOf(checked: CheckedBurst, said: SaidMoment | undefined): string {
  const { moment, standbyFrom, standbyUntil, approvalPolicy } = checked;
  const cost = costOf(checked.forecast);
  const price = cost === undefined ? '' : `, ${cost}`;
  const when = shortMoment(said?.text ?? moment?.text);
  const standby = standbyFrom && `, on stand-by ${standbyFrom.text} to ${standbyUntil?.text ?? ''}`;
  const at = when === undefined ? (standby ?? '') : ` at ${when}`;
  const verb = approvalPolicy === 'second' ? 'Plan it for approval?' : 'Send?';
  return `${checked.burst}: ${whatLeaves(checked)}${at}${price}. ${verb}`;
}

/** True where it may go on: nobody has to approve, or this very person may. */
async function approveIfAllowed(api: ApiClient, planned: PlannedBurst): Promise<boolean> {
  if (planned.approvalPolicy === 'none' || planned.approval !== undefined) return true;
  const me = await api.call<Caller>('GET', '/v1/me');
  const mayApprove = me.scopes.some((scope) => scope === 'approver' || scope === 'admin');
  if (me.name === planned.plannedBy || !mayApprove) return false;
  await approveContent(api, planned.burst, planned.contentHash);
  return true;
}

function waitsForApproval(
  parsed: Parsed,
  planned: PlannedBurst,
  said: SaidMoment | undefined,
): number {
  const { burst } = planned;
  const at = said === undefined ? '' : ` --at "${momentBody(said).at}"`;
  const isStandby = planned.standbyFrom !== undefined;
  answer(parsed.json, planned, [
    `${burst} is planned and waits for a second person:`,
    `  they run   volley approve ${burst}`,
    `  then you   volley ${isStandby ? 'standby' : 'schedule'} ${burst}${isStandby ? '' : at}`,
  ]);
  return exitCodes.needsPerson;
}

async function release(
  api: ApiClient,
  parsed: Parsed,
  planned: PlannedBurst,
  said: SaidMoment | undefined,
): Promise<number> {
  const { burst } = planned;
  const isStandby = said === undefined && planned.standbyFrom !== undefined;
  const step = isStandby ? 'standby' : 'schedule';
  type Scheduled = Parameters<typeof scheduledLines>[0];
  const body = isStandby ? {} : momentBody(said);
  const scheduled = await api.call<Scheduled>('POST', `${pathOf(burst)}/${step}`, body);
  answer(parsed.json, scheduled, scheduledLines(scheduled));
  if (isWatched(parsed, scheduled.moment?.at)) return watch(api, burst, { json: parsed.json });
  if (!parsed.json)
    say(`  volley status ${burst} --watch shows it, volley cancel ${burst} ends it before`);
  return exitCodes.done;
}

/** Nobody sits before a terminal for days. */
const SOON_MS = 15 * 60_000;

function isWatched(parsed: Parsed, at: number | undefined): boolean {
  if (flag(parsed, 'no-watch')) return false;
  if (flag(parsed, 'watch')) return true;
  return isLive() && at !== undefined && at - Date.now() <= SOON_MS;
}

// Gives a burst its moment, its stand-by, or its approval.

import type { ShownBurst } from '#commands/show-burst.ts';
import { stateOf } from '#domain/state-words.ts';
import { type ApiClient, connect } from './api-client.ts';
import {
  actOptions,
  type Command,
  CommandFailure,
  exitCodes,
  flag,
  needed,
  parse,
  text,
} from './command.ts';
import { momentBody, momentOptions, saidMoment, shortMoment } from './moment-option.ts';
import { answer, confirm } from './screen.ts';
import { span } from './words.ts';

interface Changed {
  readonly burst: string;
  readonly state: string;
  readonly zone: string;
  readonly moment?: { readonly at: number; readonly text: string };
  readonly standbyFrom?: { readonly text: string };
  readonly standbyUntil?: { readonly text: string };
  readonly outcomes?: readonly string[];
  readonly approval?: { readonly by: string; readonly expiresAt?: number };
  readonly warnings?: readonly string[];
}

const scheduleOptions = { ...momentOptions, ...actOptions };

export const schedule: Command = {
  usage: 'schedule BURST [--at WHEN]',
  about: 'give a planned burst its moment',
  more: 'Without --at the moment of the campaign file is taken.',
  options: scheduleOptions,
  examples: ['volley schedule atlas-launch --at "20:00 Europe/Paris"'],
  run: async (args) => {
    const parsed = parse(args, scheduleOptions);
    const id = needed(parsed, schedule.usage, 'burst');
    const api = connect(parsed);
    const shown = await show(api, id);
    const said = saidMoment(parsed, shown.moment && shown.zone);
    const when = said?.text ?? shown.moment?.text;
    if (when === undefined) {
      throw new CommandFailure(`${id} has no moment: say --at WHEN`, exitCodes.usage);
    }
    const isDry = flag(parsed, 'dry-run');
    await confirm(
      `${id} goes out at ${shortMoment(when)}. Schedule it?`,
      isDry || flag(parsed, 'yes'),
    );
    const body = { ...momentBody(said), ...(isDry ? { dryRun: true } : {}) };
    const changed = await api.call<Changed>('POST', `${pathOf(id)}/schedule`, body);
    answer(parsed.json, changed, scheduledLines(changed, isDry));
    return exitCodes.done;
  },
};

const standbyOptions = {
  from: { type: 'string', value: 'WHEN', about: 'not before: 20:00, or now' },
  until: { type: 'string', value: 'WHEN', about: 'past it, it is missed and a person is asked' },
  zone: momentOptions.zone,
  ...actOptions,
} as const;

export const standby: Command = {
  usage: 'standby BURST [--from WHEN] [--until WHEN]',
  about: 'make a burst ready and wait for volley fire, or a signal',
  more: 'Everything is prepared beforehand: from the order to the first call it takes at most a second.',
  options: standbyOptions,
  examples: ['volley standby election-night --from "20:00 Europe/Paris" --until 23:30'],
  run: async (args) => {
    const parsed = parse(args, standbyOptions);
    const id = needed(parsed, standby.usage, 'burst');
    const api = connect(parsed);
    const isDry = flag(parsed, 'dry-run');
    const body = Object.fromEntries(
      ['from', 'until', 'zone'].flatMap((name) => {
        const value = text(parsed, name);
        return value === undefined ? [] : [[name, value]];
      }),
    );
    const call = (dryRun: boolean) =>
      api.call<Changed>('POST', `${pathOf(id)}/standby`, dryRun ? { ...body, dryRun } : body);
    const would = await call(true);
    await confirm(`${standbyText(would)}. Do it?`, isDry || flag(parsed, 'yes'));
    const changed = isDry ? would : await call(false);
    answer(parsed.json, changed, scheduledLines(changed, isDry));
    return exitCodes.done;
  },
};

const approveOptions = {
  valid: { type: 'string', value: 'TIME', about: 'how long it holds: 12h, 7d; else 30 days' },
  ...actOptions,
} as const;

export const approve: Command = {
  usage: 'approve BURST',
  about: 'say yes to the content as it is now; any edit ends the approval',
  more: 'volley preview BURST and volley rehearse BURST show what is approved.',
  options: approveOptions,
  examples: ['volley approve atlas-launch'],
  run: async (args) => {
    const parsed = parse(args, approveOptions);
    const id = needed(parsed, approve.usage, 'burst');
    const api = connect(parsed);
    const shown = await show(api, id);
    const isDry = flag(parsed, 'dry-run');
    const channels = shown.legs.map(({ name }) => name).join(', ');
    const when = shown.moment === undefined ? '' : `, meant for ${shown.moment.text}`;
    const hash = shown.contentHash.slice(0, 12);
    await confirm(
      `${id}: ${channels}${when}, planned by ${shown.plannedBy}, content ${hash}. Approve it?`,
      isDry || flag(parsed, 'yes'),
    );
    const valid = text(parsed, 'valid');
    const changed = await approveContent(api, id, shown.contentHash, { valid, isDry });
    const until = changed.approval?.expiresAt;
    const holds = until === undefined ? '' : `, for ${span(until - Date.now())}`;
    const is = isDry ? 'would be' : 'is';
    answer(parsed.json, changed, [`${id} ${is} approved by ${changed.approval?.by}${holds}`]);
    return exitCodes.done;
  },
};

export function approveContent(
  api: ApiClient,
  id: string,
  contentHash: string,
  { valid, isDry = false }: { readonly valid?: string | undefined; readonly isDry?: boolean } = {},
): Promise<Changed> {
  const body = {
    contentHash,
    ...(valid === undefined ? {} : { valid }),
    ...(isDry ? { dryRun: true } : {}),
  };
  return api.call<Changed>('POST', `${pathOf(id)}/approve`, body);
}

export function scheduledLines(changed: Changed, isDry = false): string[] {
  const { burst, state, moment, warnings = [] } = changed;
  const is = isDry ? 'would be' : 'is';
  if (state === 'standby') return [standbyText(changed, is), ...warnings];
  const when =
    moment === undefined ? '' : ` for ${moment.text}, in ${span(moment.at - Date.now())}`;
  return [`${burst} ${is} ${stateOf(state)}${when}`, ...warnings];
}

function standbyText({ burst, standbyFrom, standbyUntil, outcomes }: Changed, is = 'is'): string {
  const span = `from ${standbyFrom?.text ?? 'now'} until ${standbyUntil?.text ?? 'it is fired'}`;
  const which = outcomes === undefined ? '' : `, to be fired as ${outcomes.join(' or ')}`;
  return `${burst} ${is} on stand-by ${span}${which}`;
}

export function show(api: ApiClient, id: string): Promise<ShownBurst> {
  return api.call<ShownBurst>('GET', pathOf(id));
}

export function pathOf(burst: string): string {
  return `/v1/bursts/${encodeURIComponent(burst)}`;
}

// Orders about one burst: fire, stop, pause, resume, abandon, cancel.

import type { ShownBurst } from '#commands/show-burst.ts';
import { stateOf } from '#domain/state-words.ts';
import { connect } from './api-client.ts';
import { asConfirmed } from './as-confirmed.ts';
import {
  actOptions,
  type Command,
  CommandFailure,
  flag,
  needed,
  type Options,
  type Parsed,
  parse,
} from './command.ts';
import { answer } from './screen.ts';
import { stopOrCancel } from './stop-or-cancel.ts';
import { count, many } from './words.ts';

interface Counts {
  readonly accepted: number;
  readonly inDoubt: number;
  readonly inFlight: number;
  readonly remaining: number;
}

interface Changed {
  readonly burst: string;
  readonly state: string;
  readonly warnings?: readonly string[];
  readonly sent?: Counts;
  readonly isFinal?: boolean;
}

interface Order extends Pick<Command, 'about' | 'more' | 'examples'> {
  readonly name: string;
  readonly verb?: string;
  readonly usage?: string;
  readonly options?: Options;
  /** What is asked first; absent: done at once, because every second counts. */
  readonly question?: (shown: ShownBurst, parsed: Parsed) => string;
  /** Asked only of bursts in these states; the API says why it refuses all others. */
  readonly states?: readonly string[];
  /** Before anything has left it cancels, after a question. */
  readonly orCancels?: boolean;
}

function order(given: Order): Command {
  const {
    name,
    verb = name,
    usage = `${name} BURST`,
    question,
    states,
    orCancels,
    ...about
  } = given;
  const { yes, ...dry } = actOptions;
  const options = { ...given.options, ...(question || orCancels ? { yes } : {}), ...dry };
  const run = async (args: readonly string[]): Promise<number> => {
    const parsed = parse(args, options);
    const burst = needed(parsed, usage, 'burst');
    const api = connect(parsed);
    const path = `/v1/bursts/${encodeURIComponent(burst)}`;
    const isDry = flag(parsed, 'dry-run');
    const body = bodyOf(parsed, Object.keys(given.options ?? {}));
    const isSaid = flag(parsed, 'yes');
    const isAsked = question !== undefined && !isDry && !isSaid;
    const show = () => api.call<ShownBurst>('GET', path);
    const post = (headers = {}) =>
      api.call<Changed>('POST', `${path}/${verb}`, isDry ? { ...body, dryRun: true } : body, {
        headers,
      });
    const cancelIt = () => api.call<Changed>('POST', `${path}/cancel`, {});
    const carryOut =
      orCancels && !isDry
        ? () => stopOrCancel({ stop: post, cancel: cancelIt, show, isSaid })
        : post;
    if (isAsked && states && !states.includes((await show()).state)) {
      await api.call('POST', `${path}/${verb}`, { ...body, dryRun: true });
    }
    let done = isAsked
      ? await asConfirmed({
          show,
          question: (shown) => question(shown, parsed),
          carryOut,
        })
      : await carryOut();
    // What had gone out is final once nothing is under way any more.
    for (let left = SETTLE_TRIES; done.isFinal === false && !isDry && left > 0; left -= 1) {
      await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
      done = await carryOut();
    }
    answer(parsed.json, done, sentence(done, isDry));
    return 0;
  };
  return { ...about, usage, options, run };
}

const SETTLE_TRIES = 12;
const SETTLE_MS = 250;

function bodyOf(parsed: Parsed, names: readonly string[]): { [name: string]: unknown } {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = parsed.values[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

export const fire = order({
  name: 'fire',
  usage: 'fire BURST [--outcome NAME]',
  about: 'release a burst on stand-by, now',
  more: `The first call leaves within a second. Where the burst has outcomes, one is named.
What you say yes to is what is fired: if the burst changed meanwhile, you are asked again or told.
With --yes nothing is read first.`,
  options: { outcome: { type: 'string', value: 'NAME', about: 'which of them came true' } },
  question: (shown, parsed) => {
    const outcome = parsed.values.outcome ?? shown.outcomes?.[0];
    if (shown.outcomes && parsed.values.outcome === undefined) {
      throw new CommandFailure(`say which: --outcome ${shown.outcomes.join(' or ')}`, 2);
    }
    const legs = shown.legs.filter((leg) => leg.outcome === undefined || leg.outcome === outcome);
    const people = shown.sent.legs
      .filter(({ leg }) => legs.some(({ name }) => name === leg))
      .reduce((sum, leg) => sum + leg.recipients - leg.heldBack, 0);
    const posts = legs.filter(({ channel }) => channel !== 'email').map(({ channel }) => channel);
    const isCounted = shown.sent.recipients > 0;
    const isByEmail = legs.some(({ channel }) => channel === 'email');
    const parts = [
      ...(people > 0 ? [`${many(people, 'person', 'people')} by email`] : []),
      ...(isByEmail && !isCounted ? ['email to lists that are not counted yet'] : []),
      ...(posts.length > 0 ? [`${many(posts.length, 'post')} (${posts.join(', ')})`] : []),
    ];
    return `${shown.burst} goes out now: ${parts.join(' and ')}. Fire?`;
  },
  examples: ['volley fire election-night --outcome won'],
});

export const stop = order({
  name: 'stop',
  about: 'stop sending at once, and say what went out',
  more: `Never asks once it goes out. No call starts more than a second later; what is to come can be
resumed. Before anything has left there is nothing to resume: it asks whether to cancel the burst
for good, and with --yes it does.`,
  orCancels: true,
  options: { reason: { type: 'string', value: 'TEXT', about: 'why: stands in the audit log' } },
  examples: ['volley stop atlas-launch --reason "the link is wrong"'],
});

export const pause = order({
  name: 'pause',
  verb: 'stop',
  about: 'the same as stop: hold on, and resume later',
  options: { reason: { type: 'string', value: 'TEXT', about: 'why: stands in the audit log' } },
  examples: ['volley pause atlas-launch', 'volley resume atlas-launch'],
});

export const resume = order({
  name: 'resume',
  about: 'go on after a stop: everybody who was not called yet',
  states: ['stopped'],
  question: ({ burst, sent }) =>
    `${burst}: ${count(sent.accepted)} sent; ${count(sent.remaining)} get it now. Resume?`,
  examples: ['volley resume atlas-launch'],
});

export const abandon = order({
  name: 'abandon',
  about: 'end a stopped burst for good: the rest is never sent',
  more: 'Answers of those who got it go on counting until the day they were to be counted.',
  states: ['stopped'],
  question: ({ burst, sent }) =>
    `${burst}: ${count(sent.accepted)} sent; ${many(sent.remaining, 'person', 'people')} will never get it. Abandon?`,
  examples: ['volley abandon atlas-launch'],
});

export const cancel = order({
  name: 'cancel',
  about: 'end a burst before its moment: nothing leaves',
  states: ['draft', 'approved', 'scheduled', 'standby', 'armed', 'missed', 'cancelled'],
  question: ({ burst, state, moment }) =>
    `${burst} is ${stateOf(state)}${moment === undefined ? '' : ` for ${moment.text}`}. Cancel it for good?`,
  examples: ['volley cancel atlas-launch'],
});

function sentence(changed: Changed, isDry: boolean): string[] {
  const { burst, state, sent, isFinal, warnings = [] } = changed;
  const is = isDry ? 'would be' : 'is';
  if (!sent) return [`${burst} ${is} ${stateOf(state)}`, ...warnings];
  const parts = [
    `sent ${count(sent.accepted)}`,
    ...(sent.inDoubt > 0 ? [`in doubt ${count(sent.inDoubt)}`] : []),
    ...(sent.inFlight > 0 ? [`still under way ${count(sent.inFlight)}`] : []),
    `not sent ${count(sent.remaining)}`,
  ];
  const more = isFinal === false && !isDry ? ['some calls have no answer yet: ask again'] : [];
  return [`${burst} ${is} ${stateOf(state)}: ${parts.join(', ')}`, ...more, ...warnings];
}

// People: what one of them got, and orders about one address.

import type { FoundPerson, PersonInBurst } from '#commands/find-person.ts';
import type { SuppressedAddress } from '#commands/suppress-address.ts';
import { type ApiClient, connect } from './api-client.ts';
import { actOptions, type Command, exitCodes, flag, needed, parse, text } from './command.ts';
import { heldBackFor } from './held-back-words.ts';
import { answer, confirm, style } from './screen.ts';

export const who: Command = {
  usage: 'who ADDRESS',
  about: 'what a person got, what not, and why',
  more: 'Over all bursts whose list has been frozen, newest moment last.',
  examples: ['volley who ana@example.org'],
  run: async (args) => {
    const parsed = parse(args);
    const address = needed(parsed, who.usage, 'address');
    const found = await everywhere(connect(parsed), address);
    answer(parsed.json, found, inWords(address, found));
    return exitCodes.done;
  },
};

async function everywhere(api: ApiClient, address: string): Promise<FoundPerson> {
  const bursts: PersonInBurst[] = [];
  for (let after: string | undefined; ; ) {
    const body = after === undefined ? { address } : { address, after };
    const page = await api.call<FoundPerson>('POST', '/v1/people/find', body);
    bursts.push(...page.bursts);
    if (page.next === undefined) {
      bursts.sort((a, b) => (a.moment?.at ?? 0) - (b.moment?.at ?? 0));
      return { ...page, bursts };
    }
    after = page.next;
  }
}

function inWords(address: string, { bursts, suppressed }: FoundPerson): string[] {
  const order = suppressed
    ? [
        `${address} is not to be written to: ${suppressed.reason.replaceAll('_', ' ')}, since ${new Date(suppressed.at).toISOString().slice(0, 10)}`,
      ]
    : [];
  if (bursts.length === 0) return [...order, `${address} is on the frozen list of no burst`];
  return [
    ...order,
    ...bursts.flatMap(({ burst, moment, entries }) => [
      style.bold(`${burst}${moment === undefined ? '' : `, ${moment.text}`}`),
      ...entries.map((entry) => `  ${entry.leg}: ${fateOf(entry)}`),
    ]),
  ];
}

type Entry = PersonInBurst['entries'][number];

function fateOf({ state, call, reason, releaseAt, events }: Entry): string {
  // Whoever is held back would have got it.
  const got = call === undefined || state === 'held_back' ? '' : ` "${call}"`;
  const why = reason === undefined ? '' : `: ${ENDED[reason] ?? heldBackFor(reason)}`;
  const later = releaseAt === undefined ? '' : `, until ${new Date(releaseAt).toISOString()}`;
  const came = events.filter((event) => event !== 'sent');
  const then = came.length === 0 ? '' : `; ${came.join(', ')}`;
  return `${STATES[state] ?? state}${got}${why}${later}${then}`;
}

const ENDED: { readonly [reason: string]: string } = {
  cancelled: 'the burst was cancelled',
  abandoned: 'the burst was abandoned',
  other_outcome: 'another outcome was fired',
};

const STATES: { readonly [state: string]: string } = {
  accepted: 'was sent',
  refused: 'was refused',
  in_doubt: 'in doubt whether it was sent',
  unproven: 'nobody can tell whether it was sent',
  held_back: 'held back',
  waiting: 'waits for',
  in_flight: 'is being sent',
  never: 'never sent',
  not_called: 'kept for later',
};

const suppressOptions = {
  reason: {
    type: 'string',
    value: 'REASON',
    about: 'by_operator (else), withdrawn, unsubscribed',
  },
  'dry-run': actOptions['dry-run'],
} as const;

export const suppress: Command = {
  usage: 'suppress ADDRESS',
  about: 'never write to an address again, in no burst',
  more: 'Never asks. Counts for every call that starts half a second later, also in a burst that is\ngoing out.',
  options: suppressOptions,
  examples: ['volley suppress ana@example.org'],
  run: async (args) => {
    const parsed = parse(args, suppressOptions);
    const address = needed(parsed, suppress.usage, 'address');
    const reason = text(parsed, 'reason');
    if (flag(parsed, 'dry-run')) {
      answer(parsed.json, { address, dryRun: true }, [`${address} would not be written to again`]);
      return exitCodes.done;
    }
    const body = reason === undefined ? { address } : { address, reason };
    const done = await connect(parsed).call<SuppressedAddress>('POST', '/v1/suppressions', body);
    answer(parsed.json, done, [`${address} is not written to again, from now on`]);
    return exitCodes.done;
  },
};

export const erase: Command = {
  usage: 'erase ADDRESS',
  about: 'take a person off every list, and never write to them again',
  more: `What stays: keyed digests and numbers that name nobody; frozen lists keep a digest in the
person's place, so that their counts stay as they were.`,
  options: actOptions,
  examples: ['volley erase ana@example.org'],
  run: async (args) => {
    const parsed = parse(args, actOptions);
    const address = needed(parsed, erase.usage, 'address');
    const isDry = flag(parsed, 'dry-run');
    const api = connect(parsed);
    const call = (body: object) =>
      api.call<Erased>('POST', '/v1/people/erase', { address, ...body });
    const would = await call({ dryRun: true });
    const lists = would.audiences.length === 0 ? 'no list' : would.audiences.join(', ');
    await confirm(
      `${address} is on ${lists}: erased there for good. Erase?`,
      isDry || flag(parsed, 'yes'),
    );
    const done = isDry ? would : await call({});
    // Large lists take more than one answer.
    for (let { next } = done; next !== undefined; ) ({ next } = await call({ after: next }));
    const is = isDry ? 'would be' : 'is';
    answer(parsed.json, done, [`${address} ${is} erased from ${lists} and not written to again`]);
    return exitCodes.done;
  },
};

interface Erased {
  readonly audiences: readonly string[];
  readonly next?: string;
}

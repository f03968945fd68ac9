// `volley audit`: does the ledger say what the providers say?

import type { ListedRecipients, ShownLedger } from '#commands/show-ledger.ts';
import { stateOf } from '#domain/state-words.ts';
import { type ApiClient, connect } from '../api-client.ts';
import { type Command, flag, parse } from '../command.ts';
import { allBursts as listAll } from '../status.ts';
import { many } from '../words.ts';
import { type Compared, compare, type Recipient } from './compare.ts';
import { showLog, verifyLogs } from './log.ts';
import { type ProviderLogs, readProviderLogs } from './provider-logs.ts';
import { showTold } from './told.ts';

const SHOWN_DIFFERENCES = 20;

const options = {
  log: { type: 'boolean', about: 'who did what to it, and when' },
  verify: { type: 'boolean', about: 'compute its chain of hashes again, here' },
  told: { type: 'boolean', about: 'who was told what about it, and how far' },
  head: {
    type: 'string',
    value: 'POSITION:HASH',
    multiple: true,
    about: 'with --verify: where the log ended when somebody noted it',
  },
} as const;

export const audit: Command = {
  usage: 'audit [BURST] [--log | --verify | --told]',
  about: "compare the ledger with the providers' own logs; show and verify who did what",
  more: `Without one of them: does the ledger say what the local providers wrote down?
Every entry of the log carries the hash of the one before; a head that was noted elsewhere shows
that its end was not cut off.`,
  options,
  examples: ['volley audit atlas-launch --log', 'volley audit atlas-launch --verify'],
  run: async (args) => {
    const parsed = parse(args, options);
    const api = connect(parsed);
    const [wanted] = parsed.positionals;
    if (flag(parsed, 'log')) return showLog(api, parsed, wanted);
    if (flag(parsed, 'verify')) return verifyLogs(api, parsed, wanted);
    if (flag(parsed, 'told')) return showTold(api, parsed, wanted);
    const logs = readProviderLogs(parsed.data);
    const ids = wanted === undefined ? await allBursts(api) : [wanted];
    const bursts: Compared[] = [];
    for (const id of ids) bursts.push(await compareBurst(api, id, logs));
    const isClean = bursts.every(({ differences }) => differences.length === 0);
    console.log(
      parsed.json ? JSON.stringify({ clean: isClean, bursts }) : inWords(bursts, isClean),
    );
    return isClean ? 0 : 1;
  },
};

async function compareBurst(api: ApiClient, id: string, logs: ProviderLogs): Promise<Compared> {
  const path = `/v1/bursts/${encodeURIComponent(id)}`;
  const ledger = await api.call<ShownLedger>('GET', `${path}/ledger`);
  return compare(ledger, ledger.head ? await recipientsOf(api, path) : [], logs);
}

async function recipientsOf(api: ApiClient, path: string): Promise<Recipient[]> {
  const all: Recipient[] = [];
  for (let query = ''; ; ) {
    const answer: ListedRecipients = await api.call('GET', `${path}/recipients${query}`);
    all.push(...answer.recipients);
    if (answer.next === undefined) return all;
    query = `?after=${answer.next}`;
  }
}

async function allBursts(api: ApiClient): Promise<string[]> {
  return (await listAll(api)).map(({ burst }) => burst);
}

function inWords(bursts: readonly Compared[], isClean: boolean): string {
  const lines = bursts.flatMap((one) => {
    const counts = [
      `list ${number(one.recipients)}`,
      `sent ${number(one.accepted)}`,
      `refused ${number(one.refused)}`,
      `in doubt ${number(one.inDoubt)}`,
      `held back ${number(one.suppressed)}`,
      ...(one.neverSent > 0 ? [`never sent ${number(one.neverSent)}`] : []),
      `unaccounted ${number(one.unaccounted)}`,
      `twice ${number(one.duplicates)}`,
      `posts ${number(one.posts)}`,
    ];
    const shown = one.differences.slice(0, SHOWN_DIFFERENCES).map((what) => `    ${what}`);
    const more = one.differences.length - shown.length;
    return [
      `${one.burst} (${stateOf(one.state)}): ${one.differences.length === 0 ? 'clean' : many(one.differences.length, 'difference')}`,
      `    ${counts.join(' · ')}`,
      ...shown,
      ...(more > 0 ? [`    and ${more} more`] : []),
    ];
  });
  if (lines.length === 0) return 'there are no bursts to audit';
  const verdict = isClean
    ? "clean: the ledger and the providers' own logs say the same"
    : 'NOT clean: see above';
  return [...lines, verdict].join('\n');
}

function number(value: number): string {
  return value.toLocaleString('en');
}

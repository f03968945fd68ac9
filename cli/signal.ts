// `volley signal`: addresses whose call fires one burst.

import { randomBytes } from 'node:crypto';
import type { CreatedSignal, ListedSignals, SignalView } from '#commands/signals.ts';
import { type ApiClient, connect } from './api-client.ts';
import { type Command, CommandFailure, exitCodes, type Parsed, parse, text } from './command.ts';
import { pagesOf } from './pages-of.ts';
import { pathOf } from './schedule.ts';
import { answer } from './screen.ts';
import { span, table } from './words.ts';

const options = {
  outcome: { type: 'string', value: 'NAME', about: 'as which outcome it fires' },
  valid: {
    type: 'string',
    value: 'TIME',
    about: 'how long it works: 12h, 7d; else until stand-by ends',
  },
  name: { type: 'string', value: 'NAME', about: 'what will send it: stands in the audit log' },
} as const;

export const signal: Command = {
  usage: 'signal create|list|revoke BURST [SIGNAL]',
  about: 'an address whose call fires this one burst, and ends by itself',
  more: `Whoever sends a POST to the address fires the burst, without a token: a counting system, a
button, a colleague. A GET does nothing. The address is shown once.`,
  options,
  words: ['create', 'list', 'revoke'],
  examples: [
    'volley signal create election-night --outcome won --name count-desk',
    'volley signal revoke election-night 3fa94c01',
  ],
  run: async (args) => {
    const parsed = parse(args, options);
    const [act, burst, id] = parsed.positionals;
    if (act === undefined || burst === undefined) {
      throw new CommandFailure(`volley ${signal.usage}`, exitCodes.usage);
    }
    const api = connect(parsed);
    if (act === 'create') return create(api, parsed, burst);
    if (act === 'list') return list(api, parsed, burst);
    if (act === 'revoke' && id !== undefined) return revoke(api, parsed, burst, id);
    throw new CommandFailure(`volley ${signal.usage}`, exitCodes.usage);
  },
};

async function create(api: ApiClient, parsed: Parsed, burst: string): Promise<number> {
  // Ours, so that nobody else has it: the API keeps a digest, and the answer can be repeated.
  const secret = randomBytes(20).toString('hex');
  const body = Object.fromEntries(
    ['outcome', 'valid', 'name'].flatMap((name) => {
      const value = text(parsed, name);
      return value === undefined ? [] : [[name, value]];
    }),
  );
  const path = `${pathOf(burst)}/signals`;
  const created = await api.call<CreatedSignal>('POST', path, { ...body, secret });
  const url = `${api.url}/v1/signals/${encodeURIComponent(burst)}/${secret}`;
  const as = created.outcome === undefined ? '' : ` as ${created.outcome}`;
  answer(parsed.json, { ...created, url }, [
    `${created.signal} fires ${burst}${as}, for ${span(created.expiresAt - Date.now())}:`,
    `  curl -X POST ${url}`,
  ]);
  return exitCodes.done;
}

async function list(api: ApiClient, parsed: Parsed, burst: string): Promise<number> {
  const path = `${pathOf(burst)}/signals`;
  const signals: SignalView[] = [];
  for await (const page of pagesOf<ListedSignals>(api, path)) signals.push(...page.signals);
  const rows = signals.map(({ signal: id, name, outcome, works, expiresAt, createdBy }) => [
    id,
    name,
    outcome ?? '',
    works ? `${span(expiresAt - Date.now())} left` : 'over',
    createdBy,
  ]);
  const lines =
    rows.length === 0
      ? [`${burst} has no signal`]
      : table([['signal', 'name', 'outcome', 'works', 'made by'], ...rows]);
  answer(parsed.json, { burst, signals }, lines);
  return exitCodes.done;
}

async function revoke(api: ApiClient, parsed: Parsed, burst: string, id: string): Promise<number> {
  const path = `${pathOf(burst)}/signals/${encodeURIComponent(id)}/revoke`;
  const revoked = await api.call<SignalView>('POST', path, {});
  answer(parsed.json, revoked, [`${id} fires nothing any more`]);
  return exitCodes.done;
}

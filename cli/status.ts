// Where bursts stand: all of them in a line each, or one in full.

import type { ListedBursts } from '#commands/list-bursts.ts';
import type { ShownBurst } from '#commands/show-burst.ts';
import { type ApiClient, connect } from './api-client.ts';
import { type Command, parse } from './command.ts';

export const status: Command = {
  usage: 'status [BURST]',
  about: 'where a burst stands, or all of them',
  run: async (args) => {
    const parsed = parse(args);
    const api = connect(parsed);
    const [burst] = parsed.positionals;
    if (burst === undefined) {
      const { bursts } = await api.call<ListedBursts>('GET', '/v1/bursts?limit=200');
      const lines = bursts.map(({ burst: id, state, moment }) =>
        [id.padEnd(28), state.padEnd(11), moment?.text ?? ''].join(' ').trimEnd(),
      );
      const text = lines.length === 0 ? 'there are no bursts' : lines.join('\n');
      console.log(parsed.json ? JSON.stringify({ bursts }) : text);
      return 0;
    }
    const shown = await show(api, burst);
    console.log(parsed.json ? JSON.stringify(shown) : inFull(shown));
    return 0;
  },
};

function show(api: ApiClient, burst: string): Promise<ShownBurst> {
  return api.call<ShownBurst>('GET', `/v1/bursts/${encodeURIComponent(burst)}`);
}

function inFull(shown: ShownBurst): string {
  const { sent } = shown;
  const count = (value: number) => value.toLocaleString('en');
  return [
    `${shown.burst} is ${shown.state}${shown.reason === undefined ? '' : `: ${shown.reason}`}`,
    ...(shown.moment === undefined ? [] : [`  moment      ${shown.moment.text}`]),
    ...shown.legs.map(
      ({ name, channel, state, reason }) =>
        `  ${name.padEnd(11)} ${channel === name ? '' : `${channel}, `}${state}${reason ? ` (${reason})` : ''}`,
    ),
    `  list        ${count(sent.recipients)}`,
    `  sent        ${count(sent.accepted)}`,
    `  refused     ${count(sent.refused)}`,
    `  in doubt    ${count(sent.inDoubt)}${sent.unproven ? `, unproven ${count(sent.unproven)}` : ''}`,
    `  held back   ${count(sent.heldBack)}`,
    `  to come     ${count(sent.inFlight + sent.remaining)}`,
    ...shown.posts.flatMap(({ leg, url }) => (url === undefined ? [] : [`  ${leg} at ${url}`])),
  ].join('\n');
}

// Orders about one burst: fire, stop, resume, cancel.

import type { ParseArgsOptionsConfig } from 'node:util';
import { connect } from './api-client.ts';
import { type Command, CommandFailure, parse } from './command.ts';

interface Changed {
  readonly burst: string;
  readonly state: string;
  readonly warnings?: readonly string[];
  readonly accepted?: number;
  readonly inDoubt?: number;
  readonly inFlight?: number;
}

function order(
  verb: string,
  more: string,
  about: string,
  options: ParseArgsOptionsConfig = {},
): Command {
  return {
    usage: `${verb} BURST${more}`,
    about,
    run: async (args) => {
      const parsed = parse(args, options);
      const [burst] = parsed.positionals;
      if (burst === undefined) throw new CommandFailure(`which burst? volley ${verb} BURST`, 2);
      const body = Object.fromEntries(
        Object.keys(options).flatMap((name) => {
          const value = parsed.values[name];
          return value === undefined ? [] : [[name, value]];
        }),
      );
      const path = `/v1/bursts/${encodeURIComponent(burst)}/${verb}`;
      const answer = await connect(parsed).call<Changed>('POST', path, body);
      console.log(parsed.json ? JSON.stringify(answer) : sentence(answer));
      return 0;
    },
  };
}

export const fire = order('fire', ' [--outcome NAME]', 'release a burst on stand-by, now', {
  outcome: { type: 'string' },
});
export const stop = order('stop', ' [--reason TEXT]', 'stop sending, and say what went out', {
  reason: { type: 'string' },
});
export const resume = order('resume', '', 'go on after a stop');
export const cancel = order('cancel', '', 'end a burst before its moment');

function sentence(answer: Changed): string {
  const counts = (['accepted', 'inDoubt', 'inFlight'] as const).flatMap((name) => {
    const count = answer[name];
    return count === undefined ? [] : [`${WORDS[name]} ${count.toLocaleString('en')}`];
  });
  const said = counts.length === 0 ? '' : `: ${counts.join(', ')}`;
  return [`${answer.burst} is ${answer.state}${said}`, ...(answer.warnings ?? [])].join('\n');
}

const WORDS = { accepted: 'sent', inDoubt: 'in doubt', inFlight: 'still under way' } as const;

// Bugs in what is heard of a burst afterwards: events, results, the breaker, the audit log.

import { BY_WORLDS, inFile, type Mutant } from './mutant.ts';

export const feedbackMutants: readonly Mutant[] = [
  ...inFile('functions/feedback/record.ts', BY_WORLDS, [
    {
      id: 'poison-blocks-batch',
      about: 'one message that nobody can read fails all that came with it',
      find: 'failed.set(messageId, parsed.reason);',
      replace: 'throw new Error(parsed.reason);',
    },
    {
      id: 'older-counts-win',
      about: 'counts of an older root replace newer ones',
      find: '([space, root]) => root.revision > (known[space as Space]?.revision ?? 0),',
      replace: '([space, root]) => root.revision !== known[space as Space]?.revision,',
    },
    {
      id: 'bounces-not-suppressed',
      about: 'a permanent bounce or a complaint suppresses nobody',
      find: 'if (named.length === 0) return;',
      replace: 'if (named.length >= 0) return;',
    },
  ]),
  ...inFile('functions/runner/breaker.ts', BY_WORLDS, [
    {
      id: 'breaker-asleep',
      about: 'bounces and complaints never stop a burst',
      find: 'if (reason === undefined || !mayCall(this.#holding.burst)) return;',
      replace: 'if (reason !== null) return;',
    },
  ]),
];

// The API's entry.

import { createHandler } from '#api/create-handler.ts';
import { switchSending } from '#commands/switch-sending.ts';
import { Refusal } from '#domain/faults.ts';
import { createApiPorts } from '#environment/api-ports.ts';

const world = createApiPorts();

export const handler = createHandler({
  ...world,
  buildReport: () => Promise.reject(new Refusal('not_yet', 'not yet: results')),
  setSending: (burst, enabled) => {
    const wanted = { enabled, now: world.clock.now() };
    return switchSending(world.table, burst, wanted, world.switchSending);
  },
});

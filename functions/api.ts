// The API's entry.

import { createHandler } from '#api/create-handler.ts';
import { switchSending } from '#commands/switch-sending.ts';
import { createApiPorts } from '#environment/api-ports.ts';
import { buildReport } from '#feedback/build-report.ts';

const world = createApiPorts();

export const handler = createHandler({
  ...world,
  buildReport: (burst) => buildReport(world.table, burst, world.clock.now()),
  setSending: (burst, enabled) => {
    const wanted = { enabled, now: world.clock.now() };
    return switchSending(world.table, burst, wanted, world.switchSending);
  },
});

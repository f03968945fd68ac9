// The console's entry: the pages.

import { createHandler } from '#console/create-handler.ts';
import { createConsolePorts } from '#environment/console-ports.ts';
import { buildReport } from '#feedback/build-report.ts';

const world = createConsolePorts();

export const handler = createHandler({
  ...world,
  buildReport: (burst) => buildReport(world.table, burst, world.clock.now()),
});

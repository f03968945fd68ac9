// A conversion is reported: by a server, a pixel or a script.

import { createPublicPorts, createPublicQueue } from '#environment/public-ports.ts';
import { createTakeConversion } from '#feedback/take-conversion.ts';

export const handler = createTakeConversion({ ...createPublicPorts(), queue: createPublicQueue() });

// GET and POST of an unsubscribe link: ask, then act.

import { createPublicPorts } from '#environment/public-ports.ts';
import { createTakeUnsubscribe } from '#feedback/take-unsubscribe.ts';

export const handler = createTakeUnsubscribe(createPublicPorts());

// GET and HEAD of a tracked link: note the click, then redirect.

import { createPublicPorts, createPublicQueue } from '#environment/public-ports.ts';
import { createFollowLink } from '#feedback/follow-link.ts';

export const handler = createFollowLink({ ...createPublicPorts(), queue: createPublicQueue() });

// Every route of the API, by subject.

import { accountRoutes } from './account-routes.ts';
import { audienceRoutes } from './audience-routes.ts';
import { burstRoutes } from './burst-routes.ts';
import { feedbackRoutes } from './feedback-routes.ts';
import { operatorRoutes } from './operator-routes.ts';
import { resultRoutes } from './result-routes.ts';
import type { Route } from './route.ts';

/** Commands parse what they are given themselves: nothing here is trusted to fit. */
export const routes: readonly Route[] = [
  ...burstRoutes,
  ...operatorRoutes,
  ...audienceRoutes,
  ...resultRoutes,
  ...feedbackRoutes,
  ...accountRoutes,
];

// A burst from its plan to its end.

import { AbandonBurstInput, abandonBurst } from '#commands/abandon-burst.ts';
import { ApproveBurstInput, approveBurst } from '#commands/approve-burst.ts';
import { CancelBurstInput, cancelBurst } from '#commands/cancel-burst.ts';
import { FireBurstInput, fireBurst } from '#commands/fire-burst.ts';
import { ListBurstsInput, listBursts } from '#commands/list-bursts.ts';
import { PlanBurstInput, planBurst } from '#commands/plan-burst.ts';
import { ResumeBurstInput, resumeBurst } from '#commands/resume-burst.ts';
import { ScheduleBurstInput, scheduleBurst } from '#commands/schedule-burst.ts';
import { ShowBurstInput, showBurst } from '#commands/show-burst.ts';
import { StandbyBurstInput, standbyBurst } from '#commands/standby-burst.ts';
import { StopBurstInput, stopBurst } from '#commands/stop-burst.ts';
import { get, post, type Route } from './route.ts';

export const burstRoutes: readonly Route[] = [
  post(
    { path: '/v1/bursts', summary: 'Plan a burst from a campaign file', scope: 'operator' },
    PlanBurstInput,
    planBurst,
  ),
  get(
    { path: '/v1/bursts', summary: 'All bursts', scope: 'viewer', query: ['limit', 'after'] },
    ListBurstsInput,
    listBursts,
  ),
  get(
    { path: '/v1/bursts/{burst}', summary: 'One burst and where it stands', scope: 'viewer' },
    ShowBurstInput,
    showBurst,
  ),
  post(
    { path: '/v1/bursts/{burst}/approve', summary: 'Approve its content', scope: 'approver' },
    ApproveBurstInput,
    approveBurst,
  ),
  post(
    { path: '/v1/bursts/{burst}/schedule', summary: 'Give it its moment', scope: 'operator' },
    ScheduleBurstInput,
    scheduleBurst,
  ),
  post(
    { path: '/v1/bursts/{burst}/standby', summary: 'Put it on stand-by', scope: 'operator' },
    StandbyBurstInput,
    standbyBurst,
  ),
  post(
    { path: '/v1/bursts/{burst}/fire', summary: 'Release it now', scope: 'operator' },
    FireBurstInput,
    fireBurst,
  ),
  post(
    {
      path: '/v1/bursts/{burst}/stop',
      summary: 'Stop it, and say what went out',
      scope: 'operator',
    },
    StopBurstInput,
    stopBurst,
  ),
  post(
    { path: '/v1/bursts/{burst}/resume', summary: 'Go on after a stop', scope: 'operator' },
    ResumeBurstInput,
    resumeBurst,
  ),
  post(
    { path: '/v1/bursts/{burst}/abandon', summary: 'End it after a stop', scope: 'operator' },
    AbandonBurstInput,
    abandonBurst,
  ),
  post(
    { path: '/v1/bursts/{burst}/cancel', summary: 'End it before release', scope: 'operator' },
    CancelBurstInput,
    cancelBurst,
  ),
];

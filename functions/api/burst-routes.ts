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
import {
  BurstAnswer,
  BurstsAnswer,
  ChangedBurstAnswer,
  PlannedBurstAnswer,
  ShownBurstAnswer,
  StoppedBurstAnswer,
} from './burst-answers.ts';
import { get, post, type Route } from './route.ts';

export const burstRoutes: readonly Route[] = [
  post(
    {
      path: '/v1/bursts',
      summary: 'Plan a burst from a campaign file',
      answer: PlannedBurstAnswer,
      scope: 'operator',
    },
    PlanBurstInput,
    planBurst,
  ),
  get(
    {
      path: '/v1/bursts',
      summary: 'All bursts',
      answer: BurstsAnswer,
      scope: 'viewer',
      query: ['limit', 'after'],
    },
    ListBurstsInput,
    listBursts,
  ),
  get(
    {
      path: '/v1/bursts/{burst}',
      summary: 'One burst and where it stands',
      answer: ShownBurstAnswer,
      scope: 'viewer',
    },
    ShowBurstInput,
    showBurst,
  ),
  post(
    {
      path: '/v1/bursts/{burst}/approve',
      summary: 'Approve its content',
      answer: BurstAnswer,
      scope: 'approver',
    },
    ApproveBurstInput,
    approveBurst,
  ),
  post(
    {
      path: '/v1/bursts/{burst}/schedule',
      summary: 'Give it its moment',
      answer: ChangedBurstAnswer,
      scope: 'operator',
    },
    ScheduleBurstInput,
    scheduleBurst,
  ),
  post(
    {
      path: '/v1/bursts/{burst}/standby',
      summary: 'Put it on stand-by',
      answer: ChangedBurstAnswer,
      scope: 'operator',
    },
    StandbyBurstInput,
    standbyBurst,
  ),
  post(
    {
      path: '/v1/bursts/{burst}/fire',
      summary: 'Release it now',
      answer: ChangedBurstAnswer,
      scope: 'operator',
    },
    FireBurstInput,
    fireBurst,
  ),
  post(
    {
      path: '/v1/bursts/{burst}/stop',
      summary: 'Stop it, and say what went out',
      answer: StoppedBurstAnswer,
      scope: 'operator',
    },
    StopBurstInput,
    stopBurst,
  ),
  post(
    {
      path: '/v1/bursts/{burst}/resume',
      summary: 'Go on after a stop',
      answer: ChangedBurstAnswer,
      scope: 'operator',
    },
    ResumeBurstInput,
    resumeBurst,
  ),
  post(
    {
      path: '/v1/bursts/{burst}/abandon',
      summary: 'End it after a stop',
      answer: ChangedBurstAnswer,
      scope: 'operator',
    },
    AbandonBurstInput,
    abandonBurst,
  ),
  post(
    {
      path: '/v1/bursts/{burst}/cancel',
      summary: 'End it before release',
      answer: ChangedBurstAnswer,
      scope: 'operator',
    },
    CancelBurstInput,
    cancelBurst,
  ),
];

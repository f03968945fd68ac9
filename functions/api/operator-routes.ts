// What an operator asks before, at and after the moment: checks, previews, corrections, people, signals.

import { checkBurst } from '#commands/check-burst.ts';
import { CopyReachedInput, copyReached } from '#commands/copy-reached.ts';
import { CorrectLinkInput, correctLink } from '#commands/correct-link.ts';
import { ErasePersonInput, erasePerson } from '#commands/erase-person.ts';
import { FindPersonInput, findPerson } from '#commands/find-person.ts';
import { ListConnectionsInput, showConnections } from '#commands/list-connections.ts';
import { PlanBurstInput } from '#commands/plan-burst.ts';
import {
  PreviewBurstInput,
  PreviewFileInput,
  previewBurst,
  previewFile,
} from '#commands/preview-burst.ts';
import { RehearseBurstInput, rehearseBurst } from '#commands/rehearse-burst.ts';
import { RetractPostsInput, retractPosts } from '#commands/retract-posts.ts';
import { ShowCalendarInput, showCalendar } from '#commands/show-calendar.ts';
import { ShowCallerInput, showCaller } from '#commands/show-caller.ts';
import { ShowDeploymentInput, showDeployment } from '#commands/show-deployment.ts';
import {
  CreateSignalInput,
  createSignal,
  ListSignalsInput,
  RevokeSignalInput,
  revokeSignal,
  SendSignalInput,
  sendSignal,
  showSignals,
} from '#commands/signals.ts';
import {
  CalendarAnswer,
  CallerAnswer,
  CheckedBurstAnswer,
  ConnectionsAnswer,
  CopiedReachedAnswer,
  CorrectedLinkAnswer,
  CreatedSignalAnswer,
  DeploymentAnswer,
  ErasedPersonAnswer,
  FoundPersonAnswer,
  PreviewedBurstAnswer,
  RehearsedBurstAnswer,
  RetractedPostsAnswer,
  SentSignalAnswer,
  SignalAnswer,
  SignalsAnswer,
} from './operator-answers.ts';
import { get, post, type Route } from './route.ts';

const before: readonly Route[] = [
  post(
    {
      path: '/v1/check',
      summary: 'What a campaign file would do; writes nothing',
      scope: 'operator',
      answer: CheckedBurstAnswer,
    },
    PlanBurstInput,
    checkBurst,
  ),
  post(
    {
      path: '/v1/preview',
      summary: 'What one person would get of a campaign file',
      scope: 'operator',
      answer: PreviewedBurstAnswer,
    },
    PreviewFileInput,
    previewFile,
  ),
  post(
    {
      path: '/v1/bursts/{burst}/preview',
      summary: 'What one person gets, as it is sent',
      scope: 'operator',
      answer: PreviewedBurstAnswer,
    },
    PreviewBurstInput,
    previewBurst,
  ),
  post(
    {
      path: '/v1/bursts/{burst}/rehearse',
      summary: 'The whole burst at its size with nothing leaving',
      scope: 'operator',
      answer: RehearsedBurstAnswer,
    },
    RehearseBurstInput,
    rehearseBurst,
  ),
  get(
    {
      path: '/v1/calendar',
      summary: 'Everything planned for a month',
      scope: 'viewer',
      query: ['month', 'limit', 'after'],
      answer: CalendarAnswer,
    },
    ShowCalendarInput,
    showCalendar,
  ),
];

const after: readonly Route[] = [
  post(
    {
      path: '/v1/bursts/{burst}/correct-link',
      summary: 'Lead the links of a call somewhere else',
      scope: 'operator',
      answer: CorrectedLinkAnswer,
    },
    CorrectLinkInput,
    correctLink,
  ),
  post(
    {
      path: '/v1/bursts/{burst}/retract',
      summary: 'Take its posts back',
      scope: 'operator',
      answer: RetractedPostsAnswer,
    },
    RetractPostsInput,
    retractPosts,
  ),
  post(
    {
      path: '/v1/bursts/{burst}/reached',
      summary: 'Make a list of exactly those it reached, page by page',
      scope: 'operator',
      answer: CopiedReachedAnswer,
    },
    CopyReachedInput,
    copyReached,
  ),
  post(
    {
      path: '/v1/people/find',
      summary: 'What one person got, what not, and why',
      scope: 'operator',
      answer: FoundPersonAnswer,
    },
    FindPersonInput,
    findPerson,
  ),
  post(
    {
      path: '/v1/people/erase',
      summary: 'Take a person off every list, for good',
      scope: 'admin',
      answer: ErasedPersonAnswer,
    },
    ErasePersonInput,
    erasePerson,
  ),
];

const signals: readonly Route[] = [
  post(
    {
      path: '/v1/bursts/{burst}/signals',
      summary: 'Make an address whose call fires this burst',
      scope: 'operator',
      answer: CreatedSignalAnswer,
    },
    CreateSignalInput,
    createSignal,
  ),
  get(
    {
      path: '/v1/bursts/{burst}/signals',
      summary: 'Its signals, without their secrets',
      scope: 'viewer',
      query: ['limit', 'after'],
      answer: SignalsAnswer,
    },
    ListSignalsInput,
    showSignals,
  ),
  post(
    {
      path: '/v1/bursts/{burst}/signals/{signal}/revoke',
      summary: 'End a signal',
      scope: 'operator',
      answer: SignalAnswer,
    },
    RevokeSignalInput,
    revokeSignal,
  ),
  post(
    {
      path: '/v1/signals/{burst}/{signal}',
      summary: 'Fire by a signal: whoever knows the address may',
      scope: 'anyone',
      answer: SentSignalAnswer,
    },
    SendSignalInput,
    sendSignal,
  ),
];

export const operatorRoutes: readonly Route[] = [
  ...before,
  ...after,
  ...signals,
  get(
    { path: '/v1/me', summary: 'Whose token this is', scope: 'viewer', answer: CallerAnswer },
    ShowCallerInput,
    showCaller,
  ),
  get(
    {
      path: '/v1/deployment',
      summary: 'Whether everything it sends through answers',
      scope: 'viewer',
      answer: DeploymentAnswer,
    },
    ShowDeploymentInput,
    showDeployment,
  ),
  get(
    {
      path: '/v1/connections',
      summary: 'Connected accounts',
      scope: 'viewer',
      query: ['limit', 'after'],
      answer: ConnectionsAnswer,
    },
    ListConnectionsInput,
    showConnections,
  ),
];

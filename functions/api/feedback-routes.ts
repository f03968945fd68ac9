// Feedback that nobody could work on: what it is, and another try.

import { ImportConversionsInput, importConversions } from '#commands/import-conversions.ts';
import { ListDeadLettersInput, listDeadLetters } from '#commands/list-dead-letters.ts';
import { RedriveInput, redrive } from '#commands/redrive.ts';
import {
  DeadLettersAnswer,
  ImportedConversionsAnswer,
  RedrivenAnswer,
} from './feedback-answers.ts';
import { get, post, type Route } from './route.ts';

export const feedbackRoutes: readonly Route[] = [
  get(
    {
      path: '/v1/dead-letters',
      summary: 'Feedback that was set aside, with its reasons',
      scope: 'viewer',
      query: ['limit', 'after'],
      answer: DeadLettersAnswer,
    },
    ListDeadLettersInput,
    listDeadLetters,
  ),
  post(
    {
      path: '/v1/dead-letters/redrive',
      summary: 'Give set-aside feedback another try',
      scope: 'operator',
      answer: RedrivenAnswer,
    },
    RedriveInput,
    redrive,
  ),
  post(
    {
      path: '/v1/conversions/import',
      summary: 'Bring in conversions by click id, by person, or by both',
      scope: 'operator',
      answer: ImportedConversionsAnswer,
    },
    ImportConversionsInput,
    importConversions,
  ),
];

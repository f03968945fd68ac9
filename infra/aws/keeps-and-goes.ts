// What removing a stage takes away, and what it leaves in the account.

import type { Settings } from './settings.ts';
import { stackName } from './volley-stack.ts';

export function keepsAndGoes(settings: Settings): string[] {
  const { stage, sender, senderExists, keepData, customerKey } = settings;
  const data = [
    `table ${stage}-volley: lists, bursts, reports, suppressions`,
    ...(senderExists ? [] : [`SES identity ${sender}`]),
    ...(customerKey ? [`KMS key ${stage}-volley, without which the table cannot be read`] : []),
  ];
  const stays = [
    `parameters under /${stage}/volley: keys of links already sent, tokens of accounts`,
    ...(senderExists ? [`SES identity ${sender}: it was there before`] : []),
    'the suppression list of the SES account',
  ];
  return [
    `Removing ${stackName(settings)} takes away:`,
    '  functions, schedules, queues with what waits in them, alarms, logs, both HTTP APIs:',
    '  links in emails already sent, unsubscribe links included, stop working',
    ...(keepData ? [] : data.map((line) => `  ${line}`)),
    'It leaves:',
    ...[...(keepData ? data : []), ...stays].map((line) => `  ${line}`),
    ...(keepData
      ? [
          'It is protected: first',
          `  aws cloudformation update-termination-protection --no-enable-termination-protection --stack-name ${stackName(settings)}`,
        ]
      : []),
  ];
}

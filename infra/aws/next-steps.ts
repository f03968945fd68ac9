// What a deployment tells whoever made it: where everything is, and what is left to do.

import type { Seen } from './deploy-checks.ts';
import type { Settings } from './settings.ts';

type Outputs = { readonly [name: string]: string | undefined };

/** @param outputs of the stack, by name */
export function nextSteps(settings: Settings, outputs: Outputs, seen: Seen): string[] {
  const { stage, region, sender, alarmEmail } = settings;
  const steps = [
    ...dnsSteps(settings, outputs),
    ...(alarmEmail
      ? [`Confirm the email that AWS sent to ${alarmEmail}: alarms arrive after that.`]
      : []),
    ...(seen.sending.productionAccess
      ? []
      : [
          `SES is in its sandbox in ${region}: 200 emails a day to verified addresses only. SES console, Account dashboard, Request production access; the answer usually comes within a day.`,
        ]),
    `See what is still missing, as often as you like: npx volley doctor --aws --stage ${stage}`,
    `Take the first token: aws ssm get-parameter --region ${region} --name /${stage}/volley/api/admin-token --with-decryption --query Parameter.Value --output text`,
    `Then: export VOLLEY_URL=${outputs.ApiAddress} VOLLEY_TOKEN=<that token>; npx volley status`,
  ];
  return [
    `Volley ${stage} in ${region}`,
    `  links    ${outputs.LinkAddress}`,
    `  API      ${outputs.ApiAddress}`,
    `  sender   ${sender}, ${seen.sending.perSecond} emails a second, ${seen.sending.perDay} in 24 hours`,
    `  alarms   ${alarmEmail ?? 'nobody is told: set alarmEmail'}`,
    'Next:',
    ...steps.map((step, index) => `  ${index + 1}. ${step}`),
  ];
}

function dnsSteps(settings: Settings, outputs: Outputs): string[] {
  const { region, sender, senderExists, mailFrom, linkDomain, apiDomain } = settings;
  const records: string[] = [];
  if (linkDomain) records.push(`${linkDomain.name} CNAME ${outputs.LinkDomainRecord}`);
  if (apiDomain) records.push(`${apiDomain.name} CNAME ${outputs.ApiDomainRecord}`);
  for (const name of ['Dkim1', 'Dkim2', 'Dkim3']) {
    const record = outputs[name];
    if (record && !sender.includes('@')) records.push(record);
  }
  if (mailFrom) {
    records.push(`${mailFrom} MX 10 feedback-smtp.${region}.amazonses.com`);
    records.push(`${mailFrom} TXT "v=spf1 include:amazonses.com ~all"`);
  }
  if (!sender.includes('@'))
    records.push(`_dmarc.${sender} TXT "v=DMARC1; p=none" (unless there is one)`);
  const steps =
    records.length > 0 ? [`DNS records:\n${records.map((one) => `       ${one}`).join('\n')}`] : [];
  if (sender.includes('@') && !senderExists) {
    steps.push(`Follow the link in the email that AWS sent to ${sender}.`);
  }
  return steps;
}

// What stands against sending: identity, DKIM, sandbox, quota, plan, suppression, events, alarms.

import { emailEvents } from '#infra/definition.ts';
import type { Settings } from '../settings.ts';
import { type Finding, look, right, unseen, wrong } from './finding.ts';
import {
  isUnseen,
  type SeenAccount,
  type SeenAlarms,
  type SeenAll,
  type SeenIdentity,
} from './seen.ts';

export function sendingFindings(settings: Settings, seen: SeenAll): Finding[] {
  return [
    ...identityFindings(settings, seen),
    ...accountFindings(settings, seen),
    ...setFindings(settings, seen),
    alarmFinding(settings, seen.alarms),
  ];
}

const DNS_WAIT = 'minutes to an hour, 72 hours at most';

function identityFindings({ sender, region }: Settings, { identity }: SeenAll): Finding[] {
  if (isUnseen(identity)) {
    return ['identity', 'DKIM'].map((check) =>
      unseen(check, identity.unseen, 'ses:GetEmailIdentity'),
    );
  }
  if (!identity) {
    const says = `SES in ${region} does not know ${sender}`;
    return [wrong('identity', says, { next: 'npm run deploy makes it', wait: 'a few minutes' })];
  }
  const isDomain = !sender.includes('@');
  return [identityFinding(sender, identity, isDomain), dkimFinding(sender, identity, isDomain)];
}

function identityFinding(sender: string, identity: SeenIdentity, isDomain: boolean): Finding {
  if (identity.verified) return right('identity', `${sender} is verified`);
  const { status = 'PENDING', error } = identity;
  const says = `${sender} is not verified (${status}${error ? `, ${error}` : ''})`;
  return isDomain
    ? wrong('identity', says, { next: dnsNext(identity), wait: DNS_WAIT })
    : wrong('identity', says, {
        next: `follow the link in the email that AWS sent to ${sender}`,
        wait: 'at once; the link is good for 24 hours',
      });
}

function dkimFinding(sender: string, identity: SeenIdentity, isDomain: boolean): Finding {
  const { dkim = 'NOT_STARTED', signs } = identity;
  if (!isDomain) {
    return look('DKIM', `${sender} is a single address: emails are signed by amazonses.com only`, {
      next: `set sender to the domain ${sender.slice(sender.indexOf('@') + 1)}, so that its own signature aligns`,
      wait: DNS_WAIT,
    });
  }
  if (dkim === 'SUCCESS' && signs) return right('DKIM', `emails are signed by ${sender}`);
  if (dkim === 'SUCCESS') {
    return wrong('DKIM', 'the keys are right, but signing is switched off', {
      next: `aws sesv2 put-email-identity-dkim-attributes --email-identity ${sender} --signing-enabled`,
      wait: 'at once',
    });
  }
  return wrong('DKIM', `is ${dkim}`, { next: dnsNext(identity), wait: DNS_WAIT });
}

function dnsNext({ dkimRecords }: SeenIdentity): string {
  const records = dkimRecords.map(({ name, value }) => `${name} CNAME ${value}`);
  return records.length > 0
    ? `add these DNS records: ${records.join('; ')}`
    : 'SES console, Identities: add the DNS records it shows';
}

function accountFindings(settings: Settings, { account }: SeenAll): Finding[] {
  if (isUnseen(account)) {
    return ['sandbox', 'sending', 'quota', 'plan'].map((check) =>
      unseen(check, account.unseen, 'ses:GetAccount'),
    );
  }
  return [
    sandboxFinding(settings, account),
    standingFinding(account),
    quotaFinding(account),
    planFinding(account),
  ];
}

function sandboxFinding({ region }: Settings, account: SeenAccount): Finding {
  if (account.productionAccess) return right('sandbox', 'the account is out of it');
  const says = `SES in ${region} is in its sandbox: 200 emails a day, to verified addresses only`;
  const wait = 'usually within a day';
  if (account.review === 'PENDING') {
    return wrong('sandbox', says, {
      next: 'the request is made: wait, and answer AWS if it asks',
      wait,
    });
  }
  const again = account.review === 'DENIED' ? 'it was denied: answer the support case, or ' : '';
  return wrong('sandbox', says, {
    next: `${again}SES console, Account dashboard, Request production access: say who the people are and how they agreed`,
    wait,
  });
}

function standingFinding({ sendingEnabled, standing }: SeenAccount): Finding {
  if (!sendingEnabled) {
    return wrong('sending', `SES does not let the account send (${standing ?? 'disabled'})`, {
      next: 'read the email from AWS and docs/operations/sending-disabled.md',
      wait: 'hours to days, after an answer to AWS',
    });
  }
  if (standing !== undefined && standing !== 'HEALTHY') {
    return look('sending', `the account is under review (${standing})`, {
      next: 'answer the review in the SES console before the next large burst',
      wait: 'days',
    });
  }
  return right('sending', 'the account may send');
}

function quotaFinding({ perSecond, perDay, sentInDay }: SeenAccount): Finding {
  const left = Math.max(0, perDay - sentInDay);
  const says = `${count(perSecond)} a second, ${count(left)} of ${count(perDay)} left in 24 hours; 100,000 emails would take ${durationOf(100_000 / Math.max(perSecond, 0.001))}`;
  if (left > 0 && perDay >= 50_000) return right('quota', says);
  return look('quota', says, {
    next: 'Service Quotas, Amazon SES: ask for the rate and the daily number of the largest burst you plan',
    wait: 'usually within a day',
  });
}

const PLANS: { readonly [plan: string]: string } = {
  NONE: 'a la carte: $0.10 per 1,000 emails',
  ESSENTIALS: 'Essentials: $0.16 per 1,000 emails',
  PRO: 'Pro: $105 a month and $0.22 per 1,000 emails',
  ENTERPRISE: 'Enterprise: $500 a month and $0.23 per 1,000 emails',
};

function planFinding({ plan, nextPlan }: SeenAccount): Finding {
  if (plan === undefined) {
    return look('plan', 'SES does not say which pricing plan holds', {
      next: 'SES console, Account dashboard, Pricing plan; then volley cost --plan',
    });
  }
  const says = PLANS[plan] ?? plan;
  if (nextPlan !== undefined && nextPlan !== plan) {
    return look('plan', `${says}; next month ${PLANS[nextPlan] ?? nextPlan}`);
  }
  return right('plan', says);
}

function setFindings({ stage }: Settings, seen: SeenAll): Finding[] {
  const { set } = seen;
  const name = `${stage}-volley`;
  if (isUnseen(set)) {
    return ['events', 'suppression'].map((check) =>
      unseen(
        check,
        set.unseen,
        'ses:GetConfigurationSet, ses:GetConfigurationSetEventDestinations',
      ),
    );
  }
  if (!set) {
    const says = `there is no configuration set ${name}`;
    return [wrong('events', says, { next: 'npm run deploy makes it', wait: 'a few minutes' })];
  }
  const missing = emailEvents.filter((type) => !set.tells.includes(type));
  return [
    missing.length === 0
      ? right('events', `SES tells of ${emailEvents.length} types of events`)
      : wrong('events', `SES does not tell of ${missing.join(', ')}`, {
          next: `npm run deploy -- -c stage=${stage} puts the event destination of ${name} back`,
          wait: 'at once',
        }),
    ...(set.sending
      ? []
      : [
          look('sending', `sending is switched off for ${name}: a burst is stopped`, {
            next: 'volley resume BURST, or volley stop it for good',
            wait: 'at once',
          }),
        ]),
    suppressionFinding(stage, set.suppresses, seen),
  ];
}

const REASONS = ['BOUNCE', 'COMPLAINT'];

function suppressionFinding(
  stage: string,
  ofSet: readonly string[] | undefined,
  { account }: SeenAll,
): Finding {
  const holds = ofSet ?? (isUnseen(account) ? [] : account.suppresses);
  const missing = REASONS.filter((reason) => !holds.includes(reason));
  if (missing.length === 0) return right('suppression', 'SES holds back who bounced or complained');
  return wrong('suppression', `SES does not hold back after: ${missing.join(', ')}`, {
    next: `aws sesv2 put-configuration-set-suppression-options --configuration-set-name ${stage}-volley --suppressed-reasons BOUNCE COMPLAINT`,
    wait: 'at once',
  });
}

function alarmFinding({ alarmEmail }: Settings, alarms: SeenAll['alarms']): Finding {
  if (isUnseen(alarms)) {
    return unseen('alarms', alarms.unseen, 'sns:ListTopics, sns:ListSubscriptionsByTopic');
  }
  if (!alarms) {
    return wrong('alarms', 'there is no topic for alarms', { next: 'npm run deploy makes it' });
  }
  return subscriptionFinding(alarmEmail, alarms);
}

function subscriptionFinding(
  alarmEmail: string | undefined,
  { confirmed, pending }: SeenAlarms,
): Finding {
  if (pending.length > 0) {
    return wrong('alarms', `not confirmed: ${pending.join(', ')}`, {
      next: 'follow the link in the email from AWS Notifications; if it is gone, deploy again',
      wait: 'at once; the link is good for three days',
    });
  }
  if (confirmed.length > 0) return right('alarms', `told to ${confirmed.join(', ')}`);
  return wrong('alarms', 'nobody is told', {
    next: alarmEmail
      ? `deploy again: ${alarmEmail} is not subscribed any more`
      : 'set alarmEmail in cdk.json and deploy',
    wait: 'minutes, then follow the link in the email',
  });
}

function count(value: number): string {
  return value.toLocaleString('en');
}

function durationOf(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  if (seconds < 5_400) return `${Math.ceil(seconds / 60)} min`;
  return `${(seconds / 3_600).toFixed(1)} hours`;
}

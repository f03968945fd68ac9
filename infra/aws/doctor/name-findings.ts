// What stands against links and against arriving: DNS, TLS, and whether the sender aligns.

import type { Settings } from '../settings.ts';
import { type Finding, look, right, unseen, wrong } from './finding.ts';
import { isUnseen, type Look, type SeenAll, type SeenHost, type SeenRecords } from './seen.ts';

export function nameFindings(settings: Settings, seen: SeenAll, now: number): Finding[] {
  return [
    ...hostFindings('link', settings, seen.link, now),
    ...(settings.apiDomain ? hostFindings('api', settings, seen.api, now) : []),
    ...alignmentFindings(settings, seen),
  ];
}

const DNS_WAIT = 'minutes, up to the time to live of the old record';
/** What answers where there is nothing to find: a link of ours, the API without a token. */
const EXPECTED = { link: 404, api: 401 } as const;
const DAY_MS = 86_400_000;

function hostFindings(
  kind: 'link' | 'api',
  settings: Settings,
  seen: Look<SeenHost> | undefined,
  now: number,
): Finding[] {
  const dns = `${kind} DNS`;
  if (seen === undefined) {
    const says = 'links are below the address that AWS gave: they die with the stack';
    return [
      look(dns, says, { next: 'set linkDomain and linkCertificate before people get links' }),
    ];
  }
  if (isUnseen(seen)) return [unseen(dns, seen.unseen, 'to ask DNS')];
  return [dnsFinding(dns, kind, settings, seen), tlsFinding(kind, settings, seen, now)];
}

function dnsFinding(check: string, kind: string, { region }: Settings, seen: SeenHost): Finding {
  const { name, leadsTo, addresses } = seen;
  const output = `${kind === 'link' ? 'Link' : 'Api'}DomainRecord`;
  const next = `add the DNS record ${name} CNAME <output ${output} of the stack, ends with execute-api.${region}.amazonaws.com>`;
  if (leadsTo.length === 0 && addresses.length === 0) {
    return wrong(check, `${name} has no DNS record`, { next, wait: DNS_WAIT });
  }
  if (leadsTo.length === 0) return right(check, `${name} is at ${addresses.join(', ')}`);
  const target = leadsTo[0] ?? '';
  if (/\.(?:execute-api\.[a-z0-9-]+\.amazonaws\.com|cloudfront\.net)$/.test(target)) {
    return right(check, `${name} leads to ${target}`);
  }
  return wrong(check, `${name} leads to ${target}, which is not API Gateway`, {
    next: next.replace('add', 'change'),
    wait: DNS_WAIT,
  });
}

function tlsFinding(
  kind: 'link' | 'api',
  { stage, region }: Settings,
  { name, certificate, answer }: SeenHost,
  now: number,
): Finding {
  const check = `${kind} TLS`;
  const deploy = `npm run deploy -- -c stage=${stage}`;
  if (answer.kind === 'not_trusted') {
    return wrong(check, `${name} shows a certificate that is not its own (${answer.code})`, {
      next: `aws acm describe-certificate --region ${region} --certificate-arn ${certificate}: it must say ISSUED and hold ${name}; then ${deploy}`,
      wait: 'minutes after the record that proves the name is there',
    });
  }
  if (answer.kind === 'silent') {
    return wrong(check, `nobody answers at https://${name} (${answer.code})`, {
      next: `the DNS record first; if it is right, ${deploy}`,
      wait: DNS_WAIT,
    });
  }
  if (answer.status !== EXPECTED[kind]) {
    return wrong(
      check,
      `https://${name} answered ${answer.status}, Volley says ${EXPECTED[kind]} there`,
      {
        next: `somebody else answers under this name, or the domain is not mapped: ${deploy}`,
        wait: 'a few minutes',
      },
    );
  }
  const days = Math.floor((answer.validUntil - now) / DAY_MS);
  // AWS renews a certificate 60 days before it ends, as long as the record that proves it stays.
  if (days >= 30) return right(check, `the certificate is good for ${days} days`);
  return wrong(check, `the certificate ends in ${days} days and was not renewed`, {
    next: `put the CNAME back that proves ${name} (AWS Certificate Manager shows it)`,
    wait: 'hours',
  });
}

function alignmentFindings(settings: Settings, seen: SeenAll): Finding[] {
  const { records } = seen;
  if (isUnseen(records)) return [unseen('alignment', records.unseen, 'to ask DNS')];
  return [spfFinding(settings, seen, records), dmarcFinding(settings, seen, records)];
}

function spfFinding(settings: Settings, { identity }: SeenAll, records: SeenRecords): Finding {
  const { sender, mailFrom, region } = settings;
  const known = isUnseen(identity) ? undefined : identity?.mailFrom;
  const domain = mailFrom ?? known?.domain;
  if (domain === undefined) {
    return look('SPF', `bounces go to amazonses.com, so SPF does not align with ${sender}`, {
      next: 'set mailFrom to a subdomain of the sender and deploy; DKIM alone is enough for DMARC',
      wait: 'minutes to an hour after its two DNS records are there',
    });
  }
  const mx = `feedback-smtp.${region}.amazonses.com`;
  const missing = [
    ...(records.mailFromMx.includes(mx) ? [] : [`${domain} MX 10 ${mx}`]),
    ...(records.mailFromTxt.some(isSesSpf)
      ? []
      : [`${domain} TXT "v=spf1 include:amazonses.com ~all"`]),
  ];
  const wait = 'minutes to an hour, 72 hours at most';
  // An identity of somebody else's making: its records are SES's to judge.
  if (mailFrom !== undefined && missing.length > 0) {
    return wrong('SPF', `${domain} lacks records`, { next: `add ${missing.join(' and ')}`, wait });
  }
  if (known !== undefined && known.status !== 'SUCCESS') {
    return wrong('SPF', `SES says ${known.status} of ${domain}`, {
      next: 'the records are looked for again by SES; if it says FAILED, deploy again',
      wait,
    });
  }
  return right('SPF', `bounces go to ${domain}, which aligns with ${sender}`);
}

function isSesSpf(text: string): boolean {
  return text.startsWith('v=spf1') && text.includes('include:amazonses.com');
}

function dmarcFinding({ sender }: Settings, seen: SeenAll, records: SeenRecords): Finding {
  const domain = sender.slice(sender.indexOf('@') + 1);
  const record = `_dmarc.${domain} TXT "v=DMARC1; p=none"`;
  const wait = 'minutes';
  if (records.dmarc.length === 0) {
    return wrong('DMARC', `${domain} has no policy; Gmail and Yahoo want one of large senders`, {
      next: `add ${record}`,
      wait,
    });
  }
  if (records.dmarc.length > 1) {
    const says = `${domain} has ${records.dmarc.length} policies, so none holds`;
    return wrong('DMARC', says, { next: 'leave one of them', wait });
  }
  const policy = records.dmarc[0] ?? '';
  const strict = /\badkim=s\b/.test(policy) ? ' (strict)' : '';
  const { identity } = seen;
  const signs = !isUnseen(identity) && identity?.dkim === 'SUCCESS' && identity.signs;
  if (!sender.includes('@') && signs) {
    return right('DMARC', `DKIM aligns with ${domain}${strict}: ${policy}`);
  }
  const isEnforced = /\bp=(?:quarantine|reject)\b/.test(policy);
  const says = `emails do not pass it yet: nothing is signed by ${domain}`;
  const next = 'DKIM first (above)';
  return isEnforced ? wrong('DMARC', says, { next, wait }) : look('DMARC', says, { next, wait });
}

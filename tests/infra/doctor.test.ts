import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { examine, findings } from '#infra/aws/doctor/examine.ts';
import type { Finding } from '#infra/aws/doctor/finding.ts';
import type { SeenAll, SeenHost } from '#infra/aws/doctor/seen.ts';
import { readSettings, type Settings } from '#infra/aws/settings.ts';
import { emailEvents } from '#infra/definition.ts';
import { startSesFront } from '#infra/local/stand-ins/ses/ses-front.ts';
import { doctorAws } from '../../cli/doctor-aws.ts';
import { type Stub, startStub } from '../environment/ses-stub.ts';
import { certificate, privateKey } from '../outbound/tls-fixture.ts';
import { type NameServer, startNameServer } from './name-server.ts';

const NOW = Date.parse('2027-03-04T12:00:00Z');
const ARN = 'arn:aws:acm:eu-central-1:111122223333:certificate/0a1b';
const prod = {
  region: 'eu-central-1',
  sender: 'good.test',
  mailFrom: 'bounce.good.test',
  linkDomain: 'go.good.test',
  linkCertificate: ARN,
  apiDomain: 'volley.good.test',
  apiCertificate: ARN,
  alarmEmail: 'ops@good.test',
};

function settingsOf(more: object = {}): Settings {
  const read = readSettings({ stage: 'prod', prod: { ...prod, ...more } });
  if (read.kind === 'refused') throw new Error(read.problems.join());
  return read.settings;
}

const host = (name: string, status: number): SeenHost => ({
  name,
  certificate: ARN,
  leadsTo: ['d-1.execute-api.eu-central-1.amazonaws.com'],
  addresses: ['192.0.2.1'],
  answer: { kind: 'answered', status, validUntil: NOW + 200 * 86_400_000 },
});

const whole = {
  account: {
    productionAccess: true,
    sendingEnabled: true,
    standing: 'HEALTHY',
    perSecond: 300,
    perDay: 1_000_000,
    sentInDay: 0,
    plan: 'ESSENTIALS',
    suppresses: ['BOUNCE', 'COMPLAINT'],
  },
  identity: {
    verified: true,
    signs: true,
    dkim: 'SUCCESS',
    dkimRecords: [{ name: 'a._domainkey.good.test', value: 'a.dkim.amazonses.com' }],
    mailFrom: { domain: 'bounce.good.test', status: 'SUCCESS' },
  },
  set: { sending: true, tells: [...emailEvents], suppresses: ['BOUNCE', 'COMPLAINT'] },
  alarms: { confirmed: ['ops@good.test'], pending: [] },
  link: host('go.good.test', 404),
  api: host('volley.good.test', 401),
  records: {
    dmarc: ['v=DMARC1; p=none'],
    mailFromMx: ['feedback-smtp.eu-central-1.amazonses.com'],
    mailFromTxt: ['v=spf1 include:amazonses.com ~all'],
  },
} satisfies SeenAll;

const CHECKS = [
  'identity',
  'DKIM',
  'sandbox',
  'sending',
  'quota',
  'plan',
  'events',
  'suppression',
  'alarms',
  'link DNS',
  'link TLS',
  'api DNS',
  'api TLS',
  'SPF',
  'DMARC',
];

test('an account where everything is right hears so of every check', () => {
  const found = findings(settingsOf(), whole, NOW);
  expect(found.map(({ check }) => check)).toEqual(CHECKS);
  expect(found.filter(({ verdict }) => verdict !== 'right')).toEqual([]);
});

describe('what is wrong is found, with the next action and the usual wait', () => {
  const { account, identity, set, link, records } = whole;
  test.each<[string, Partial<SeenAll>, string, Finding['verdict'], RegExp]>([
    ['no identity', { identity: null }, 'identity', 'wrong', /npm run deploy makes it/],
    [
      'an identity that waits for DNS',
      { identity: { ...identity, verified: false, status: 'PENDING' } },
      'identity',
      'wrong',
      /a\._domainkey\.good\.test CNAME a\.dkim\.amazonses\.com.*72 hours/,
    ],
    [
      'DKIM that failed',
      { identity: { ...identity, dkim: 'FAILED' } },
      'DKIM',
      'wrong',
      /is FAILED.*a\._domainkey\.good\.test CNAME/,
    ],
    [
      'DKIM that is switched off',
      { identity: { ...identity, signs: false } },
      'DKIM',
      'wrong',
      /put-email-identity-dkim-attributes --email-identity good\.test --signing-enabled/,
    ],
    [
      'the sandbox',
      { account: { ...account, productionAccess: false } },
      'sandbox',
      'wrong',
      /200 emails a day.*Request production access.*within a day/,
    ],
    [
      'a request that is under way',
      { account: { ...account, productionAccess: false, review: 'PENDING' } },
      'sandbox',
      'wrong',
      /the request is made/,
    ],
    [
      'a request that was denied',
      { account: { ...account, productionAccess: false, review: 'DENIED' } },
      'sandbox',
      'wrong',
      /it was denied: answer the support case/,
    ],
    [
      'sending that SES switched off',
      { account: { ...account, sendingEnabled: false, standing: 'SHUTDOWN' } },
      'sending',
      'wrong',
      /SHUTDOWN.*sending-disabled\.md/,
    ],
    [
      'an account under review',
      { account: { ...account, standing: 'PROBATION' } },
      'sending',
      'look',
      /under review \(PROBATION\)/,
    ],
    [
      'a small quota',
      { account: { ...account, perSecond: 14, perDay: 200 } },
      'quota',
      'look',
      /14 a second.*would take 2\.0 hours.*Service Quotas/,
    ],
    [
      'a plan that changes',
      { account: { ...account, nextPlan: 'PRO' } },
      'plan',
      'look',
      /Essentials.*next month Pro/,
    ],
    [
      'events that nobody is told',
      { set: { ...set, tells: emailEvents.filter((type) => type !== 'BOUNCE') } },
      'events',
      'wrong',
      /does not tell of BOUNCE.*npm run deploy/,
    ],
    ['no configuration set', { set: null }, 'events', 'wrong', /no configuration set prod-volley/],
    [
      'a configuration set that a stop switched off',
      { set: { ...set, sending: false } },
      'sending',
      'look',
      /switched off for prod-volley.*volley resume/,
    ],
    [
      'people who complained and are not held back',
      { set: { ...set, suppresses: ['BOUNCE'] } },
      'suppression',
      'wrong',
      /after: COMPLAINT.*put-configuration-set-suppression-options/,
    ],
    [
      'an alarm that nobody confirmed',
      { alarms: { confirmed: [], pending: ['ops@good.test'] } },
      'alarms',
      'wrong',
      /not confirmed: ops@good\.test.*follow the link/,
    ],
    [
      'an alarm that nobody hears',
      { alarms: { confirmed: [], pending: [] } },
      'alarms',
      'wrong',
      /nobody is told.*deploy again: ops@good\.test/,
    ],
    ['no topic', { alarms: null }, 'alarms', 'wrong', /no topic/],
    [
      'a link domain without a record',
      { link: { ...link, leadsTo: [], addresses: [] } },
      'link DNS',
      'wrong',
      /add the DNS record go\.good\.test CNAME <output LinkDomainRecord/,
    ],
    [
      'a link domain that leads elsewhere',
      { link: { ...link, leadsTo: ['parking.test'] } },
      'link DNS',
      'wrong',
      /parking\.test, which is not API Gateway.*change the DNS record/,
    ],
    [
      'a certificate of somebody else',
      { link: { ...link, answer: { kind: 'not_trusted', code: 'ERR_TLS_CERT_ALTNAME_INVALID' } } },
      'link TLS',
      'wrong',
      /not its own.*acm describe-certificate --region eu-central-1/,
    ],
    [
      'a certificate that ends soon',
      {
        link: {
          ...link,
          answer: { ...link.answer, kind: 'answered', status: 404, validUntil: NOW + 864e6 },
        },
      },
      'link TLS',
      'wrong',
      /ends in 10 days.*put the CNAME back/,
    ],
    [
      'somebody else behind the name',
      { link: { ...link, answer: { kind: 'answered', status: 200, validUntil: NOW + 864e8 } } },
      'link TLS',
      'wrong',
      /answered 200, Volley says 404/,
    ],
    [
      'nobody behind the name',
      { link: { ...link, answer: { kind: 'silent', code: 'ECONNREFUSED' } } },
      'link TLS',
      'wrong',
      /nobody answers at https:\/\/go\.good\.test \(ECONNREFUSED\)/,
    ],
    [
      'bounces without records',
      { records: { ...records, mailFromMx: [], mailFromTxt: [] } },
      'SPF',
      'wrong',
      /add bounce\.good\.test MX 10 feedback-smtp.* and bounce\.good\.test TXT "v=spf1/,
    ],
    [
      'bounces that SES has not seen',
      { identity: { ...identity, mailFrom: { domain: 'bounce.good.test', status: 'PENDING' } } },
      'SPF',
      'wrong',
      /SES says PENDING/,
    ],
    [
      'no DMARC policy',
      { records: { ...records, dmarc: [] } },
      'DMARC',
      'wrong',
      /add _dmarc\.good\.test TXT "v=DMARC1; p=none"/,
    ],
    [
      'two DMARC policies',
      { records: { ...records, dmarc: ['v=DMARC1; p=none', 'v=DMARC1; p=reject'] } },
      'DMARC',
      'wrong',
      /has 2 policies, so none holds/,
    ],
    [
      'a strict policy without a signature',
      {
        records: { ...records, dmarc: ['v=DMARC1; p=reject'] },
        identity: { ...identity, dkim: 'PENDING' },
      },
      'DMARC',
      'wrong',
      /do not pass it yet.*DKIM first/,
    ],
    [
      'a permission that is missing',
      { alarms: { unseen: 'not authorized' } },
      'alarms',
      'unseen',
      /not authorized.*sns:ListTopics/,
    ],
    [
      'DNS that does not answer',
      { records: { unseen: 'SERVFAIL' } },
      'alignment',
      'unseen',
      /SERVFAIL/,
    ],
  ])('%s', (_what, change, check, verdict, said) => {
    const found = findings(settingsOf(), { ...whole, ...change }, NOW).filter(
      (one) => one.check === check && one.verdict === verdict,
    );
    expect(found).toHaveLength(1);
    const [{ says, next, wait }] = found as [Finding];
    expect(`${says} ${next} ${wait}`).toMatch(said);
    if (verdict === 'wrong') expect(next).toBeTruthy();
  });

  test('a single address is told that its signature cannot align', () => {
    const settings = settingsOf({ sender: 'ana@good.test' });
    const found = findings(settings, whole, NOW).find(({ check }) => check === 'DKIM');
    expect(found).toMatchObject({ verdict: 'look', next: expect.stringContaining('good.test') });
  });
});

describe('over the wire', () => {
  const variables = [
    'AWS_ENDPOINT_URL_SESV2',
    'AWS_ENDPOINT_URL_SNS',
    'AWS_ACCESS_KEY_ID',
    'AWS_SECRET_ACCESS_KEY',
  ];
  const stops: (() => unknown)[] = [];
  let before: (string | undefined)[];
  let folder: string;
  let dns: NameServer;
  let ses: Stub;
  let reach: { address: string; port: number; ca: string };
  const statuses: Record<string, number> = { 'good.test': 404 };

  beforeAll(async () => {
    before = variables.map((name) => process.env[name]);
    folder = mkdtempSync(join(tmpdir(), 'volley-doctor-'));
    const front = await startSesFront({
      file: join(folder, 'ses.jsonl'),
      port: 0,
      perSecond: 14,
      perDay: 50_000,
      configurationSets: ['prod-volley'],
      publishes: [],
      deliver: () => undefined,
    });
    // What the stand-in does not say is added to what it does.
    ses = await startStub(({ path }, response) => {
      overlaid(front.url, path).then(
        ({ status, said }) =>
          response.writeHead(status, { 'content-type': 'application/json' }).end(said),
        () => response.destroy(),
      );
    });
    const sns = await startStub(({ body }, response) => {
      const action = new URLSearchParams(body).get('Action');
      response.writeHead(200, { 'content-type': 'text/xml' }).end(snsAnswer(action));
    });
    dns = await startNameServer({
      'good.test': { A: ['127.0.0.1'] },
      'bounce.good.test': {
        MX: ['feedback-smtp.eu-central-1.amazonses.com'],
        TXT: ['v=spf1 include:amazonses.com ~all'],
      },
      '_dmarc.good.test': { TXT: ['v=DMARC1; p=quarantine'] },
      'volley.good.test': {
        CNAME: ['d-2.execute-api.eu-central-1.amazonaws.com'],
        A: ['127.0.0.1'],
      },
    });
    const tls = createServer({ cert: certificate, key: privateKey }, (request, response) => {
      response.writeHead(statuses[request.headers.host?.split(':')[0] ?? ''] ?? 401).end();
    });
    await new Promise<void>((done) => tls.listen(0, '127.0.0.1', done));
    reach = { address: '127.0.0.1', port: (tls.address() as AddressInfo).port, ca: certificate };
    stops.push(front.close, ses.stop, sns.stop, dns.stop, () => tls.close());
    [ses.url, sns.url, 'local', 'local'].forEach((value, index) => {
      process.env[variables[index] ?? ''] = value;
    });
  });

  afterAll(async () => {
    variables.forEach((name, index) => {
      if (before[index] === undefined) delete process.env[name];
      else process.env[name] = before[index];
    });
    for (const stop of stops) await stop();
    rmSync(folder, { recursive: true, force: true });
  });

  test('SES, SNS, DNS and the names are asked, and only read', async () => {
    // The certificate of the fixture is for good.test itself and for no name below it.
    const settings = settingsOf({ linkDomain: 'good.test' });
    const found = await examine(settings, { now: NOW, nameServers: [dns.address], reach });
    const by = Object.fromEntries(
      found.map(({ check, verdict, says }) => [check, [verdict, says]]),
    );
    expect(by).toMatchObject({
      identity: ['right', 'good.test is verified'],
      DKIM: ['wrong', 'is PENDING'],
      sandbox: ['right', expect.any(String)],
      quota: ['right', expect.stringMatching(/^14 a second/)],
      plan: ['right', 'Essentials: $0.16 per 1,000 emails'],
      events: ['right', expect.any(String)],
      suppression: ['right', expect.any(String)],
      alarms: ['wrong', 'not confirmed: ops@good.test'],
      'link DNS': ['right', 'good.test is at 127.0.0.1'],
      'link TLS': ['right', expect.stringMatching(/^the certificate is good for \d+ days$/)],
      'api DNS': ['right', expect.stringContaining('d-2.execute-api')],
      'api TLS': ['wrong', expect.stringContaining('ERR_TLS_CERT_ALTNAME_INVALID')],
      SPF: ['right', expect.any(String)],
      DMARC: ['wrong', expect.stringContaining('do not pass it yet')],
    });
    expect(new Set(ses.asked.map(({ method }) => method))).toEqual(new Set(['GET']));
  });

  test('the command line says each in a line and ends with how many stand against sending', async () => {
    const options = { now: NOW, nameServers: [dns.address], reach, context: { prod } };
    const { lines, isReady } = await doctorAws('prod', options);
    expect(isReady).toBe(false);
    expect(lines).toContainEqual('ok   identity     good.test is verified');
    expect(lines.at(-1)).toMatch(/^\d+ things stand against sending$/);
    await expect(doctorAws('prod', { ...options, context: {} })).rejects.toThrow(
      /region is missing/,
    );
    const example = { prod: { ...prod, sender: 'example.org', mailFrom: 'bounce.example.org' } };
    await expect(doctorAws('prod', { ...options, context: example })).rejects.toThrow(
      /sender is still the example's/,
    );
  });
});

async function overlaid(front: string, path: string): Promise<{ status: number; said: string }> {
  const answer = await fetch(`${front}${path}`);
  const said = { ...((await answer.json()) as object), ...added(path) };
  const status = path.endsWith('/event-destinations') ? 200 : answer.status;
  return { status, said: JSON.stringify(said) };
}

function added(path: string): object {
  if (path.endsWith('/account')) {
    return {
      PricingAttributes: { CurrentPlan: 'ESSENTIALS' },
      SuppressionAttributes: { SuppressedReasons: ['BOUNCE', 'COMPLAINT'] },
    };
  }
  if (path.includes('/identities/')) {
    return { DkimAttributes: { SigningEnabled: true, Status: 'PENDING', Tokens: ['a', 'b', 'c'] } };
  }
  if (!path.endsWith('/event-destinations')) return {};
  return {
    EventDestinations: [
      {
        Name: 'ToFeedback',
        Enabled: true,
        MatchingEventTypes: emailEvents,
        SnsDestination: {
          TopicArn: 'arn:aws:sns:eu-central-1:111122223333:prod-volley-email-events',
        },
      },
    ],
  };
}

const TOPIC = 'arn:aws:sns:eu-central-1:111122223333:prod-volley-alarms';

function snsAnswer(action: string | null): string {
  const result =
    action === 'ListTopics'
      ? `<Topics><member><TopicArn>${TOPIC}</TopicArn></member></Topics>`
      : `<Subscriptions><member><TopicArn>${TOPIC}</TopicArn><Protocol>email</Protocol><SubscriptionArn>PendingConfirmation</SubscriptionArn><Endpoint>ops@good.test</Endpoint></member></Subscriptions>`;
  return `<${action}Response xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><${action}Result>${result}</${action}Result></${action}Response>`;
}

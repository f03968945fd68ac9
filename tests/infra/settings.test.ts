import { describe, expect, test } from 'vitest';
import { contextOfFile, settingsOrRefusal } from '#infra/aws/context.ts';
import { readSettings } from '#infra/aws/settings.ts';
import { right } from './example-settings.ts';

const problems = (context: object): readonly string[] => {
  const read = readSettings(context as { [name: string]: unknown });
  return read.kind === 'refused' ? read.problems : [];
};

test.each(['dev', 'prod'] as const)('the settings of %s in this suite are right', (stage) => {
  expect(problems({ stage, ...right })).toEqual([]);
});

test.each(['dev', 'prod'])('cdk.json holds an example for %s that synthesizes', (stage) => {
  expect(problems({ ...contextOfFile([]), stage })).toEqual([]);
});

describe('what is missing, contradictory or unknown is refused, saying what to set', () => {
  const elsewhere = 'arn:aws:acm:us-east-1:111122223333:certificate/0a1b';
  const { linkDomain: _l, linkCertificate: _c, ...withoutLinks } = right.prod;
  const { alarmEmail: _a, ...withoutAlarm } = right.prod;
  const dev = (more: object) => ({ stage: 'dev', dev: { ...right.dev, ...more } });
  const prod = (more: object) => ({ stage: 'prod', prod: { ...right.prod, ...more } });
  test.each<[string, object, RegExp]>([
    ['no stage', right, /no stage is chosen: set -c stage=dev or prod/],
    ['an unknown stage', { stage: 'staging' }, /stage "staging" is unknown/],
    ['a stage without a block', { stage: 'dev' }, /region is missing: set region in cdk\.json/],
    ['no sender', dev({ sender: '' }), /sender is missing: set sender in cdk\.json/],
    ['a sender that is none', dev({ sender: 'example' }), /sender "example" is not a domain or/],
    ['no Region', dev({ region: 'Frankfurt' }), /region "Frankfurt" is not a Region/],
    ['an account that is none', dev({ account: '12' }), /account "12" is not twelve digits/],
    [
      'a domain without a certificate',
      dev({ linkDomain: 'go.example.org' }),
      /linkDomain go\.example\.org has no certificate: set linkCertificate/,
    ],
    [
      'a certificate without a domain',
      dev({ apiCertificate: right.prod.apiCertificate }),
      /apiCertificate is set without apiDomain: set both or neither/,
    ],
    [
      'a certificate of another Region',
      prod({ linkCertificate: elsewhere }),
      /linkCertificate is in us-east-1, the stack in eu-central-1: request one in eu-central-1/,
    ],
    [
      'a certificate that is no ARN',
      prod({ linkCertificate: 'cert' }),
      /linkCertificate "cert" is not the ARN/,
    ],
    [
      'one domain for links and API',
      prod({ apiDomain: 'go.example.org' }),
      /linkDomain and apiDomain are both go\.example\.org/,
    ],
    ['prod without a link domain', { stage: 'prod', prod: withoutLinks }, /set linkDomain/],
    [
      'prod without anybody to tell',
      { stage: 'prod', prod: withoutAlarm },
      /alarmEmail is missing/,
    ],
    [
      'bounces outside the sender',
      dev({ mailFrom: 'bounce.example.com' }),
      /mailFrom bounce\.example\.com is not below the sender's domain example\.org/,
    ],
    [
      'bounces of an identity that is left alone',
      dev({ mailFrom: 'bounce.example.org', senderExists: true }),
      /senderExists leaves the identity as it is/,
    ],
    [
      'CloudFront with a certificate of another Region',
      prod({ edgeCertificate: right.prod.linkCertificate }),
      /edgeCertificate "arn:.*eu-central-1.*" is not the ARN of a certificate in us-east-1/,
    ],
    [
      'CloudFront without a domain',
      dev({ edgeCertificate: elsewhere }),
      /edgeCertificate is set without linkDomain/,
    ],
    [
      'WAF without CloudFront',
      prod({ webAcl: 'arn:aws:wafv2:us-east-1:111122223333:global/webacl/volley/0a1b' }),
      /webAcl needs CloudFront: set edgeCertificate/,
    ],
    [
      'a web ACL of a Region',
      prod({
        edgeCertificate: elsewhere,
        webAcl: 'arn:aws:wafv2:eu-central-1:111122223333:regional/webacl/v/0a1b',
      }),
      /webAcl "arn:.*" is not the ARN of a web ACL with the scope CLOUDFRONT/,
    ],
    ['logs for a time nobody offers', dev({ logDays: 8 }), /logDays 8 cannot be kept: set one of/],
    ['a budget of nothing', dev({ budgetUsd: 0 }), /budgetUsd "0" is not a number from 1/],
    ['neither yes nor no', dev({ customerKey: 'maybe' }), /customerKey "maybe" is not true or/],
    [
      'places for a function that is none',
      dev({ reservedConcurrency: { runner: 5 } }),
      /reservedConcurrency names runner; there are run, /,
    ],
    [
      'half a place',
      dev({ reservedConcurrency: '{"run": 0.5}' }),
      /reservedConcurrency of run is not a whole number/,
    ],
    ['a name nobody reads', dev({ linkdomain: 'x' }), /nobody reads linkdomain; there are region/],
    [
      'a name nobody reads on the command line',
      { ...dev({}), sendr: 'example.org' },
      /nobody reads sendr/,
    ],
  ])('%s', (_what, context, said) => {
    expect(problems(context).join('\n')).toMatch(said);
  });

  test('all at once, before anything is created', () => {
    const context = { stage: 'prod', prod: { region: 'x', sender: 'y' } };
    expect(() => settingsOrRefusal(context)).toThrow(/^Nothing was created:(\n {2}- .+){4}$/);
  });
});

test('the command line goes before cdk.json, and names of the CDK are left alone', () => {
  const words = ['-c', 'stage=dev', '--context', 'budgetUsd=7', '-c', 'customerKey=true'];
  const context = { ...contextOfFile(words), '@aws-cdk/core:x': true, 'aws:cdk:bundling': [] };
  const settings = settingsOrRefusal(context);
  expect([settings.budgetUsd, settings.customerKey, settings.keepData]).toEqual([7, true, false]);
});

import { expect, test } from 'vitest';
import { mailGatewayOf } from '#domain/mail-gateway.ts';

test.each([
  ['Google Workspace', [['ASPMX.L.GOOGLE.COM.', 1]], 'google'],
  ['Microsoft 365', [['example-org.mail.protection.outlook.com', 0]], 'microsoft'],
  ['Microsoft 365 with DNSSEC', [['example-org.x-v1.mx.microsoft', 0]], 'microsoft'],
  ['Proofpoint', [['mxa-00123401.gslb.pphosted.com', 10]], 'proofpoint'],
  ['Mimecast', [['eu-smtp-inbound-1.mimecast.com', 10]], 'mimecast'],
  ['Barracuda', [['d1.ess.barracudanetworks.com', 10]], 'barracuda'],
  [
    'the preferred one of several',
    [
      ['mx.own.test', 20],
      ['mx1.iphmx.com', 5],
    ],
    'cisco',
  ],
  ['exchangers of its own', [['mail.example.org', 10]], 'own'],
  ['a name that only ends alike', [['mx.notgoogle.com', 10]], 'own'],
  ['no mail at all (RFC 7505)', [['.', 0]], 'none'],
  ['an empty name, as resolvers give it for that', [['', 0]], 'none'],
  ['no record', [], 'none'],
] as const)('%s', (_name, records, gateway) => {
  const exchangers = records.map(([exchange, priority]) => ({ exchange, priority }));
  expect(mailGatewayOf(exchangers)).toBe(gateway);
});

// Who takes the mail of a domain: told by the names of its mail exchangers.

import * as z from 'zod/mini';

/** `own`: exchangers that nobody below is known to run; `none`: it takes no mail. */
export const MailGateway = z.enum([
  'google',
  'microsoft',
  'proofpoint',
  'mimecast',
  'barracuda',
  'cisco',
  'yahoo',
  'apple',
  'zoho',
  'fastmail',
  'proton',
  'gmx',
  'orange',
  'yandex',
  'mailru',
  'tencent',
  'ovh',
  'gandi',
  'ionos',
  'amazon',
  'trendmicro',
  'broadcom',
  'sophos',
  'hornetsecurity',
  'own',
  'none',
]);
export type MailGateway = z.output<typeof MailGateway>;

/**
 * Suffixes of exchanger names, as the operators publish them. A gateway that scans mail for others
 * (Proofpoint, Mimecast, ...) follows links like a reader, which is why reports may want to know.
 */
const SUFFIXES: readonly (readonly [suffix: string, gateway: MailGateway])[] = [
  ['google.com', 'google'],
  ['googlemail.com', 'google'],
  ['outlook.com', 'microsoft'],
  ['mx.microsoft', 'microsoft'],
  ['pphosted.com', 'proofpoint'],
  ['ppe-hosted.com', 'proofpoint'],
  ['gpphosted.com', 'proofpoint'],
  ['mimecast.com', 'mimecast'],
  ['mimecast-offshore.com', 'mimecast'],
  ['barracudanetworks.com', 'barracuda'],
  ['iphmx.com', 'cisco'],
  ['yahoodns.net', 'yahoo'],
  ['icloud.com', 'apple'],
  ['zoho.com', 'zoho'],
  ['zoho.eu', 'zoho'],
  ['messagingengine.com', 'fastmail'],
  ['protonmail.ch', 'proton'],
  ['gmx.net', 'gmx'],
  ['web.de', 'gmx'],
  ['orange.fr', 'orange'],
  ['yandex.ru', 'yandex'],
  ['yandex.net', 'yandex'],
  ['mail.ru', 'mailru'],
  ['qq.com', 'tencent'],
  ['ovh.net', 'ovh'],
  ['gandi.net', 'gandi'],
  ['ionos.com', 'ionos'],
  ['kundenserver.de', 'ionos'],
  ['amazonaws.com', 'amazon'],
  ['awsapps.com', 'amazon'],
  ['trendmicro.com', 'trendmicro'],
  ['trendmicro.eu', 'trendmicro'],
  ['messagelabs.com', 'broadcom'],
  ['sophos.com', 'sophos'],
  ['hornetsecurity.com', 'hornetsecurity'],
];

export interface MailExchanger {
  readonly exchange: string;
  readonly priority: number;
}

/** By the preferred exchanger; a single `.` is the null MX of RFC 7505. */
export function mailGatewayOf(exchangers: readonly MailExchanger[]): MailGateway {
  const [first] = exchangers.toSorted((a, b) => a.priority - b.priority);
  const name = first?.exchange.toLowerCase().replace(/\.$/, '') ?? '';
  if (name === '') return 'none';
  const known = SUFFIXES.find(([suffix]) => name === suffix || name.endsWith(`.${suffix}`));
  return known?.[1] ?? 'own';
}

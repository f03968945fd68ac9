// An email leg and a stand-in for the port `Ses`, for the tests of the email channel.

import type { Addressee } from '#channels/contract.ts';
import type { EmailLegPlan } from '#domain/plan.ts';
import type { BulkAnswer, BulkRequest, Secrets, Ses } from '#domain/ports.ts';

export const KEYS = 'k2:0123456789abcdefNEW\nk1:0123456789abcdefOLD\n';
export const LINK_BASE = 'https://go.example.com';

export const emailLeg: EmailLegPlan = {
  kind: 'email',
  name: 'prospects',
  channel: 'email',
  audience: 'prospects',
  allocation: [
    { call: 'trial', weight: 1 },
    { call: 'demo', weight: 1 },
  ],
  from: 'Nora at Example <nora@example.com>',
  replyTo: 'hello@example.com',
  subject: 'Atlas 2 is here, {{first_name}}',
  html: '<body><p>Dear {{first_name}} of {{company}}</p><a href="{{call_link}}">{{call_say}}</a><a href="{{bait_link}}" hidden></a></body>',
  text: 'Dear {{first_name}} of {{company}}\n{{call_say}}: {{call_link}}\n',
  slots: { first_name: 'there', company: 'your company' },
  configurationSet: 'volley',
  offsetMs: 0,
  deadlineMs: 7_200_000,
  ifNotReady: 'hold',
};

export const calls = [
  { name: 'trial', say: 'Start & see' },
  { name: 'demo', say: 'See it in three minutes' },
];

export function addressee(ordinal: number, more: Partial<Addressee> = {}): Addressee {
  return {
    ordinal,
    address: `ana${ordinal}@example.org`,
    digest: `digest${ordinal}`,
    fields: { first_name: `Ana ${ordinal}` },
    call: 'trial',
    attempt: 1,
    ...more,
  };
}

export function secretsOf(values: { readonly [name: string]: string }): Secrets {
  return {
    async get(name) {
      const value = values[name];
      if (value === undefined) throw new Error(`no secret ${name}`);
      return value;
    },
    put: () => Promise.reject(new Error('read only')),
  };
}

export interface FakeSes extends Ses {
  readonly sent: BulkRequest[];
  readonly switched: [string, boolean][];
}

/** A Ses that answers every entry with the given status, or throws. */
export function fakeSes(answer: (request: BulkRequest) => BulkAnswer = accepted): FakeSes {
  const sent: BulkRequest[] = [];
  const switched: [string, boolean][] = [];
  return {
    sent,
    switched,
    identity: async () => 'verified',
    account: async () => ({
      maxSendRate: 14,
      max24HourSend: -1,
      sentLast24Hours: 3,
      sendingEnabled: true,
      productionAccess: true,
    }),
    async sendBulk(request) {
      sent.push(request);
      return answer(request);
    },
    async setSending(configurationSet, enabled) {
      switched.push([configurationSet, enabled]);
    },
  };
}

function accepted(request: BulkRequest): BulkAnswer {
  return {
    entries: request.entries.map((_entry, n) => ({ status: 'SUCCESS', messageId: `m${n}` })),
  };
}

/** What a reader gets: SES is assumed to put values in as they are. */
export function rendered(request: BulkRequest, entry: number) {
  const slots = request.entries[entry]?.slots ?? {};
  const fill = (text: string): string =>
    text.replace(/\{\{([^{}]+)\}\}/g, (_whole, name: string) => {
      const value = slots[name];
      if (value === undefined) throw new Error(`slot ${name} was not supplied`);
      return value;
    });
  return { subject: fill(request.subject), html: fill(request.html), text: fill(request.text) };
}

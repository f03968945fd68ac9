import { join } from 'node:path';
import {
  GetAccountCommand,
  GetConfigurationSetCommand,
  GetEmailIdentityCommand,
  PutConfigurationSetSendingOptionsCommand,
  SESv2Client,
  SendBulkEmailCommand,
} from '@aws-sdk/client-sesv2';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { emailEvents } from '#infra/definition.ts';
import { readAppendLog } from '#infra/local/append-log.ts';
import { startRenderer } from '#infra/local/stand-ins/ses/renderer.ts';
import { type SesLogEntry, startSesFront } from '#infra/local/stand-ins/ses/ses-front.ts';
import type { StandIn } from '#infra/local/stand-ins/stand-in.ts';
import { clientFor, temporaryFolder, until } from './temporary-folder.ts';

let folder: ReturnType<typeof temporaryFolder>;
let file: string;
let front: StandIn;
let ses: SESv2Client;
let now: number;
let delivered: string[];

async function open(limits: { perSecond?: number; perDay?: number } = {}) {
  front = await startSesFront({
    file,
    port: 0,
    perSecond: limits.perSecond ?? 1_000,
    perDay: limits.perDay ?? 1_000_000,
    configurationSets: ['volley'],
    publishes: emailEvents,
    deliver: (bodies) => delivered.push(...bodies),
    now: () => now,
  });
  ses = new SESv2Client(clientFor(front.url));
}

async function close() {
  ses.destroy();
  await front.close();
}

beforeEach(async () => {
  folder = temporaryFolder();
  file = join(folder.path, 'ses.jsonl');
  now = 1_800_000_000_000;
  delivered = [];
  await open();
});

afterEach(async () => {
  await close();
  folder.remove();
});

interface Options {
  readonly tag?: string;
  readonly html?: string;
  readonly set?: string;
  readonly from?: string;
}

function bulk(addresses: readonly string[], options: Options = {}) {
  return ses.send(
    new SendBulkEmailCommand({
      FromEmailAddress: options.from ?? 'Nora <nora@example.com>',
      ConfigurationSetName: options.set ?? 'volley',
      DefaultContent: {
        Template: {
          TemplateContent: {
            Subject: 'Hello {{name}}',
            Html: options.html ?? '<p>{{name}}</p>',
            Text: '{{name}}',
          },
          TemplateData: '{}',
        },
      },
      BulkEmailEntries: addresses.map((address, index) => ({
        Destination: { ToAddresses: [address] },
        ReplacementTags: [
          { Name: 'burst', Value: 'b1' },
          { Name: 'ordinal', Value: options.tag ?? String(index) },
        ],
        ReplacementEmailContent: {
          ReplacementTemplate: { ReplacementTemplateData: JSON.stringify({ name: address }) },
        },
        ReplacementHeaders: [{ Name: 'List-Unsubscribe', Value: '<https://go.example.com/u/x>' }],
      })),
    }),
  );
}

const people = (count: number) =>
  Array.from({ length: count }, (_, index) => `person${index}@example.com`);

interface Notified {
  readonly eventType: string;
  readonly mail: { readonly tags: Record<string, string[]>; readonly destination: string[] };
  readonly bounce?: { readonly bounceType: string };
}

const events = () =>
  delivered.map((body) => JSON.parse(JSON.parse(body).Message as string) as Notified);

const log = () => readAppendLog(file) as SesLogEntry[];

test('fifty entries are accepted in one call; request, tags and answer are in the log', async () => {
  const { BulkEmailEntryResults } = await bulk(people(50));
  expect(BulkEmailEntryResults?.every(({ Status }) => Status === 'SUCCESS')).toBe(true);
  const [entry] = log();
  if (entry?.kind !== 'call') throw new Error('no call in the log');
  expect(entry.request.BulkEmailEntries).toHaveLength(50);
  expect(entry.request.BulkEmailEntries?.[7]?.ReplacementTags).toContainEqual({
    Name: 'ordinal',
    Value: '7',
  });
  expect(entry.answer.BulkEmailEntryResults?.[7]?.MessageId).toBe(
    BulkEmailEntryResults?.[7]?.MessageId,
  );
});

test('a sender below not-verified.test is no identity and is refused whole, others are verified', async () => {
  const ask = (EmailIdentity: string) => ses.send(new GetEmailIdentityCommand({ EmailIdentity }));
  expect(await ask('example.com')).toMatchObject({
    IdentityType: 'DOMAIN',
    VerifiedForSendingStatus: true,
    VerificationStatus: 'SUCCESS',
  });
  for (const name of ['not-verified.test', 'news.not-verified.test', 'nora@example.com']) {
    await expect(ask(name), name).rejects.toMatchObject({ name: 'NotFoundException' });
  }
  const from = 'The chief <ceo@not-verified.test>';
  await expect(bulk(people(2), { from })).rejects.toMatchObject({ name: 'MessageRejected' });
  expect(log()).toMatchObject([{ kind: 'call', status: 400, answer: {} }]);
});

test('fifty-one entries are refused as a whole', async () => {
  await expect(bulk(people(51))).rejects.toMatchObject({ name: 'BadRequestException' });
  expect(log()).toMatchObject([{ kind: 'call', status: 400, answer: {} }]);
});

test('beyond the rate, entries are throttled inside a 200, and time fills the bucket', async () => {
  await close();
  await open({ perSecond: 10 });
  const statuses = async (count: number) =>
    (await bulk(people(count))).BulkEmailEntryResults?.map(({ Status }) => Status);
  expect((await statuses(12))?.filter((status) => status === 'ACCOUNT_THROTTLED')).toHaveLength(2);
  now += 500;
  expect((await statuses(6))?.filter((status) => status === 'SUCCESS')).toHaveLength(5);
});

test('the daily quota holds over a restart', async () => {
  await close();
  await open({ perDay: 5 });
  await bulk(people(4));
  await close();
  await open({ perDay: 5 });
  const { SendQuota } = await ses.send(new GetAccountCommand({}));
  expect(SendQuota).toMatchObject({ SentLast24Hours: 4, Max24HourSend: 5 });
  const { BulkEmailEntryResults } = await bulk(people(2));
  expect(BulkEmailEntryResults?.map(({ Status }) => Status)).toEqual([
    'SUCCESS',
    'ACCOUNT_DAILY_QUOTA_EXCEEDED',
  ]);
});

test.each([
  { name: 'a tag value with an @', addresses: people(1), options: { tag: 'a@b' } },
  { name: 'a recipient without a domain', addresses: ['nobody'], options: {} },
])('an entry is refused for $name', async ({ addresses, options }) => {
  const { BulkEmailEntryResults } = await bulk(addresses, options);
  expect(BulkEmailEntryResults?.[0]?.Status).toBe('INVALID_PARAMETER');
});

test('with sending switched off nothing is accepted, restarts included', async () => {
  const setSending = (SendingEnabled: boolean) =>
    ses.send(
      new PutConfigurationSetSendingOptionsCommand({
        ConfigurationSetName: 'volley',
        SendingEnabled,
      }),
    );
  await setSending(false);
  await close();
  await open();
  await expect(bulk(people(1))).rejects.toMatchObject({ name: 'SendingPausedException' });
  await setSending(true);
  const set = await ses.send(new GetConfigurationSetCommand({ ConfigurationSetName: 'volley' }));
  expect(set.SendingOptions?.SendingEnabled).toBe(true);
  await bulk(people(1));
});

test('an unknown configuration set is not found', async () => {
  await expect(bulk(people(1), { set: 'other' })).rejects.toMatchObject({
    name: 'NotFoundException',
  });
});

test('Send and Delivery come for everybody, with the tags of the entry', async () => {
  await bulk(people(2));
  await until(() => (delivered.length === 4 ? true : undefined));
  expect(
    events()
      .map(({ eventType }) => eventType)
      .sort(),
  ).toEqual(['Delivery', 'Delivery', 'Send', 'Send']);
  expect(
    events()
      .map(({ mail }) => mail.tags.ordinal?.[0])
      .sort(),
  ).toEqual(['0', '0', '1', '1']);
});

test.each([
  { address: 'bounce@example.com', types: ['Send', 'Bounce'] },
  { address: 'bounce+one@example.com', types: ['Send', 'Bounce'] },
  { address: 'complaint@example.com', types: ['Send', 'Delivery', 'Complaint'] },
])('$address gets $types', async ({ address, types }) => {
  await bulk([address]);
  await until(() => (delivered.length === types.length ? true : undefined));
  expect(events().map(({ eventType }) => eventType)).toEqual(types);
});

test('a slot that nobody filled is a Rendering Failure and no Send', async () => {
  await bulk(['ana@example.com'], { html: '<p>{{nickname}}</p>' });
  await until(() => (delivered.length > 0 ? true : undefined));
  expect(events().map(({ eventType }) => eventType)).toEqual(['Rendering Failure']);
});

test('events that a kill held back are told after the restart', async () => {
  await bulk(people(1));
  await close();
  delivered = [];
  await open();
  await until(() => (delivered.length === 2 ? true : undefined));
  expect(events().map(({ eventType }) => eventType)).toEqual(['Send', 'Delivery']);
  await until(() => (log().some(({ kind }) => kind === 'events') ? true : undefined));
  await close();
  delivered = [];
  await open();
  expect(delivered).toEqual([]);
});

test('what was accepted can be read in the inbox, rendered, also after a restart', async () => {
  const renderer = await startRenderer(0);
  const withRenderer = await startSesFront({
    file: join(folder.path, 'rendered.jsonl'),
    port: 0,
    perSecond: 100,
    perDay: 1_000,
    configurationSets: ['volley'],
    publishes: [],
    deliver: () => undefined,
    renderer,
  });
  const before = ses;
  ses = new SESv2Client(clientFor(withRenderer.url));
  await bulk(['ana@example.com', 'nobody']);
  ses.destroy();
  ses = before;
  await renderer.settled();
  const inbox = await fetch(`${withRenderer.url}/inbox?after=0`);
  const { messages } = (await inbox.json()) as { messages: Record<string, unknown>[] };
  expect(messages).toMatchObject([
    {
      index: 1,
      to: 'ana@example.com',
      subject: 'Hello ana@example.com',
      html: '<p>ana@example.com</p>',
      headers: { 'List-Unsubscribe': '<https://go.example.com/u/x>' },
    },
  ]);
  expect((await fetch(renderer.url)).status).toBe(200);
  await withRenderer.close();
});

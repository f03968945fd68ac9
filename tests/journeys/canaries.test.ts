import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createLambdaLog } from '#environment/lambda-log.ts';
import { createRecord } from '#feedback/record.ts';
import { queues } from '#infra/definition.ts';
import { Api } from '#infra/local/demo/api.ts';
import { type Runtime, startRuntime } from '#infra/local/runtime.ts';
import { MemoryTable } from '#store/memory-table.ts';
import { textOf } from '../attacks/text-of.ts';
import { createFeedbackWorld, inSns, sesEvent } from '../feedback/feedback-world.ts';
import { temporaryFolder, until } from '../local/temporary-folder.ts';

// People whose names and addresses occur nowhere else are on the list, in what readers ask for and
// in what nobody can read; then they are looked for in everything that operators get to see.

const MARK = 'canary7f3a';
const people = ['first', 'second', 'bounce', 'complaint', 'suppressionlist'].map(
  (name) => `${name}@${MARK}.test`,
);
const foreign = `stranger@${MARK}.test`;
const has = (text: string) => text.toLowerCase().includes(MARK);

const folder = temporaryFolder();
const data = join(folder.path, 'data');
let runtime: Runtime;

const campaign = `campaign: canaries
calls:
  watch: { say: Watch, to: https://example.org/watch }
burst:
  legs:
    email:
      channel: email
      to: people
      calls: watch
      from: Nora <nora@example.org>
      subject: "Now, {first_name|friend}"
      body: body.md
`;

beforeAll(async () => {
  runtime = await startRuntime({
    data,
    basePort: 0,
    perSecond: 1_000,
    perDay: 10_000,
    beatMs: 200,
  });
  const api = new Api(runtime.urls.api, runtime.token);
  const rows = people.map((address) => `${address},${MARK}`);
  const csv = ['email,first_name', ...rows, `no address of ${MARK}`].join('\n');
  await api.postText('/v1/audiences/people/import', csv, 'text/csv');
  await api.post('/v1/suppressions', { address: foreign });
  await api.post('/v1/bursts', {
    burst: 'canaries',
    file: { name: 'campaign.yaml', text: campaign },
    files: { 'body.md': { text: 'Hello {first_name|friend},\n\n{call}\n' } },
  });
  const [from, end] = [0, 600_000].map((ms) => new Date(Date.now() + ms).toISOString());
  await api.post('/v1/bursts/canaries/standby', { from, until: end });
  await api.post('/v1/bursts/canaries/fire', {});
  await until(async () => {
    const { state, sent } = await api.show('canaries');
    return state === 'measuring' && sent.accepted + sent.refused > 0 ? true : undefined;
  }, 60_000);
  await whatReadersDo();
  await whatNobodyMeant();
  await until(() => (EVENTS.every((event) => says(event)) ? true : undefined), 30_000);
}, 180_000);

afterAll(async () => {
  await runtime?.stop();
  folder.remove();
});

/** What is waited for, because it is what is looked through. */
const EVENTS = ['released', 'recorded', 'unsubscribed', 'message_poison'];
const says = (event: string) => printed().includes(`"event":"${event}"`);
const printed = () => readFileSync(join(data, 'functions.log'), 'utf8');

const answers: string[] = [];

async function ask(url: string, init: RequestInit = {}): Promise<void> {
  const answer = await fetch(url, { redirect: 'manual', ...init });
  answers.push(`${answer.status} ${JSON.stringify([...answer.headers])} ${await answer.text()}`);
}

/** Clicks, an unsubscribe, and requests that carry an address where none belongs. */
async function whatReadersDo(): Promise<void> {
  const { link, ses } = runtime.urls;
  const message = await until(async () => {
    const inbox = (await (await fetch(`${ses}/inbox`)).json()) as {
      messages: { to: string; html: string; headers: Record<string, string> }[];
    };
    return inbox.messages.find(({ to }) => to === people[0]);
  }, 30_000);
  expect(message.html).toContain(MARK);
  const click = /href="([^"]*\/c\/[^"]+)"/.exec(message.html)?.[1] ?? '';
  const leave = JSON.stringify(message.headers).match(/<(https?:[^>]*\/u\/[^>]+)>/)?.[1] ?? '';
  await ask(click, { headers: { 'user-agent': `Mozilla/5.0 (${people[0]})` } });
  await ask(`${click}?email=${people[0]}`, { headers: { referer: `https://x.test/${people[0]}` } });
  await ask(`${link}/c/${encodeURIComponent(people[0] ?? '')}`);
  await ask(leave, { method: 'POST', body: `List-Unsubscribe=One-Click&email=${people[0]}` });
  await ask(`${link}/u/${people[0]}`, { method: 'POST', body: people[0] ?? '' });
  await ask(`${link}/v/convert`, { method: 'POST', body: JSON.stringify({ email: people[0] }) });
}

/** Into the feedback queue, past the functions that sign what they put there. */
const poison = [
  `not JSON of ${foreign}`,
  JSON.stringify({ kind: 'click', visitor: foreign, burst: 'canaries' }),
  JSON.stringify({ kind: 'conversion', id: foreign, at: 'x', burst: foreign }),
  inSns(sesEvent({ eventType: 'Nothing', address: foreign, burst: 'canaries' })),
  inSns(
    sesEvent({ eventType: 'Complaint', address: foreign, burst: 'canaries', ordinal: 999_999 }),
  ),
  inSns(
    sesEvent({
      eventType: 'Bounce',
      address: foreign,
      burst: 'canaries',
      detail: { timestamp: foreign, diagnosticCode: foreign },
    }),
  ),
];

async function whatNobodyMeant(): Promise<void> {
  const { sqs, api } = runtime.urls;
  for (const MessageBody of poison) {
    const QueueUrl = `${sqs}/000000000000/${queues[0]?.name}`;
    await fetch(sqs, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-amz-json-1.0',
        'x-amz-target': 'AmazonSQS.SendMessage',
      },
      body: JSON.stringify({ QueueUrl, MessageBody }),
    });
  }
  const headers = { authorization: `Bearer ${runtime.token}`, 'content-type': 'application/json' };
  for (const body of [`{"address":"${foreign}`, JSON.stringify({ address: `${foreign} x` })]) {
    await fetch(`${api}/v1/suppressions`, { method: 'POST', headers, body });
  }
  await fetch(`${api}/v1/bursts/${foreign}`, { headers });
  await fetch(`${api}/v1/bursts/canaries?email=${foreign}`, {
    headers: { authorization: foreign },
  });
}

describe('people who were planted', () => {
  test('were there: on the list, with the provider, in the queue', () => {
    expect(has(readFileSync(join(data, 'ses.jsonl'), 'utf8'))).toBe(true);
    const files = readdirSync(join(data, 'queues'));
    expect(files.some((file) => has(readFileSync(join(data, 'queues', file), 'utf8')))).toBe(true);
  });

  test('are in no line and no figure of any function', () => {
    const lines = printed().trim().split('\n');
    expect(lines.some((line) => line.includes('"_aws"'))).toBe(true);
    expect(lines.filter(has)).toEqual([]);
  });

  test('are in no answer that anybody can get from a link', () => {
    expect(answers).toHaveLength(6);
    expect(answers.filter(has)).toEqual([]);
  });

  test('are nowhere in what the data folder shows to an operator', () => {
    // What holds them by its nature: the provider, its events in the queue, the table itself.
    const byNature = /^(?:ses\.jsonl|queues\/|dynamodb\/)/;
    const files = readdirSync(data, { recursive: true, encoding: 'utf8' }).filter(
      (file) => !byNature.test(file) && statSync(join(data, file)).isFile(),
    );
    expect(files.length).toBeGreaterThan(2);
    const found = files.filter((file) => has(readFileSync(join(data, file), 'latin1')));
    expect(found).toEqual([]);
  });

  test('every line about the burst says so, so that all of them are found by its id', () => {
    const lines = printed()
      .trim()
      .split('\n')
      .flatMap((line) => (line.startsWith('{') ? [JSON.parse(line)] : []));
    const about = lines.filter((line) => line.burst === 'canaries' || line._aws);
    expect(about.length).toBeGreaterThan(4);
    for (const line of about) expect(line.correlation_id).toBe('canaries');
  });
});

test('what is noted of a dead letter names nobody, whatever the letter says', async () => {
  const said: string[] = [];
  const streams = [process.stdout, process.stderr].map((stream) =>
    vi.spyOn(stream, 'write').mockImplementation((text) => said.push(String(text)) > 0),
  );
  const put = vi.spyOn(MemoryTable.prototype, 'put');
  const { ports } = await createFeedbackWorld({ burst: { id: 'polls-close' } });
  const record = createRecord({ ...ports, log: createLambdaLog('record') });
  const last = { ApproximateReceiveCount: '5' };
  const batch = poison.map((body, place) => ({ messageId: `m${place}`, body, attributes: last }));
  const failed = await record(batch);
  const kept = textOf(put.mock.calls);
  for (const spy of [...streams, put]) spy.mockRestore();
  expect(failed.length).toBeGreaterThan(3);
  expect(said.join('')).toContain('message_poison');
  expect(kept).toContain('m0');
  expect([said.join(''), kept].filter(has)).toEqual([]);
});

test('a line that named somebody would be found', () => {
  const log = JSON.stringify({ level: 'warn', event: 'x', address: people[0]?.toUpperCase() });
  expect(has(log)).toBe(true);
  expect(has(textOf(Buffer.from(log)))).toBe(true);
});

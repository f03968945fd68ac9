// The example's whole journey and what it does not reach, with every call of every function noted.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { queues } from '#infra/definition.ts';
import { Api } from '#infra/local/demo/api.ts';
import { runDemo } from '#infra/local/demo/demo.ts';
import { openTerminal } from '#infra/local/demo/terminal.ts';
import { type Runtime, startRuntime } from '#infra/local/runtime.ts';
import { startObserver, type Use } from './observer.ts';

const SERVICES = ['DYNAMODB', 'SESV2', 'SQS', 'SSM', 'LAMBDA'];
const checkout = join(import.meta.dirname, '..', '..', '..');

export async function recordUses(): Promise<Use[]> {
  const folder = mkdtempSync(join(tmpdir(), 'volley-iam-'));
  const observer = await startObserver();
  for (const service of SERVICES) process.env[`AWS_ENDPOINT_URL_${service}`] = observer.url;
  try {
    const runtime = await startRuntime({
      data: folder,
      basePort: 0,
      perSecond: 1_000,
      perDay: 1_000_000,
      beatMs: 500,
    });
    observer.forwardTo(runtime.urls);
    try {
      await journey(runtime);
      await beyond(runtime);
    } finally {
      await runtime.stop();
    }
    return observer.uses();
  } finally {
    for (const service of SERVICES) delete process.env[`AWS_ENDPOINT_URL_${service}`];
    await observer.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function journey(runtime: Runtime): Promise<void> {
  const terminal = openTerminal(new Writable({ write: (_chunk, _encoding, done) => done() }));
  const signal = AbortSignal.timeout(120_000);
  await runDemo({ runtime, terminal, leadMs: 4_000, pace: 0.03, again: false, signal });
  if (signal.aborted) throw new Error('the journey did not end within two minutes');
}

/** Stand-by, fire, stop and resume, which the journey does without. */
async function beyond({ urls, token }: Runtime): Promise<void> {
  const api = new Api(urls.api, token);
  const example = join(checkout, 'examples', 'polls-close');
  const file = (name: string) => readFileSync(join(example, name), 'utf8');
  await fire('fired');
  await api.post('/v1/bursts/fired/stop', { reason: 'seen enough' });
  // A stop switched the sending off: the runner of the next burst switches it on.
  await fire('again');
  await redriven(api, urls.sqs);
  await looked(urls.api, token);

  async function fire(burst: string): Promise<void> {
    await api.post('/v1/bursts', {
      burst,
      file: {
        name: 'campaign.yaml',
        text: file('campaign.yaml')
          .replaceAll('https://example.org', urls.site)
          // A webhook too, so that what signs it is read.
          .replace('[ops@example.org]', `[ops@example.org, ${urls.site}/hook]`),
      },
      files: {
        'launch.md': { text: file('launch.md') },
        'polls-close.png': { base64: readFileSync(join(example, 'polls-close.png'), 'base64') },
      },
    });
    const [from, until] = [0, 600_000].map((ms) => new Date(Date.now() + ms).toISOString());
    await api.post(`/v1/bursts/${burst}/standby`, { from, until });
    await api.post(`/v1/bursts/${burst}/fire`, {});
    while (!['releasing', 'measuring'].includes((await api.show(burst)).state)) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

/** The pages: the list, and one burst's results. */
async function looked(url: string, token: string): Promise<void> {
  for (const path of ['/console', '/console/bursts/polls-close']) {
    const answer = await fetch(`${url}${path}`, { headers: { authorization: `Bearer ${token}` } });
    if (!answer.ok) throw new Error(`${path} was answered ${answer.status}`);
    await answer.text();
  }
}

/** Something is set aside, listed, and given another try. */
async function redriven(api: Api, sqs: string): Promise<void> {
  const dead = queues[0]?.deadLetter;
  await fetch(sqs, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': 'AmazonSQS.SendMessage',
    },
    body: JSON.stringify({ QueueUrl: `${sqs}/000000000000/${dead}`, MessageBody: 'unreadable' }),
  });
  // What the account may send is asked for here.
  await api.get('/v1/deployment');
  await api.get('/v1/dead-letters');
  await api.post('/v1/dead-letters/redrive', {});
}

// What a click costs: verify and redirect beside a bare node:http redirect; then the function as
// it is deployed, with its queue in another process, and what a kill -9 takes with it.

import { type ChildProcess, fork } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type QueueStandIn, startQueue } from '#infra/local/stand-ins/queue/queue.ts';
import { KEYS, LINK_HOST, links, tokenOf } from './click-world.ts';
import { percentile } from './release-world.ts';

const ROUNDS = 9;
const CLICKS = 12_000;
const CONNECTIONS = 32;
const KILLS = 8;

export async function bench(): Promise<object> {
  const folder = mkdtempSync(join(tmpdir(), 'volley-click-'));
  const services = await startServices(folder);
  try {
    const verify = await verifyRatio();
    const durable = await durableCost(services);
    const killed = await killing(services, folder);
    return { ...verify, ...durable, ...killed };
  } finally {
    await services.stop();
    rmSync(folder, { recursive: true });
  }
}

async function verifyRatio(): Promise<object> {
  const bare = await startServer('bare');
  const ours = await startServer('memory');
  try {
    const ratios: number[] = [];
    const micros = { bare: [] as number[], ours: [] as number[] };
    for (let round = 0; round <= ROUNDS; round += 1) {
      const bareCpu = await cpuOf(bare, round);
      const ourCpu = await cpuOf(ours, round);
      // The first round warms both up.
      if (round === 0) continue;
      ratios.push(bareCpu / ourCpu);
      micros.bare.push(bareCpu);
      micros.ours.push(ourCpu);
    }
    return {
      verifyRatio: percentile(ratios, 0.5),
      verifyCpuUs: percentile(micros.ours, 0.5),
      bareCpuUs: percentile(micros.bare, 0.5),
    };
  } finally {
    bare.child.disconnect();
    ours.child.disconnect();
  }
}

/** Microseconds of the server's CPU for each click of a round. */
async function cpuOf(server: ClickServer, round: number): Promise<number> {
  const tokens = Array.from({ length: CLICKS }, (_, n) => tokenOf(round * CLICKS + n));
  const before = await server.cpu();
  const answered = await clickAll(server.port, tokens);
  const cpu = (await server.cpu()) - before;
  if (answered.length !== CLICKS) throw new Error(`${answered.length} of ${CLICKS} were answered`);
  return cpu / CLICKS;
}

async function durableCost(services: Services): Promise<object> {
  const server = await startServer('durable', services.environment);
  try {
    await cpuOf(server, 100);
    services.reads = 0;
    const cpus: number[] = [];
    for (let round = 101; round < 104; round += 1) cpus.push(await cpuOf(server, round));
    const readsPerClick = services.reads / (cpus.length * CLICKS);
    return { durableCpuUs: percentile(cpus, 0.5), readsPerClick };
  } finally {
    server.child.disconnect();
  }
}

/** Every click that was answered with a redirect before the process was killed is in the queue. */
async function killing(services: Services, folder: string): Promise<object> {
  let lost = 0;
  let answeredBeforeKills = 0;
  for (let kill = 0; kill < KILLS; kill += 1) {
    const server = await startServer('durable', services.environment);
    const from = 1_000_000 * (kill + 1);
    const ordinals = Array.from({ length: 20_000 }, (_, n) => from + n);
    // In the middle of work: after some hundreds of answers, with 32 clicks under way.
    const enough = 200 + kill * 137;
    const answered = await clickAll(server.port, ordinals.map(tokenOf), (count) => {
      if (count === enough) server.child.kill('SIGKILL');
    });
    answeredBeforeKills += answered.length;
    const queued = queuedOrdinals(folder);
    lost += answered.filter((place) => !queued.has(from + place)).length;
  }
  return { lostAfterKill: lost, kills: KILLS, answeredBeforeKills };
}

function queuedOrdinals(folder: string): Set<number> {
  const text = readFileSync(join(folder, 'feedback.jsonl'), 'utf8');
  const found = text.matchAll(/\\"ordinal\\":(\d+)/g);
  return new Set(Array.from(found, ([, ordinal]) => Number(ordinal)));
}

interface ClickServer {
  readonly child: ChildProcess;
  readonly port: number;
  cpu(): Promise<number>;
}

async function startServer(way: string, environment: object = {}): Promise<ClickServer> {
  const script = new URL('click-server.ts', import.meta.url);
  const child = fork(script, [way], { env: { ...process.env, ...environment } });
  const answer = <T>() =>
    new Promise<T>((resolve) => child.once('message', (m) => resolve(m as T)));
  const { port } = await answer<{ port: number }>();
  return {
    child,
    port,
    async cpu() {
      const answered = answer<{ cpu: NodeJS.CpuUsage }>();
      child.send('cpu');
      const { cpu } = await answered;
      return cpu.user + cpu.system;
    },
  };
}

/** Sends every token once over kept connections; answers with the places that were redirected. */
async function clickAll(
  port: number,
  tokens: readonly string[],
  onAnswer: (count: number) => void = () => {},
): Promise<number[]> {
  const answered: number[] = [];
  let next = 0;
  const connection = () =>
    new Promise<void>((resolve) => {
      const socket = connect(port, '127.0.0.1');
      let place = -1;
      let text = '';
      const ask = () => {
        place = next;
        next += 1;
        const token = tokens[place];
        if (token === undefined) return socket.end();
        const agent = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) Firefox/140.0';
        const head = `GET /c/${token} HTTP/1.1\r\nhost: ${LINK_HOST}\r\nuser-agent: ${agent}\r\n\r\n`;
        return socket.write(head);
      };
      socket.on('connect', ask);
      socket.on('data', (chunk) => {
        text += chunk.toString('latin1');
        if (!text.endsWith('\r\n\r\n')) return;
        if (text.startsWith('HTTP/1.1 302')) onAnswer(answered.push(place));
        text = '';
        ask();
      });
      socket.on('error', () => {});
      socket.on('close', () => resolve());
    });
  // Awake all the time: else each answer of the slower server would also pay for waking us.
  let isDone = false;
  const stayAwake = () => {
    if (!isDone) setImmediate(stayAwake);
  };
  stayAwake();
  await Promise.all(Array.from({ length: CONNECTIONS }, connection));
  isDone = true;
  return answered;
}

interface Services {
  reads: number;
  readonly environment: Record<string, string>;
  stop(): Promise<void>;
}

/** The queue with its file, and just enough of table and parameters to read from. */
async function startServices(folder: string): Promise<Services> {
  const settings = { name: 'feedback', visibilitySeconds: 60, retentionSeconds: 3_600 };
  const queue: QueueStandIn = await startQueue({ folder, port: 0, queues: [settings] });
  const server = createServer((request, response) => {
    request.resume();
    const isRead = String(request.headers['x-amz-target']).startsWith('DynamoDB');
    if (isRead) services.reads += 1;
    const item = {
      pk: { S: 'B#polls-close' },
      sk: { S: 'K#' },
      links: { S: JSON.stringify(links) },
    };
    const answer = isRead ? { Item: item } : { Parameter: { Value: KEYS } };
    response.end(JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const services: Services = {
    reads: 0,
    environment: {
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
      AWS_SECRET_ACCESS_KEY: 'secret',
      AWS_ENDPOINT_URL: url,
      AWS_ENDPOINT_URL_SQS: queue.url,
      VOLLEY_TABLE: 'volley',
      VOLLEY_LINK_BASE: `https://${LINK_HOST}`,
      VOLLEY_PARAMETERS: '/volley',
      VOLLEY_QUEUE_URL: queue.urlOf('feedback'),
    },
    async stop() {
      server.closeAllConnections();
      server.close();
      await queue.close();
    },
  };
  return services;
}

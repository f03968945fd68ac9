// What safety costs: claim, sign, send and record, beside the SDK's bulk call with none of that.

import { fork } from 'node:child_process';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { AddressableChannel, Channel } from '#channels/contract.ts';
import { createEmailChannel } from '#channels/email.ts';
import type { BulkRequest, Clock, Ses, Table } from '#domain/ports.ts';
import { createClock } from '#environment/clock.ts';
import { createEntropy } from '#environment/entropy.ts';
import { createSdkBulk, createSes, createSesClient } from '#environment/ses.ts';
import type { RunnerPorts } from '#runner/ports.ts';
import { tick } from '#runner/tick.ts';
import { saveContact } from '#store/audiences.ts';
import { createBurst } from '#store/bursts.ts';
import { createDynamoTable } from '#store/dynamo-table.ts';
import { MemoryTable } from '#store/memory-table.ts';
import { savePlan } from '#store/plans.ts';
import { createTableInput } from '#store/table.ts';
import { jumpingClock } from './jumping-clock.ts';
import { burstOf, percentile, planOf, quiet, secretsOfBench } from './release-world.ts';

const ROUNDS = 7;
const RECIPIENTS = 4_000;
const PER_SECOND = 4_000;

export async function bench(): Promise<object> {
  const child = fork(new URL('provider-stub.ts', import.meta.url), ['--dynamodb']);
  const { port, dynamoPort } = await new Promise<{ port: number; dynamoPort: number }>(
    (resolve) => {
      child.once('message', (message) => resolve(message as { port: number; dynamoPort: number }));
    },
  );
  try {
    const sesBase = `http://127.0.0.1:${port}`;
    const credentials = async () => ({ accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' });
    const client = createSesClient({ region: 'us-east-1', endpoint: sesBase, credentials });
    const dynamo = new DynamoDBClient({
      region: 'us-east-1',
      endpoint: `http://127.0.0.1:${dynamoPort}`,
      credentials,
      maxAttempts: 1,
    });
    await dynamo.send(new CreateTableCommand(createTableInput('bench')));
    const table = createDynamoTable(dynamo, 'bench');
    await saveAudience(table);
    const captured: BulkRequest[] = [];
    const ses = createSes(client);
    const bare = createSdkBulk(client);
    const ratios: number[] = [];
    const ours: number[] = [];
    const theirs: number[] = [];
    for (let round = 0; round <= ROUNDS; round += 1) {
      const ourCpu = await windowLoop(table, ses, `burst-${round}`, captured);
      const bareCpu = await bareLoop(bare, captured.splice(0));
      // The first round warms both up.
      if (round === 0) continue;
      ours.push(ourCpu);
      theirs.push(bareCpu);
      ratios.push(bareCpu / ourCpu);
    }
    return {
      cpuRatio: percentile(ratios, 0.5),
      ...(await units()),
      recipientsPerCpuSecond: {
        ours: Math.round(RECIPIENTS / percentile(ours, 0.5)),
        bareSdk: Math.round(RECIPIENTS / percentile(theirs, 0.5)),
      },
    };
  } finally {
    child.disconnect();
  }
}

async function saveAudience(table: Table): Promise<void> {
  for (let n = 0; n < RECIPIENTS; n += 1) {
    const fields = { first_name: `Ana ${n}` };
    await saveContact(table, {
      audience: 'list',
      id: `c${n}`,
      address: `ana${n}@example.org`,
      fields,
    });
  }
}

function portsOf(
  table: Table,
  channel: AddressableChannel,
  clock: Clock = createClock(),
): RunnerPorts {
  return {
    table,
    clock,
    entropy: createEntropy(),
    log: quiet,
    channels: new Map<string, Channel>([['email', channel]]),
    account: 'bench',
    suppressionKey: async () => 'k'.repeat(32),
    signingKey: async () => ({ id: 'k', secret: 's'.repeat(32) }),
    setSending: async () => undefined,
  };
}

/** One burst by email alone; CPU seconds from its first provider call to its end. */
async function windowLoop(
  table: Table,
  ses: Ses,
  burst: string,
  captured: BulkRequest[],
): Promise<number> {
  let startedAt: NodeJS.CpuUsage | undefined;
  const watched: Ses = {
    ...ses,
    identity: async () => 'verified',
    account: async () => ({
      maxSendRate: PER_SECOND,
      max24HourSend: 1e9,
      sentLast24Hours: 0,
      sendingEnabled: true,
      productionAccess: true,
    }),
    sendBulk: (request, options) => {
      startedAt ??= process.cpuUsage();
      captured.push(request);
      return ses.sendBulk(request, options);
    },
  };
  const secrets = secretsOfBench();
  const channel = createEmailChannel({ ses: watched, secrets, signingKeys: 'links/keys' });
  const ports = portsOf(table, channel);
  await plan(table, burst, Math.ceil(ports.clock.now()) + 4_000);
  const holder = ports.entropy.id();
  await tick(ports, { holder, until: ports.clock.now() + 120_000, burst });
  const sent = captured.reduce((sum, request) => sum + request.entries.length, 0);
  if (sent !== RECIPIENTS || !startedAt) throw new Error(`${sent} of ${RECIPIENTS} were sent`);
  return seconds(process.cpuUsage(startedAt));
}

async function plan(table: Table, burst: string, momentAt: number): Promise<void> {
  const both = planOf(burst, Date.now());
  const email = { ...both, legs: both.legs.filter((leg) => leg.kind === 'email') };
  const contentHash = await savePlan(table, email);
  await createBurst(table, burstOf(email, contentHash, { momentAt }), 'bench');
}

/** The same messages through the SDK's own client, one call after the other. */
async function bareLoop(
  bare: ReturnType<typeof createSdkBulk>,
  requests: readonly BulkRequest[],
): Promise<number> {
  const startedAt = process.cpuUsage();
  for (const request of requests) await bare(request, { timeoutMs: 10_000 });
  return seconds(process.cpuUsage(startedAt));
}

function seconds(usage: NodeJS.CpuUsage): number {
  return (usage.user + usage.system) / 1e6;
}

/** Exact counts by the memory table's meter, at the rates the limits speak of. */
async function units(): Promise<object> {
  const slow = await metered(20, 10_000);
  const fast = await metered(100, 10_000);
  return {
    writeUnitsPerRecipient: round(slow.write),
    manifestUnitsPerRecipient: round(fast.manifest),
    readUnitsPerRecipient: round(fast.read),
    atRate: { write: 20, read: 100, writeUnitsPerRecipientAt100: round(fast.write) },
  };
}

async function metered(perSecond: number, recipients: number) {
  const table = new MemoryTable();
  for (let n = 0; n < recipients; n += 1) {
    const fields = { first_name: `Ana ${n}` };
    await saveContact(table, {
      audience: 'list',
      id: `c${n}`,
      address: `ana${n}@example.org`,
      fields,
    });
  }
  let before = { readUnits: 0 };
  let isFirst = true;
  const ses: Ses = {
    identity: async () => 'verified',
    account: async () => ({
      maxSendRate: perSecond,
      max24HourSend: 1e9,
      sentLast24Hours: 0,
      sendingEnabled: true,
      productionAccess: true,
    }),
    sendBulk: async ({ entries }) => {
      if (isFirst) before = { readUnits: table.meter.readUnits };
      isFirst = false;
      return { entries: entries.map(() => ({ status: 'SUCCESS' })) };
    },
    setSending: async () => {},
  };
  const secrets = secretsOfBench();
  const ports = portsOf(
    table,
    createEmailChannel({ ses, secrets, signingKeys: 'links/keys' }),
    jumpingClock(),
  );
  await plan(table, 'burst', Math.ceil(ports.clock.now()) + 3_000);
  table.meter.reset();
  await tick(ports, { holder: 'bench', until: ports.clock.now() + 3_600_000 });
  const kinds = ['header', 'lane', 'leg', 'window_record'];
  const write = kinds.reduce((sum, kind) => sum + table.meter.of(kind).writeUnits, 0);
  const manifest =
    table.meter.of('manifest').writeUnits + table.meter.of('manifest_chunk').writeUnits;
  return {
    write: write / recipients,
    manifest: manifest / recipients,
    read: (table.meter.readUnits - before.readUnits) / recipients,
  };
}

function round(value: number): number {
  return Math.round(value * 1e5) / 1e5;
}

// What the AWS SDK does when left alone: one call whose answer is lost reaches SES up to three times.

import { createWriteStream, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SESv2Client, SendBulkEmailCommand } from '@aws-sdk/client-sesv2';
import { bulkBody } from '#environment/bulk-body.ts';
import { createSes, createSesClient } from '#environment/ses.ts';
import { readAppendLog } from '#infra/local/append-log.ts';
import { bulkRequest } from '../environment/bulk-request.ts';
import { onlySes, type SesMode } from './faults.ts';
import { Slot } from './fleet.ts';
import type { SesInput, SesTruth } from './processes/ses.ts';

export interface SdkDefault {
  /** Messages beyond the first that recipients would have got, over all modes. */
  readonly sdkDuplicates: number;
  /** The same through `functions/environment/ses.ts`. */
  readonly ourDuplicates: number;
}

const MODES: readonly SesMode[] = ['applied_cut', 'applied_500'];
const RECIPIENTS = 5;

/** One call each, against a provider that applies the effect and then fails to say so. */
export async function compareSdkDefault(): Promise<SdkDefault> {
  let sdkDuplicates = 0;
  let ourDuplicates = 0;
  for (const mode of MODES) {
    sdkDuplicates += await duplicatesOf(mode, async (endpoint) => {
      const client = new SESv2Client({ region: 'us-east-1', endpoint, credentials: KEYS });
      await client.send(new SendBulkEmailCommand(bulkBody(bulkRequest(RECIPIENTS))));
    });
    ourDuplicates += await duplicatesOf(mode, async (endpoint) => {
      const credentials = async () => KEYS;
      const client = createSesClient({ region: 'us-east-1', endpoint, credentials });
      await createSes(client).sendBulk(bulkRequest(RECIPIENTS), { timeoutMs: 5_000 });
    });
  }
  return { sdkDuplicates, ourDuplicates };
}

const KEYS = { accessKeyId: 'local', secretAccessKey: 'local' };

async function duplicatesOf(
  mode: SesMode,
  send: (endpoint: string) => Promise<void>,
): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'volley-blackbox-sdk-'));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  process.once('exit', remove);
  const truth = join(folder, 'ses.jsonl');
  const input: SesInput = {
    truth,
    seed: 1,
    weights: onlySes(mode),
    callerGivesUpMs: 1_000,
    perSecond: { from: 100, to: 100 },
    lost: 0,
    doubled: 0,
  };
  const output = createWriteStream('/dev/null');
  const stub = new Slot({ name: 'ses', file: 'ses', input: () => input }, output);
  try {
    const { url } = await stub.start();
    // The answer is lost on purpose: what the caller makes of it does not matter here.
    await send(String(url)).catch(() => undefined);
    const calls = readAppendLog(truth) as SesTruth[];
    const accepted = calls.flatMap(({ entries }) => entries).filter((one) => one.accepted);
    const people = new Set(accepted.map(({ ordinal }) => ordinal));
    if (people.size !== RECIPIENTS) throw new Error(`only ${people.size} recipients were accepted`);
    return accepted.length - people.size;
  } finally {
    await stub.stop();
    output.end();
    remove();
    process.off('exit', remove);
  }
}

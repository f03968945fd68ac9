// Everything that click, convert and unsubscribe reach of the world, without the SDK.

import { Fault } from '#domain/faults.ts';
import { type KeyRing, parseKeyRing } from '#domain/key-ring.ts';
import type { Log, Queue } from '#domain/ports.ts';
import { callService } from './call-service.ts';
import { createLog } from './log.ts';
import { createPublicTable, type PublicTable } from './public-table.ts';
import { type PublicSettings, publicSettings, queueUrl } from './settings.ts';
import { ulid } from './ulid.ts';

export interface PublicPorts {
  readonly now: () => number;
  /** A fresh sortable id. */
  readonly id: () => string;
  /** Host of the link domain, with its port where it has one. */
  readonly linkHost: string;
  readonly table: PublicTable;
  /** Read once in five minutes; throws Fault `secret_...` while it cannot be read at all. */
  readonly keyRing: () => Promise<KeyRing>;
  /** Secrets of those who report conversions, newest first; empty while there are none. */
  readonly conversionSecrets: () => Promise<readonly string[]>;
  /** The key of digests of people. */
  readonly suppressionKey: () => Promise<string>;
  readonly log: Log;
}

const PARAMETER_FOR_MS = 5 * 60_000;
const PARAMETER_TIMEOUT_MS = 1_500;

export function createPublicPorts(settings: PublicSettings = publicSettings()): PublicPorts {
  const now = () => Date.now();
  const table = createPublicTable(callService(settings, 'dynamodb', { now }), settings.table);
  const parameter = parameterReader(settings, now);
  return {
    now,
    id: () => ulid(now()),
    linkHost: new URL(settings.linkBase).host,
    table,
    keyRing: kept(async () => parseKeyRing(await parameter('links/keys')), now),
    conversionSecrets: kept(() => parameter('conversions/secrets').then(secretList, noneYet), now),
    suppressionKey: kept(() => parameter('suppression/key'), now),
    log: createLog(),
  };
}

/** How long a reader may be kept waiting for the queue, and how often it is tried meanwhile. */
const SEND_WITHIN_MS = 800;
const SEND_ATTEMPTS = 2;

/**
 * The feedback queue: resolves or rejects within 800 ms. A socket that died while the function
 * slept shows only when it is used, so a lost answer is tried once more while there is time; a
 * message that got through twice is one fact. A message that was given up may be in it all the same.
 */
export function createPublicQueue(settings: PublicSettings = publicSettings()): Queue {
  const call = callService(settings, 'sqs');
  const QueueUrl = queueUrl();
  const sendOne = async (MessageBody: string): Promise<void> => {
    const input = { QueueUrl, MessageBody };
    const until = performance.now() + SEND_WITHIN_MS;
    for (let attempt = 1; ; attempt += 1) {
      try {
        await call('AmazonSQS.SendMessage', input, until - performance.now());
        return;
      } catch (error) {
        const isWorthIt = error instanceof Fault && error.retryable;
        if (!isWorthIt || attempt === SEND_ATTEMPTS || performance.now() >= until) throw error;
      }
    }
  };
  return {
    async send(bodies) {
      await Promise.all(bodies.map(sendOne));
    },
  };
}

function parameterReader(settings: PublicSettings, now: () => number) {
  const call = callService(settings, 'ssm', { now });
  return async (name: string): Promise<string> => {
    const input = { Name: `${settings.parameters}/${name}`, WithDecryption: true };
    const answer = (await call('AmazonSSM.GetParameter', input, PARAMETER_TIMEOUT_MS)) as {
      Parameter?: { Value?: string };
    };
    const value = answer.Parameter?.Value;
    if (value !== undefined) return value;
    throw new Fault('secret_unreadable', `parameter ${name} came without a value`, {
      retryable: true,
    });
  };
}

/** One secret a line or word. */
function secretList(text: string): readonly string[] {
  return text.split(/\s+/).filter((secret) => secret !== '');
}

function noneYet(error: unknown): readonly string[] {
  if (error instanceof Fault && error.message.startsWith('ParameterNotFound')) return [];
  throw error;
}

/** Keeps a value for five minutes, and longer while it cannot be read again. */
function kept<T>(read: () => Promise<T>, now: () => number): () => Promise<T> {
  let value: { readonly is: T; readonly until: number } | undefined;
  let reading: Promise<T> | undefined;
  const renew = async (): Promise<T> => {
    try {
      value = { is: await read(), until: now() + PARAMETER_FOR_MS };
      return value.is;
    } catch (error) {
      if (value) return value.is;
      throw error;
    } finally {
      reading = undefined;
    }
  };
  return async () => {
    if (value && now() < value.until) return value.is;
    reading ??= renew();
    return reading;
  };
}

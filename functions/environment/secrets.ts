// Keys and tokens in SSM SecureString parameters, behind the port `Secrets`.

import { GetParameterCommand, PutParameterCommand, type SSMClient } from '@aws-sdk/client-ssm';
import { Fault } from '#domain/faults.ts';
import type { Secrets } from '#domain/ports.ts';

/** A value is read again after this: a key that was taken back must not live on in a warm function. */
const KEPT_MS = 60_000;

/** Names that every deployment has. */
export const secretNames = {
  /** Lines of `id:secret`; the first signs links (domain/key-ring.ts). */
  signingKeys: 'links/keys',
  /** Digests addresses in suppressions and logs. */
  suppressionKey: 'suppression/key',
} as const;

/** @param prefix what every parameter's name begins with: `/volley` */
export function createSecrets(client: SSMClient, prefix: string, now = () => Date.now()): Secrets {
  const kept = new Map<string, { readonly value: string; readonly readAt: number }>();
  return {
    async get(name) {
      const known = kept.get(name);
      if (known && now() - known.readAt < KEPT_MS) return known.value;
      const value = await read(client, `${prefix}/${name}`);
      kept.set(name, { value, readAt: now() });
      return value;
    },
    async put(name, value) {
      const input = { Name: `${prefix}/${name}`, Value: value, Type: 'SecureString' } as const;
      await client.send(new PutParameterCommand({ ...input, Overwrite: true }));
      kept.delete(name);
    },
  };
}

async function read(client: SSMClient, name: string): Promise<string> {
  try {
    const command = new GetParameterCommand({ Name: name, WithDecryption: true });
    const value = (await client.send(command)).Parameter?.Value;
    if (value !== undefined) return value;
  } catch (cause) {
    const message = `parameter ${name} could not be read`;
    throw new Fault('secret_unreadable', message, { retryable: true, cause });
  }
  throw new Fault('secret_unreadable', `parameter ${name} has no value`, { retryable: false });
}

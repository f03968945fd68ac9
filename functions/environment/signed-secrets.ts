// Keys and tokens in SSM SecureString parameters, read and written without an SDK client: that
// client would be a third of the API's bundle.

import { Fault } from '#domain/faults.ts';
import type { Secrets } from '#domain/ports.ts';
import type { CallJson } from './signed-json.ts';

/** A value is read again after this: a token that was taken back must not live on in a warm function. */
const KEPT_MS = 60_000;
const TIMEOUT_MS = 3_000;

/**
 * Throws Fault `secret_unreadable`, and for a write `secret_refused` or `secret_unanswered`.
 * @param call to SSM, with faults named `secret`
 * @param prefix what every parameter's name begins with: `/volley`
 */
export function createSignedSecrets(
  call: CallJson,
  prefix: string,
  now = () => Date.now(),
): Secrets {
  const kept = new Map<string, { readonly value: string; readonly readAt: number }>();
  return {
    async get(name) {
      const known = kept.get(name);
      if (known && now() - known.readAt < KEPT_MS) return known.value;
      const value = await read(call, `${prefix}/${name}`);
      kept.set(name, { value, readAt: now() });
      return value;
    },
    async put(name, value) {
      const input = {
        Name: `${prefix}/${name}`,
        Value: value,
        Type: 'SecureString',
        Overwrite: true,
      };
      await call('AmazonSSM.PutParameter', input, TIMEOUT_MS);
      kept.delete(name);
    },
  };
}

async function read(call: CallJson, name: string): Promise<string> {
  let answer: { Parameter?: { Value?: string } };
  try {
    const input = { Name: name, WithDecryption: true };
    answer = await call('AmazonSSM.GetParameter', input, TIMEOUT_MS);
  } catch (cause) {
    const message = `parameter ${name} could not be read`;
    throw new Fault('secret_unreadable', message, { retryable: true, cause });
  }
  const value = answer.Parameter?.Value;
  if (value !== undefined) return value;
  throw new Fault('secret_unreadable', `parameter ${name} has no value`, { retryable: false });
}

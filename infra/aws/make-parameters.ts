// Keys and tokens that a deployment needs, made once and never shown: a key that changes would
// make every link that was sent a dead one.

import { randomBytes } from 'node:crypto';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { names } from '#infra/definition.ts';
import type { Settings } from './settings.ts';

const secret = () => randomBytes(32).toString('base64url');

const WANTED: { readonly [name: string]: () => string } = {
  'links/keys': () => `k1:${secret()}`,
  'suppression/key': secret,
  'conversions/secrets': () => `whsec_${randomBytes(32).toString('base64')}`,
  'notices/webhook-secrets': () => `whsec_${randomBytes(32).toString('base64')}`,
  'api/admin-token': secret,
};

export interface MadeParameters {
  readonly made: readonly string[];
  /** There already, and left as they are. */
  readonly kept: readonly string[];
}

/** Repeatable; never overwrites. Standard tier, under the account's own key for parameters. */
export async function makeParameters({ region, stage }: Settings): Promise<MadeParameters> {
  const client = new SSMClient({ region });
  const made: string[] = [];
  const kept: string[] = [];
  try {
    for (const [name, value] of Object.entries(WANTED)) {
      const Name = `/${stage}${names.parameterPrefix}/${name}`;
      const input = { Name, Value: value(), Type: 'SecureString', Overwrite: false } as const;
      try {
        await client.send(new PutParameterCommand(input));
        made.push(Name);
      } catch (error) {
        if (!(error instanceof Error && error.name === 'ParameterAlreadyExists')) throw error;
        kept.push(Name);
      }
    }
    return { made, kept };
  } finally {
    client.destroy();
  }
}

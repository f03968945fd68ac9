// The secrets of a fresh local runtime, made once and kept in its parameter file.

import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { names } from '#infra/definition.ts';
import type { DataFolder } from './data-folder.ts';
import type { Account } from './stand-ins/social/status.ts';
import { writeWhole } from './write-whole.ts';

export interface LocalSecrets {
  /** Lets this machine's own clients use the API. */
  readonly apiToken: string;
  readonly socialToken: string;
  readonly socialAccounts: ReadonlyMap<string, Account>;
}

interface Stored {
  readonly type: 'SecureString';
  readonly value: string;
  readonly version: number;
  readonly at: number;
}

const secret = (bytes = 32) => randomBytes(bytes).toString('base64url');

/**
 * Writes the parameter file before the parameter stand-in opens it; what is there stays as it is,
 * because links and digests made with a key live as long as the data.
 */
export function seedSecrets(folder: DataFolder): LocalSecrets {
  const path = folder.file('parameters.json');
  const kept = existsSync(path)
    ? (JSON.parse(readFileSync(path, 'utf8')) as Record<string, Stored>)
    : {};
  const wanted: Record<string, string> = {
    'links/keys': `k1:${secret()}`,
    'suppression/key': secret(),
    'conversions/secrets': `whsec_${randomBytes(32).toString('base64')}`,
    'notices/webhook-secrets': `whsec_${randomBytes(32).toString('base64')}`,
    'api/admin-token': secret(),
    'connections/mastodon': secret(),
  };
  for (const [name, value] of Object.entries(wanted)) {
    const full = `${names.parameterPrefix}/${name}`;
    kept[full] ??= { type: 'SecureString', value, version: 1, at: Date.now() };
  }
  writeWhole(path, JSON.stringify(kept, null, 1));
  const secretNamed = (name: string) => kept[`${names.parameterPrefix}/${name}`]?.value ?? '';
  const socialToken = secretNamed('connections/mastodon');
  const account = {
    id: '1',
    username: 'riverside',
    displayName: 'Riverside Campaign',
    followers: 1_840,
  };
  return {
    apiToken: secretNamed('api/admin-token'),
    socialToken,
    socialAccounts: new Map([[socialToken, account]]),
  };
}

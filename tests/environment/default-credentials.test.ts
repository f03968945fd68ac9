import { SSMClient } from '@aws-sdk/client-ssm';
import { afterEach, expect, test } from 'vitest';
import { defaultProvider } from '#environment/default-credentials.ts';

const before = { ...process.env };
const NAMES = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'];

afterEach(() => {
  for (const name of NAMES) {
    if (before[name] === undefined) delete process.env[name];
    else process.env[name] = before[name];
  }
});

test.each([
  { AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b', AWS_SESSION_TOKEN: 'c' },
  { AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' },
])("gives what the SDK's own chain finds where a function runs: %o", async (environment) => {
  for (const name of NAMES) delete process.env[name];
  Object.assign(process.env, environment);
  const client = new SSMClient({ region: 'eu-central-1' });
  const { accessKeyId, secretAccessKey, sessionToken } = await client.config.credentials();
  client.destroy();
  const theirs = { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) };
  expect(await defaultProvider()()).toEqual(theirs);
});

test('says what is missing where there are none', async () => {
  for (const name of NAMES) delete process.env[name];
  await expect(defaultProvider()()).rejects.toThrow('the environment lacks AWS_ACCESS_KEY_ID');
});

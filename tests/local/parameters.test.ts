import { statSync } from 'node:fs';
import { join } from 'node:path';
import {
  DeleteParameterCommand,
  GetParameterCommand,
  GetParametersByPathCommand,
  GetParametersCommand,
  PutParameterCommand,
  SSMClient,
} from '@aws-sdk/client-ssm';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startParameters } from '#infra/local/stand-ins/parameters.ts';
import type { StandIn } from '#infra/local/stand-ins/stand-in.ts';
import { clientFor, temporaryFolder } from './temporary-folder.ts';

let folder: ReturnType<typeof temporaryFolder>;
let file: string;
let standIn: StandIn;
let ssm: SSMClient;

async function open() {
  standIn = await startParameters({ file, port: 0 });
  ssm = new SSMClient(clientFor(standIn.url));
}

beforeEach(async () => {
  folder = temporaryFolder();
  file = join(folder.path, 'parameters.json');
  await open();
});

afterEach(async () => {
  ssm.destroy();
  await standIn.close();
  folder.remove();
});

const put = (Name: string, Value: string, more: object = {}) =>
  ssm.send(new PutParameterCommand({ Name, Value, Type: 'SecureString', ...more }));

test('a secret is read back decrypted, and only then', async () => {
  await put('/volley/links/keys', 'k1 secret');
  const get = (WithDecryption: boolean) =>
    ssm.send(new GetParameterCommand({ Name: '/volley/links/keys', WithDecryption }));
  expect((await get(true)).Parameter?.Value).toBe('k1 secret');
  expect((await get(false)).Parameter?.Value).not.toContain('secret');
});

test('the file can be read by its owner alone', async () => {
  await put('/volley/links/keys', 'k1 secret');
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

test('a value is replaced only when that is asked for, and its version grows', async () => {
  await put('/volley/one', 'first');
  await expect(put('/volley/one', 'second')).rejects.toMatchObject({
    name: 'ParameterAlreadyExists',
  });
  const { Version } = await put('/volley/one', 'second', { Overwrite: true });
  expect(Version).toBe(2);
});

test('several are read at once, by name and by path, and survive a restart', async () => {
  await put('/volley/a/b', '1');
  await put('/volley/a/c', '2');
  ssm.destroy();
  await standIn.close();
  await open();
  const byName = await ssm.send(
    new GetParametersCommand({ Names: ['/volley/a/b', '/none'], WithDecryption: true }),
  );
  expect(byName.Parameters?.map(({ Value }) => Value)).toEqual(['1']);
  expect(byName.InvalidParameters).toEqual(['/none']);
  const byPath = await ssm.send(
    new GetParametersByPathCommand({ Path: '/volley', Recursive: true, WithDecryption: true }),
  );
  expect(byPath.Parameters?.map(({ Value }) => Value)).toEqual(['1', '2']);
});

test('what is not there is not found', async () => {
  const missing = { name: 'ParameterNotFound' };
  await expect(ssm.send(new GetParameterCommand({ Name: '/none' }))).rejects.toMatchObject(missing);
  await expect(ssm.send(new DeleteParameterCommand({ Name: '/none' }))).rejects.toMatchObject(
    missing,
  );
});

test.each([
  { name: 'a blank in the name', run: () => put('/volley/a b', 'x'), error: /not a name/ },
  { name: 'a value too long', run: () => put('/volley/a', 'x'.repeat(8_193)), error: /8192 bytes/ },
])('refused: $name', async ({ run, error }) => {
  await expect(run()).rejects.toThrow(error);
});

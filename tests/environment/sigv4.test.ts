import { afterEach, describe, expect, test } from 'vitest';
import { createSdkBulk, createSes, createSesClient } from '#environment/ses.ts';
import { amzDate, createSigner } from '#environment/sigv4.ts';
import { bulkRequest } from './bulk-request.ts';
import { type Asked, acceptAll, type Stub, startStub } from './ses-stub.ts';

const stubs: Stub[] = [];
afterEach(async () => {
  for (const stub of stubs.splice(0)) await stub.stop();
});

/** The authorization our signer gives to a request exactly as it arrived. */
function signedAgain(asked: Asked, by: { accessKeyId: string; secretAccessKey: string }): string {
  const given = String(asked.headers.authorization);
  const names = (/SignedHeaders=([^,]+)/.exec(given)?.[1] ?? '').split(';');
  const headers = Object.fromEntries(names.map((name) => [name, String(asked.headers[name])]));
  const sign = createSigner({ region: 'eu-west-1', service: 'ses' });
  return sign({ method: asked.method, path: asked.path, headers, body: asked.body }, by);
}

describe.each([
  { name: 'long-lived credentials', by: { accessKeyId: 'AKID', secretAccessKey: 'secret/+x' } },
  {
    name: 'a session token',
    by: { accessKeyId: 'ASIA', secretAccessKey: 'other', sessionToken: 'tok/en==' },
  },
])('with $name', ({ by }) => {
  test("the hand-signed bulk call and the SDK's are the same request", async () => {
    const stub = await startStub(acceptAll);
    stubs.push(stub);
    const client = createSesClient({
      region: 'eu-west-1',
      credentials: async () => by,
      endpoint: `${stub.url}/behind`,
    });
    await createSdkBulk(client)(bulkRequest(50), { timeoutMs: 5_000 });
    await createSes(client).sendBulk(bulkRequest(50), { timeoutMs: 5_000 });
    const [theirs, ours] = stub.asked;
    if (!theirs || !ours) throw new Error('two calls were made');

    expect(ours.method).toBe(theirs.method);
    expect(ours.path).toBe(theirs.path);
    expect(ours.body).toBe(theirs.body);
    for (const name of ['host', 'content-type', 'content-length', 'x-amz-security-token']) {
      expect([name, ours.headers[name]]).toEqual([name, theirs.headers[name]]);
    }
    expect(ours.headers['x-amz-content-sha256']).toBe(theirs.headers['x-amz-content-sha256']);
    // The SDK signs an invocation id as well; given the same headers, both signers agree.
    expect(signedAgain(theirs, by)).toBe(theirs.headers.authorization);
    expect(signedAgain(ours, by)).toBe(ours.headers.authorization);
  });
});

test('the signature changes with the body, the date, the path and the secret', () => {
  const sign = createSigner({ region: 'eu-west-1', service: 'ses' });
  const by = { accessKeyId: 'A', secretAccessKey: 's' };
  const base = { method: 'POST', path: '/a', body: '{}', headers: { 'x-amz-date': amzDate(0) } };
  const variants = [
    sign(base, by),
    sign({ ...base, body: '{ }' }, by),
    sign({ ...base, path: '/b' }, by),
    sign({ ...base, headers: { 'x-amz-date': amzDate(1_000) } }, by),
    sign({ ...base, headers: { 'x-amz-date': amzDate(86_400_000) } }, by),
    sign(base, { ...by, secretAccessKey: 't' }),
  ];
  expect(new Set(variants).size).toBe(variants.length);
});

import { describe, expect, test } from 'vitest';
import { BODY_BYTES_MAX } from '#api/read-request.ts';
import { routes } from '#api/routes.ts';
import { Fault } from '#domain/faults.ts';
import { countContacts } from '#store/audiences.ts';
import { loadBurst } from '#store/bursts.ts';
import { savePrincipal } from '#store/principals.ts';
import { files, launch } from '../commands/a-context.ts';
import { adminToken, anApi } from './an-api.ts';

const burst = 'atlas-launch';
const planning = { file: { name: 'atlas.yaml', text: launch }, files };
const csv = 'email,first_name\nana@example.org,Ana\nben@example.org,Ben\n';

async function planned() {
  const api = anApi();
  const token = await api.token('nora', 'operator');
  await api.call('POST', '/v1/audiences/prospects/import', { token, csv });
  const { body } = await api.call('POST', '/v1/bursts', { token, json: planning });
  return { api, token, contentHash: body.contentHash as string };
}

test('from a list and a file to a scheduled burst, watched, stopped and read', async () => {
  const { api, token, contentHash } = await planned();
  const approver = await api.token('ben', 'approver');
  const path = `/v1/bursts/${burst}`;
  expect(
    (await api.call('POST', `${path}/approve`, { token: approver, json: { contentHash } })).body
      .state,
  ).toBe('approved');
  expect(
    (await api.call('POST', `${path}/schedule`, { token, json: { at: '2027-03-04T10:00:00Z' } }))
      .body.state,
  ).toBe('scheduled');
  const viewer = await api.token('eve', 'viewer');
  expect((await api.call('GET', path, { token: viewer })).body).toMatchObject({
    burst,
    state: 'scheduled',
    sent: { recipients: 0 },
  });
  expect(
    (await api.call('GET', '/v1/bursts?limit=10', { token: viewer })).body.bursts,
  ).toHaveLength(1);
  expect((await api.call('GET', `${path}/results`, { token: viewer })).body).toEqual({
    ...{ burst, followUps: [], takenBack: [] },
  });
  expect((await api.call('GET', `${path}/ledger`, { token })).body).toMatchObject({
    lanes: [],
    records: [],
  });
  expect((await api.call('POST', `${path}/cancel`, { token })).body.state).toBe('cancelled');
});

describe('tokens', () => {
  test.each([
    ['none', {}],
    ['an unknown one', { authorization: `Bearer ${'y'.repeat(30)}` }],
    ['one without Bearer', { authorization: adminToken }],
    ['another scheme', { authorization: `Basic ${adminToken}` }],
    ['an empty one', { authorization: 'Bearer ' }],
    ['one with more behind it', { authorization: `Bearer ${adminToken} x` }],
    ['a prefix of one', { authorization: `Bearer ${adminToken.slice(0, -1)}` }],
    ['a JWT', { authorization: 'Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZG1pbiJ9.' }],
  ])('%s is 401', async (_name, headers) => {
    const api = anApi();
    const answer = await api.call('GET', '/v1/bursts', {
      headers: headers as Record<string, string>,
    });
    expect(answer.status).toBe(401);
    expect(answer.body.error.code).toBe('unauthenticated');
    expect(answer.headers.get('www-authenticate')).toBe('Bearer');
  });

  test('in the address are 401, whatever they are called', async () => {
    const api = anApi();
    for (const name of ['api_key', 'access_token', 'token', 'authorization']) {
      const answer = await api.call('GET', `/v1/bursts?${name}=${adminToken}`);
      expect(answer.status).toBe(401);
      expect(answer.text + api.logged.join()).not.toContain(adminToken);
    }
  });

  test('the admin token of the deployment makes tokens for others', async () => {
    const api = anApi();
    const made = await api.call('POST', '/v1/tokens', {
      token: adminToken,
      json: { name: 'ben', scopes: ['viewer'] },
    });
    expect(made.status).toBe(200);
    const token = made.body.token as string;
    expect((await api.call('GET', '/v1/bursts', { token })).status).toBe(200);
    expect(
      (await api.call('POST', '/v1/tokens', { token, json: { name: 'x', scopes: ['admin'] } }))
        .status,
    ).toBe(403);
  });

  test('a scope that is taken back is gone with the next request', async () => {
    const { api, token } = await planned();
    await savePrincipal(api.world.table, token, { name: 'nora', scopes: ['viewer'] });
    expect((await api.call('POST', `/v1/bursts/${burst}/schedule`, { token })).status).toBe(403);
    await savePrincipal(api.world.table, token, { name: 'nora', scopes: ['owner'] });
    expect((await api.call('GET', '/v1/bursts', { token })).status).toBe(403);
  });

  test('without the admin parameter, or with a short one, nobody is admin by it', async () => {
    const api = anApi();
    api.world.secrets.delete('api/admin-token');
    expect((await api.call('GET', '/v1/bursts', { token: adminToken })).status).toBe(401);
    api.world.secrets.set('api/admin-token', '');
    expect((await api.call('GET', '/v1/bursts', { token: adminToken })).status).toBe(401);
  });

  const guarded = routes.flatMap((route) =>
    route.scope === 'anyone' ? [] : [{ ...route, scope: route.scope }],
  );
  test.each(guarded.map((route) => [`${route.method} ${route.path}`, route] as const))(
    '%s asks for one, and for its scope',
    async (_name, route) => {
      const api = anApi();
      const path = route.path.replace(/\{\w+\}/g, 'atlas');
      const over = route.body === 'csv' ? { csv: 'email\n' } : { json: {} };
      const send = (token?: string) =>
        api.call(route.method.toUpperCase(), path, {
          ...(route.body === 'none' ? {} : over),
          ...(token === undefined ? {} : { token }),
        });
      expect((await send()).status).toBe(401);
      expect((await send(await api.token('nobody'))).status).toBe(403);
      expect((await send(await api.token('right', route.scope))).status).not.toBe(403);
    },
  );
});

describe('statuses', () => {
  test.each([
    ['GET', '/v1/nothing', 404, 'route_unknown'],
    ['DELETE', '/v1/bursts/atlas-launch', 405, 'method_unknown'],
    ['PATCH', '/v1/bursts', 405, 'method_unknown'],
    ['GET', '/v1/bursts/unknown', 404, 'burst_unknown'],
    ['POST', '/v1/bursts/unknown/fire', 404, 'burst_unknown'],
    ['POST', '/v1/bursts/atlas-launch/fire', 409, 'wrong_state'],
    ['POST', '/v1/bursts/atlas-launch/stop', 409, 'wrong_state'],
    ['POST', '/v1/bursts/atlas-launch/resume', 409, 'wrong_state'],
    ['GET', '/v1/bursts/atlas-launch/recipients', 409, 'not_frozen'],
    ['GET', '/v1/bursts?limit=0', 422, 'input_invalid'],
    ['GET', '/v1/bursts?limit=1000000000', 422, 'input_invalid'],
    ['GET', '/v1/bursts?limit=-1', 422, 'input_invalid'],
    ['GET', '/v1/bursts?limit=10;%20DROP', 422, 'input_invalid'],
    ['GET', '/v1/bursts?sort=pk;--', 400, 'query_malformed'],
    ['GET', '/v1/bursts?limit=1&limit=2', 400, 'query_malformed'],
    ['GET', '/v1/bursts?after=../x', 422, 'input_invalid'],
  ])('%s %s is %d %s', async (method, path, status, code) => {
    const { api } = await planned();
    const answer = await api.call(method, path, { token: adminToken });
    expect([answer.status, answer.body.error.code]).toEqual([status, code]);
    expect(typeof answer.body.error.message).toBe('string');
  });

  test.each([
    '1%23T%23B',
    '..%2FB',
    '*',
    '%7B%22S%22%3A%22x%22%7D',
    '1%00',
    'x'.repeat(2_048),
    'A',
    '-a',
    'a-',
    '%E0%A4%A',
  ])('the id %s never reaches the table', async (id) => {
    const api = anApi();
    const answer = await api.call('GET', `/v1/bursts/${id}`, { token: adminToken });
    expect(answer.status).toBe(400);
    expect(api.world.table.meter.readUnits).toBe(0);
  });

  test.each([
    [
      'no JSON',
      { body: '{', headers: { 'content-type': 'application/json' } },
      400,
      'json_malformed',
    ],
    ['a list', { json: [] }, 400, 'json_malformed'],
    [
      'brackets inside each other without end',
      {
        body: `{"file":${'['.repeat(100_000)}${']'.repeat(100_000)}}`,
        headers: { 'content-type': 'application/json' },
      },
      400,
      'json_malformed',
    ],
    [
      'a form',
      { body: 'a=b', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
      415,
      'content_type_unknown',
    ],
    [
      'no type at all',
      { body: '{}', headers: { 'content-type': '' } },
      415,
      'content_type_unknown',
    ],
    [
      'an unknown field',
      { json: { ...planning, status: 'approved', approvedBy: 'me' } },
      422,
      'input_invalid',
    ],
    [
      'a prototype',
      {
        body: `{"__proto__":{"x":1},"file":${JSON.stringify(planning.file)}}`,
        headers: { 'content-type': 'application/json' },
      },
      422,
      'input_invalid',
    ],
    [
      'a broken file',
      {
        json: {
          ...planning,
          file: { name: 'a.yaml', text: launch.replace('late: 2h', 'late: soon') },
        },
      },
      422,
      'campaign_file_invalid',
    ],
  ])('a body that is %s', async (_name, call, status, code) => {
    const { api, token } = await planned();
    const answer = await api.call('POST', '/v1/bursts', { token, ...call });
    expect([answer.status, answer.body.error.code]).toEqual([status, code]);
  });

  test('a campaign file that is refused names file, line and field', async () => {
    const { api, token } = await planned();
    const text = launch.replace('late: 2h', 'late: soon');
    const { body } = await api.call('POST', '/v1/bursts', {
      token,
      json: { ...planning, file: { name: 'atlas.yaml', text } },
    });
    expect(body.error).toMatchObject({
      file: 'atlas.yaml',
      line: 19,
      field: 'burst.legs.prospects.late',
    });
  });

  test('what stands in the address may not stand in the body', async () => {
    const { api, token } = await planned();
    const answer = await api.call('POST', `/v1/bursts/${burst}/cancel`, {
      token,
      json: { burst: 'other' },
    });
    expect([answer.status, answer.body.error.field]).toEqual([422, 'burst']);
    expect((await loadBurst(api.world.table, burst))?.state).toBe('draft');
  });

  test('a body beyond the limit is 413, whatever it says of itself', async () => {
    const { api, token } = await planned();
    const path = '/v1/audiences/prospects/import';
    const large = await api.call('POST', path, {
      token,
      csv: `email\n${'x'.repeat(BODY_BYTES_MAX)}`,
    });
    expect([large.status, large.body.error]).toEqual([
      413,
      {
        code: 'body_too_large',
        message: 'the body is too large',
        limit: `at most ${BODY_BYTES_MAX} bytes`,
      },
    ]);
    const stated = await api.call('POST', path, {
      token,
      csv,
      headers: { 'content-length': String(BODY_BYTES_MAX + 1) },
    });
    expect(stated.status).toBe(413);
  });

  test('nothing of the inside is shown: no stack, no cause, no message of an unforeseen error', async () => {
    const secretive = anApi({
      buildReport: () => Promise.reject(new Error('password is hunter2')),
    });
    await secretive.call('POST', '/v1/audiences/prospects/import', { token: adminToken, csv });
    await secretive.call('POST', '/v1/bursts', { token: adminToken, json: planning });
    const answer = await secretive.call('GET', `/v1/bursts/${burst}/results`, {
      token: adminToken,
    });
    expect([answer.status, answer.body]).toEqual([
      500,
      { error: { code: 'unexpected', message: 'this went wrong' } },
    ]);
    expect(secretive.logged.join()).not.toContain('hunter2');
    expect(secretive.logged).toHaveLength(1);
  });

  test('a fault that passes is 503, one that stays is 500', async () => {
    for (const [retryable, status] of [
      [true, 503],
      [false, 500],
    ] as const) {
      const api = anApi({
        suppressionKey: () =>
          Promise.reject(new Fault('secret_unreadable', 'arn:aws:ssm:x', { retryable })),
      });
      const answer = await api.call('POST', '/v1/suppressions', {
        token: adminToken,
        json: { address: 'ana@example.org' },
      });
      expect([answer.status, answer.body.error.code]).toEqual([status, 'secret_unreadable']);
      expect(answer.text).not.toContain('arn:');
    }
  });

  test('no answer is kept by a browser, sniffed, or opened to other origins', async () => {
    const api = anApi();
    const { headers } = await api.call('GET', '/v1/bursts', {
      token: adminToken,
      headers: { origin: 'null' },
    });
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('access-control-allow-origin')).toBeNull();
  });
});

describe('steps cannot be skipped', () => {
  test('neither by another state in the body nor by an old approval', async () => {
    const api = anApi();
    const token = await api.token('nora', 'operator');
    const approver = await api.token('ben', 'approver');
    await api.call('POST', '/v1/audiences/prospects/import', { token, csv });
    const second = {
      ...planning,
      file: {
        name: 'a.yaml',
        text: launch.replace('  legs:', '  approval: second person\n  legs:'),
      },
    };
    const { body } = await api.call('POST', '/v1/bursts', { token, json: second });
    const path = `/v1/bursts/${burst}`;
    expect((await api.call('POST', `${path}/schedule`, { token })).status).toBe(409);
    expect(
      (await api.call('POST', `${path}/schedule`, { token, json: { state: 'releasing' } })).status,
    ).toBe(422);
    const approval = { token: approver, json: { contentHash: body.contentHash } };
    expect((await api.call('POST', `${path}/approve`, approval)).status).toBe(200);
    const edited = {
      ...second,
      file: { name: 'a.yaml', text: second.file.text.replace('Atlas 2 is here', 'Atlas 2!') },
    };
    await api.call('POST', '/v1/bursts', { token, json: edited });
    expect((await api.call('POST', `${path}/approve`, approval)).status).toBe(409);
    expect((await api.call('POST', `${path}/schedule`, { token })).status).toBe(409);
    expect((await loadBurst(api.world.table, burst))?.state).toBe('draft');
  });
});

describe('the same request under one key', () => {
  const path = '/v1/audiences/prospects/import';
  const keyed = (key: string) => ({ 'idempotency-key': key });

  test('is carried out once and answered alike; another body is refused', async () => {
    const api = anApi();
    const first = await api.call('POST', path, { token: adminToken, csv, headers: keyed('k1') });
    const writes = api.world.table.meter.of('contact').writeUnits;
    const again = await api.call('POST', path, { token: adminToken, csv, headers: keyed('k1') });
    expect(again.text).toBe(first.text);
    expect(api.world.table.meter.of('contact').writeUnits).toBe(writes);
    const other = await api.call('POST', path, {
      token: adminToken,
      csv: `${csv}x`,
      headers: keyed('k1'),
    });
    expect([other.status, other.body.error.code]).toEqual([422, 'key_reused']);
  });

  test('gets a refusal again too, even when it would now be taken', async () => {
    const api = anApi();
    const token = await api.token('nora', 'operator');
    const first = await api.call('POST', '/v1/bursts', {
      token,
      json: planning,
      headers: keyed('k2'),
    });
    expect(first.status).toBe(422);
    await api.call('POST', path, { token, csv });
    expect(
      (await api.call('POST', '/v1/bursts', { token, json: planning, headers: keyed('k2') })).text,
    ).toBe(first.text);
    expect(
      (await api.call('POST', '/v1/bursts', { token, json: planning, headers: keyed('k3') }))
        .status,
    ).toBe(200);
  });

  test('is busy while the first is at work', async () => {
    let go = () => {};
    const gate = new Promise<void>((resolve) => {
      go = resolve;
    });
    const api = anApi({ suppressionKey: () => gate.then(() => 'key') });
    const first = api.call('POST', path, { token: adminToken, csv, headers: keyed('k4') });
    await expect
      .poll(
        async () =>
          (await api.call('POST', path, { token: adminToken, csv, headers: keyed('k4') })).status,
      )
      .toBe(409);
    go();
    expect((await first).status).toBe(200);
    expect(await countContacts(api.world.table, 'prospects')).toBe(2);
  });

  test('is each principal’s own', async () => {
    const api = anApi();
    const [one, other] = [await api.token('nora', 'operator'), await api.token('ben', 'operator')];
    expect((await api.call('POST', path, { token: one, csv, headers: keyed('k5') })).status).toBe(
      200,
    );
    expect(
      (await api.call('POST', path, { token: other, csv: 'email\n', headers: keyed('k5') })).status,
    ).toBe(200);
  });

  test('a fault is forgotten, so that a repeat may succeed', async () => {
    let isBroken = true;
    const api = anApi({
      suppressionKey: () =>
        isBroken
          ? Promise.reject(new Fault('secret_unreadable', 'x', { retryable: true }))
          : Promise.resolve('key'),
    });
    expect(
      (await api.call('POST', path, { token: adminToken, csv, headers: keyed('k6') })).status,
    ).toBe(503);
    isBroken = false;
    api.world.now += 31_000;
    expect(
      (await api.call('POST', path, { token: adminToken, csv, headers: keyed('k6') })).status,
    ).toBe(200);
  });

  test.each(['x'.repeat(256), 'a b', 'ä'.repeat(2)])('a key like %j is 400', async (key) => {
    const api = anApi();
    const answer = await api.call('POST', path, { token: adminToken, csv, headers: keyed(key) });
    expect([answer.status, answer.body.error.code]).toEqual([400, 'key_malformed']);
  });
});

test('an import answers with its rejects, and a dry run writes nothing', async () => {
  const api = anApi();
  const answer = await api.call('POST', '/v1/audiences/prospects/import?dryRun=true', {
    token: adminToken,
    csv: `${csv}nobody,X\n`,
  });
  expect(answer.body).toMatchObject({
    rows: 3,
    imported: 2,
    rejected: 1,
    rejects: [{ row: 3, line: 4, code: 'not_an_address' }],
  });
  expect(await countContacts(api.world.table, 'prospects')).toBe(0);
});

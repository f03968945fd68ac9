import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Validator } from '@seriousme/openapi-schema-validator';
import { describe, expect, test } from 'vitest';
import { documentOf, nameOf, openApiDocument } from '#api/open-api.ts';
import { routes } from '#api/routes.ts';
import { adminToken, anApi } from './an-api.ts';
import { apiPage } from './api-page.ts';

const copyOf = (document: object) => JSON.parse(JSON.stringify(document));

describe('the document', () => {
  test('is valid OpenAPI 3.1', async () => {
    const validator = new Validator();
    const result = await validator.validate(copyOf(openApiDocument()));
    expect(result.errors ?? []).toEqual([]);
    expect([result.valid, validator.version]).toEqual([true, '3.1']);
  });

  test('would be refused if it were not', async () => {
    const { paths: _gone, ...rest } = copyOf(openApiDocument());
    const spoiled = { ...rest, info: {} };
    expect((await new Validator().validate(spoiled)).valid).toBe(false);
  });

  test('is served to anybody, and holds every route', async () => {
    const answer = await anApi().call('GET', '/v1/openapi.json');
    expect(answer.status).toBe(200);
    for (const { path, method } of routes) expect(answer.body.paths[path][method]).toBeDefined();
  });

  test('gives every route an answer of its own, and a name that no other has', () => {
    expect(routes.filter(({ answer }) => !answer).map(nameOf)).toEqual([]);
    expect(new Set(routes.map(nameOf)).size).toBe(routes.length);
  });

  test('names every field of an input once: in the address or in the body', () => {
    const { paths } = copyOf(documentOf(routes));
    for (const { path, method, input } of routes) {
      const { parameters, requestBody } = paths[path][method];
      const placed = parameters
        .filter((one: { in: string }) => one.in !== 'header')
        .map(({ name }: { name: string }) => name);
      const inBody = requestBody?.content['application/json']?.schema.properties ?? {};
      const all = [...placed, ...Object.keys(inBody)];
      const isText = requestBody !== undefined && !requestBody.content['application/json'];
      if (!isText) expect(all.sort()).toEqual(Object.keys(input.shape).sort());
    }
  });

  test('stands in docs/api.md as it is (npm run api-page)', () => {
    const page = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'api.md'), 'utf8');
    expect(page).toBe(apiPage());
  });
});

describe('methods', () => {
  test('OPTIONS says which there are, to anybody, and opens nothing', async () => {
    const { status, headers } = await anApi().raw('OPTIONS', '/v1/bursts', {
      headers: { origin: 'https://evil.test', 'access-control-request-method': 'POST' },
    });
    expect([status, headers.get('allow')]).toEqual([204, 'POST, GET, HEAD, OPTIONS']);
    expect(headers.get('access-control-allow-origin')).toBeNull();
  });

  test('HEAD answers as GET does, without a body', async () => {
    const { status, headers, text } = await anApi().raw('HEAD', '/v1/bursts', {
      token: adminToken,
    });
    expect([status, text]).toEqual([200, '']);
    expect(headers.get('content-type')).toContain('application/json');
    expect((await anApi().raw('HEAD', '/v1/bursts')).status).toBe(401);
  });
});

import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openApiDocument } from '#api/open-api.ts';
import { adminToken } from './an-api.ts';
import { type ContractWorld, contractWorld } from './contract-world.ts';
import type { Schemas } from './from-schema.ts';
import { allowed, type Operation, type Request, refused } from './requests.ts';

const document = JSON.parse(JSON.stringify(openApiDocument())) as {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Schemas; responses: Record<string, Response> };
};

interface Response {
  readonly $ref?: string;
  readonly content?: { readonly 'application/json': { readonly schema: object } };
}

const operations = Object.entries(document.paths)
  .flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, one]) => ({ ...one, method, path })),
  )
  .map((one) => ({ ...one, parameters: one.parameters ?? [] }));

const RUNS = { allowed: 30, refused: 30 };
const ajv = new Ajv2020({ strict: false, allErrors: false });
ajv.addSchema({ $id: 'doc', components: document.components });

const judges = new Map<string, ValidateFunction>();

/** `taken`: answered with 200, so that both sides of every route are known to be tried. */
const count = { routes: operations.length, requests: 0, taken: 0, violations: 0 };
let world: ContractWorld;

beforeAll(async () => {
  world = await contractWorld();
});

afterAll(() => {
  console.log(JSON.stringify({ api: 'contract', ...count }));
});

async function answerTo(request: Request) {
  const { broken, method, path, headers, body } = request;
  const token = broken === 'no token' ? {} : { token: adminToken };
  count.requests += 1;
  // Time goes on, so that keys, leases and approvals come to their ends.
  world.api.world.now += 997;
  return world.api.call(method, path, {
    ...token,
    headers,
    ...(body === undefined ? {} : { body }),
  });
}

/** What the document says an answer of this status holds; undefined: such a status it never gives. */
function judgeOf(operation: Operation, status: number) {
  const stated = operation.responses[status] as Response | undefined;
  const response = stated?.$ref
    ? document.components.responses[stated.$ref.split('/').at(-1) ?? '']
    : stated;
  const schema = response?.content?.['application/json'].schema;
  if (!schema) return undefined;
  const text = JSON.stringify(schema).replaceAll('"#/components', '"doc#/components');
  const judge = judges.get(text) ?? ajv.compile(JSON.parse(text));
  judges.set(text, judge);
  return judge;
}

function problemOf(operation: Operation, request: Request, answer: Answered): string | undefined {
  const { status, body, headers } = answer;
  const what = `${request.method} ${request.path} ${request.broken ?? ''}: ${status}`;
  if (status >= 500) return `${what} is a fault of ours: ${JSON.stringify(body)}`;
  const judge = judgeOf(operation, status);
  if (!judge) return `${what} is no status of this operation`;
  if (!judge(body)) {
    const [error] = judge.errors ?? [];
    const at = `${error?.instancePath} ${error?.message} ${JSON.stringify(error?.params)}`;
    return `${what} ${at} in ${JSON.stringify(body).slice(0, 300)}`;
  }
  if (!headers.get('content-type')?.startsWith('application/json')) return `${what} is not JSON`;
  if (request.broken !== undefined && status < 400) return `${what} was taken`;
  return undefined;
}

type Answered = Awaited<ReturnType<typeof answerTo>>;

async function violations(operation: Operation, requests: readonly Request[]): Promise<string[]> {
  const found: string[] = [];
  for (const request of requests) {
    const answer = await answerTo(request);
    if (answer.status === 200) count.taken += 1;
    const problem = problemOf(operation, request, answer);
    if (problem !== undefined) found.push(problem);
  }
  count.violations += found.length;
  return found;
}

describe('whatever is asked, the answer is as the document says', () => {
  test.each(operations)('$method $path as allowed', async (operation) => {
    const requests = fc.sample(allowed(operation, document.components.schemas, world.hints), {
      numRuns: RUNS.allowed,
      seed: 4,
    });
    expect(await violations(operation, requests)).toEqual([]);
  });

  test.each(operations.filter(({ security }) => security === undefined))(
    '$method $path as it must not be asked',
    async (operation) => {
      const requests = fc.sample(refused(operation, document.components.schemas, world.hints), {
        numRuns: RUNS.refused,
        seed: 5,
      });
      expect(await violations(operation, requests)).toEqual([]);
    },
  );
});

describe('the judge', () => {
  const shown = operations.find(({ path, method }) => path === '/v1/bursts' && method === 'get');
  const request = { method: 'GET', path: '/v1/bursts', headers: {} };

  test.each([
    ['a status the document does not know', 418, { error: { code: 'x', message: 'x' } }],
    ['a fault of ours', 500, { error: { code: 'x', message: 'x' } }],
    ['a field too many', 200, { bursts: [], secret: 1 }],
    ['a field too few', 200, {}],
    ['an error of another shape', 404, { message: 'no' }],
  ])('finds %s', (_what, status, body) => {
    const headers = new Headers({ 'content-type': 'application/json' });
    if (!shown) throw new Error('the document has no list of bursts');
    expect(problemOf(shown, request, { status, headers, text: '', body })).toBeTypeOf('string');
  });
});

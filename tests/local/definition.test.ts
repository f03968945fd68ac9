import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { beforeAll, expect, test } from 'vitest';
import { functions, queues } from '#infra/definition.ts';
import { PORT_NAMES, type PortName } from '#infra/local/data-folder.ts';
import { functionEnvironment } from '#infra/local/function-environment.ts';
import { bundle } from '#infra/local/functions/bundle.ts';
import { FunctionHost } from '#infra/local/functions/function-host.ts';

const root = join(import.meta.dirname, '..', '..');
/** Read with a default; leaving it out must not end anything. */
const OPTIONAL = new Set(['VOLLEY_LOOPBACK', 'VOLLEY_SES_PER_SECOND', 'VOLLEY_SES_PER_DAY']);

let bundles: Map<string, string>;

beforeAll(async () => {
  bundles = await bundle(root, functions);
});

const urls = Object.fromEntries(PORT_NAMES.map((name) => [name, 'http://127.0.0.1:9'])) as {
  [name in PortName]: string;
};
const queueUrls = {
  feedback: 'http://127.0.0.1:9/0/feedback',
  'feedback-dead': 'http://127.0.0.1:9/0/feedback-dead',
};
const world = { urls, queueUrls, overrides: {} };

/** What loading the bundle under this environment ends with. */
async function load(name: string, environment: { [name: string]: string }): Promise<string> {
  const output = new PassThrough();
  let printed = '';
  output.on('data', (chunk: Buffer) => {
    printed += chunk.toString();
  });
  const host = new FunctionHost(
    {
      name,
      bundle: bundles.get(name) ?? '',
      environment,
      timeoutSeconds: 10,
      sandboxesMax: 1,
      callsMax: 1,
    },
    output,
  );
  const event = { Records: [], rawPath: '/', headers: {}, requestContext: { http: {} } };
  const error = await host.invoke(event).then(
    () => '',
    (thrown: Error) => thrown.message,
  );
  await host.close();
  return `${error} ${printed}`;
}

test.each(functions)('$name exists and becomes one file', ({ name, entry }) => {
  expect(existsSync(join(root, entry))).toBe(true);
  expect(bundles.has(name)).toBe(true);
});

test.each(functions)('$name needs each variable it is given and no other', async (definition) => {
  const environment = functionEnvironment(definition, world);
  expect(await load(definition.name, environment)).not.toContain('the environment lacks');
  for (const name of Object.keys(definition.environment)) {
    if (OPTIONAL.has(name)) continue;
    const { [name]: _left, ...rest } = environment;
    expect(await load(definition.name, rest)).toContain(`the environment lacks ${name}`);
  }
});

test('every queue outlives the longest call of its function, and names its dead letters', () => {
  for (const queue of queues) {
    const consumers = functions.filter(({ triggers }) =>
      triggers.some((trigger) => trigger.kind === 'queue' && trigger.queue === queue.name),
    );
    expect(consumers).toHaveLength(1);
    expect(queue.visibilitySeconds).toBeGreaterThanOrEqual(6 * (consumers[0]?.timeoutSeconds ?? 0));
    expect(queue.deadLetter).not.toBe(queue.name);
  }
});

test('no function is granted everything', () => {
  for (const { grants } of functions) {
    for (const { action } of grants) expect(action).toMatch(/^[a-z]+:[A-Z][A-Za-z0-9]+$/);
  }
});

test('an endpoint that is set elsewhere stays there, and nothing else of our own goes along', () => {
  const [run] = functions;
  if (!run) throw new Error('there are no functions');
  const overrides = { AWS_ENDPOINT_URL_SESV2: 'http://127.0.0.1:1', HOME: '/home/somebody' };
  const environment = functionEnvironment(run, { ...world, overrides });
  expect(environment.AWS_ENDPOINT_URL_SESV2).toBe('http://127.0.0.1:1');
  expect(environment.AWS_ENDPOINT_URL_SQS).toBe(urls.sqs);
  expect(environment.HOME).toBeUndefined();
});

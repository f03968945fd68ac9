import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { deployProblems, type Seen } from '#infra/aws/deploy-checks.ts';
import { keepsAndGoes } from '#infra/aws/keeps-and-goes.ts';
import { lookAtAccount } from '#infra/aws/look-at-account.ts';
import { makeParameters } from '#infra/aws/make-parameters.ts';
import { type DeployWorld, runDeploy } from '#infra/aws/run-deploy.ts';
import { readSettings, type Settings } from '#infra/aws/settings.ts';
import { startDynamodb } from '#infra/local/stand-ins/dynamodb/dynamodb.ts';
import { startParameters } from '#infra/local/stand-ins/parameters.ts';
import { startSesFront } from '#infra/local/stand-ins/ses/ses-front.ts';
import { createTableInput } from '#store/table.ts';
import { right } from './example-settings.ts';
import { synthesize } from './synthesized.ts';

/** The settings of the examples under a domain that somebody could own. */
const own = JSON.parse(JSON.stringify(right).replaceAll('example.org', 'riverside.test'));

function settingsOf(stage: 'dev' | 'prod', more: object = {}): Settings {
  const read = readSettings({ stage, [stage]: { ...own[stage], ...more } });
  if (read.kind === 'refused') throw new Error(read.problems.join());
  return read.settings;
}

const fresh: Seen = {
  sending: { productionAccess: true, enabled: true, perSecond: 14, perDay: 50_000 },
};
const sameTable = createTableInput('prod-volley');

describe('before anything is created', () => {
  const otherKeys = {
    ...sameTable,
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    AttributeDefinitions: [
      ...sameTable.AttributeDefinitions,
      { AttributeName: 'id', AttributeType: 'S' },
    ],
  };
  const otherIndex = {
    ...sameTable,
    GlobalSecondaryIndexes: sameTable.GlobalSecondaryIndexes.map((index) =>
      index.IndexName === 'due'
        ? { ...index, KeySchema: [{ AttributeName: 'wakeAt', KeyType: 'HASH' }] }
        : index,
    ),
  };
  const otherType = {
    ...sameTable,
    AttributeDefinitions: sameTable.AttributeDefinitions.map((one) =>
      one.AttributeName === 'sk' ? { ...one, AttributeType: 'N' } : one,
    ),
  };
  test.each<[string, object, Partial<Seen>, RegExp]>([
    [
      'an identity that is not there',
      { senderExists: true, mailFrom: '' },
      {},
      /knows no identity riverside\.test: leave senderExists out/,
    ],
    [
      'an identity that is not verified',
      { senderExists: true, mailFrom: '' },
      { identity: { verified: false } },
      /is not verified in eu-central-1: add its DNS records/,
    ],
    [
      'an identity that somebody else made',
      {},
      { identity: { verified: true } },
      /has an identity riverside\.test already.*set senderExists to true/,
    ],
    [
      'a table with other keys',
      {},
      { table: otherKeys },
      /table prod-volley has the keys id S, this version wants pk S, sk S: keys of a table cannot/,
    ],
    [
      'a key of another type',
      {},
      { table: otherType },
      /has the keys pk S, sk N, this version wants pk S, sk S/,
    ],
    [
      'an index with other keys',
      {},
      { table: otherIndex },
      /index due of prod-volley has the keys wakeAt N, this version wants dueShard S, wakeAt N/,
    ],
    [
      'two indexes at once',
      {},
      { table: { ...sameTable, GlobalSecondaryIndexes: [] } },
      /lacks the indexes due, calendar: DynamoDB makes one per deployment/,
    ],
  ])('%s is refused', (_what, more, seen, said) => {
    const problems = deployProblems(settingsOf('prod', more), { ...fresh, ...seen });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(said);
  });

  test('a fresh account and a second deployment are not', () => {
    expect(deployProblems(settingsOf('prod'), fresh)).toEqual([]);
    const second = { ...fresh, table: sameTable, identity: { verified: false } };
    expect(deployProblems(settingsOf('prod'), second)).toEqual([]);
  });
});

describe('a deployment', { timeout: 120_000 }, () => {
  const world = (change: Partial<DeployWorld> = {}) => {
    const said: string[] = [];
    const did: string[] = [];
    const deploy: DeployWorld = {
      context: { stage: 'prod', ...own },
      say: (line) => said.push(line),
      lookAtAccount: async () => fresh,
      makeParameters: async () => {
        did.push('parameters');
        return { made: ['a', 'b'], kept: ['c'] };
      },
      cdk: async (words) => {
        did.push(words.filter((word) => !word.includes('/')).join(' '));
      },
      outputs: () => ({
        LinkAddress: 'https://go.riverside.test',
        ApiAddress: 'https://volley.riverside.test',
        LinkDomainRecord: 'd-1.execute-api.eu-central-1.amazonaws.com',
        ApiDomainRecord: 'd-2.execute-api.eu-central-1.amazonaws.com',
        Dkim1: 'x._domainkey.riverside.test CNAME x.dkim.amazonses.com',
      }),
      checkOnly: false,
      yes: true,
      ...change,
    };
    return { deploy, said, did };
  };

  test('makes keys, bootstraps, deploys, and says where everything is and what is left', async () => {
    const { deploy, said, did } = world();
    await runDeploy(deploy);
    expect(did).toEqual([
      'parameters',
      'bootstrap --app',
      'deploy volley-prod --app --outputs-file --require-approval never',
    ]);
    const text = said.join('\n');
    expect(text).toContain('links    https://go.riverside.test');
    expect(text).toContain('go.riverside.test CNAME d-1.execute-api.eu-central-1.amazonaws.com');
    expect(text).toContain('x._domainkey.riverside.test CNAME x.dkim.amazonses.com');
    expect(text).toContain('bounce.riverside.test MX 10 feedback-smtp.eu-central-1.amazonses.com');
    expect(text).toContain('Confirm the email that AWS sent to ops@riverside.test');
    expect(text).toContain('npx volley doctor --aws --stage prod');
    expect(text).toContain('--name /prod/volley/api/admin-token');
  });

  test('that only checks changes nothing', async () => {
    const { deploy, said, did } = world({ checkOnly: true });
    await runDeploy(deploy);
    expect(did).toEqual([]);
    expect(said.at(-1)).toBe('nothing was changed: leave --check out to deploy');
  });

  test.each<[string, Partial<DeployWorld>, RegExp]>([
    [
      'of the example as it stands',
      { context: { stage: 'prod', ...right } },
      /sender is still the/,
    ],
    ['without a stage', { context: own }, /no stage is chosen/],
    [
      'onto a table with other keys',
      { lookAtAccount: async () => ({ ...fresh, table: { KeySchema: [] } }) },
      /keys of a table cannot change/,
    ],
    [
      'without credentials',
      { lookAtAccount: () => Promise.reject(new Error('Could not load credentials')) },
      /Could not load credentials/,
    ],
  ])('%s ends before anything is created', async (_what, change, message) => {
    const { deploy, did } = world(change);
    await expect(runDeploy(deploy)).rejects.toThrow(message);
    expect(did).toEqual([]);
  });
});

describe('over the wire', () => {
  const variables = ['AWS_ENDPOINT_URL', 'AWS_ENDPOINT_URL_SESV2', 'AWS_ENDPOINT_URL_SSM'];
  const own = { AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' };
  let folder: string;
  const stops: (() => Promise<void>)[] = [];
  let before: NodeJS.ProcessEnv;

  beforeEach(async () => {
    before = { ...process.env };
    folder = mkdtempSync(join(tmpdir(), 'volley-deploy-'));
    const tables: never[] = [];
    const dynamodb = await startDynamodb({ folder: join(folder, 'db'), port: 0, tables });
    const ses = await startSesFront({
      file: join(folder, 'ses.jsonl'),
      port: 0,
      perSecond: 14,
      perDay: 50_000,
      configurationSets: [],
      publishes: [],
      deliver: () => undefined,
    });
    const ssm = await startParameters({ file: join(folder, 'parameters.json'), port: 0 });
    stops.push(dynamodb.close, ses.close, ssm.close);
    Object.assign(process.env, own);
    [dynamodb.url, ses.url, ssm.url].forEach((url, index) => {
      process.env[variables[index]!] = url;
    });
  });

  afterEach(async () => {
    for (const name of [...variables, ...Object.keys(own)]) {
      if (before[name] === undefined) delete process.env[name];
      else process.env[name] = before[name];
    }
    for (const stop of stops.splice(0)) await stop();
    rmSync(folder, { recursive: true, force: true });
  });

  test('the account is seen as it is, and a table that another version made is refused', async () => {
    const settings = settingsOf('dev', { senderExists: true });
    const seen = await lookAtAccount(settings);
    expect(seen).toMatchObject({
      identity: { verified: true },
      sending: { perSecond: 14, perDay: 50_000 },
    });
    expect(seen.table).toBeUndefined();
    expect(deployProblems(settings, seen)).toEqual([]);
    const client = new DynamoDBClient({ region: settings.region });
    await client.send(
      new CreateTableCommand({
        ...createTableInput('dev-volley'),
        KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
        AttributeDefinitions: createTableInput('x').AttributeDefinitions.filter(
          ({ AttributeName }) => AttributeName !== 'sk',
        ),
      }),
    );
    client.destroy();
    expect(deployProblems(settings, await lookAtAccount(settings))).toEqual([
      expect.stringContaining('has the keys pk S, this version wants pk S, sk S'),
    ]);
  });

  test('without credentials it says how to get some', async () => {
    delete process.env.AWS_ACCESS_KEY_ID;
    delete process.env.AWS_SECRET_ACCESS_KEY;
    const elsewhere = {
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_SHARED_CREDENTIALS_FILE: join(folder, 'none'),
      AWS_CONFIG_FILE: join(folder, 'none'),
    };
    const kept = { ...process.env };
    Object.assign(process.env, elsewhere);
    try {
      await expect(lookAtAccount(settingsOf('dev'))).rejects.toThrow(
        'Nothing was created: no credentials were found; sign in',
      );
    } finally {
      for (const name of Object.keys(elsewhere)) {
        if (kept[name] === undefined) delete process.env[name];
        else process.env[name] = kept[name];
      }
    }
  });

  test('keys and tokens are made once: a second deployment changes none', async () => {
    const settings = settingsOf('prod');
    const first = await makeParameters(settings);
    expect(first.made).toEqual([
      '/prod/volley/links/keys',
      '/prod/volley/suppression/key',
      '/prod/volley/conversions/secrets',
      '/prod/volley/notices/webhook-secrets',
      '/prod/volley/api/admin-token',
    ]);
    expect(await makeParameters(settings)).toEqual({ made: [], kept: first.made });
  });
});

test('a removal says what goes and what stays, by stage', () => {
  const [prod, dev] = [keepsAndGoes(settingsOf('prod')), keepsAndGoes(settingsOf('dev'))];
  const leaves = (lines: string[]) => lines.slice(lines.indexOf('It leaves:')).join('\n');
  expect(leaves(prod)).toContain('table prod-volley');
  expect(leaves(prod)).toContain('--no-enable-termination-protection');
  expect(leaves(dev)).not.toContain('table');
  expect(dev.join('\n')).toContain('table dev-volley');
  for (const lines of [prod, dev]) expect(leaves(lines)).toContain('/volley: keys of links');
});

describe('docs/deploy.md', () => {
  const text = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'deploy.md'), 'utf8');

  test('names every service that CloudFormation must be allowed to use', async () => {
    const { template } = await synthesize('prod', {
      customerKey: true,
      edgeCertificate: 'arn:aws:acm:us-east-1:111122223333:certificate/0a1b',
    });
    const used = Object.values(template.Resources).map(({ Type }) => Type.replace(/::\w+$/, ''));
    const named = [...text.matchAll(/`(AWS::\w+)`/g)].map(([, name]) => name);
    expect([...new Set(named)].sort()).toEqual([...new Set(used)].sort());
  }, 60_000);

  test('explains every setting, and no other', () => {
    const table = text.slice(text.indexOf('| Name | Means'), text.indexOf('The stages differ'));
    const rows = table.split('\n').slice(2);
    const explained = rows.flatMap((row) => [...(row.split('|')[1] ?? '').matchAll(/`(\w+)`/g)]);
    const refusal = readSettings({ stage: 'dev', dev: { ...own.dev, nobody: 1 } });
    const known = /there are (.*)$/.exec(
      refusal.kind === 'refused' ? refusal.problems[0]! : '',
    )?.[1];
    expect(explained.map(([, name]) => name).sort()).toEqual(known?.split(', ').sort());
  });

  test('names no script that is not there', () => {
    const { scripts } = JSON.parse(
      readFileSync(join(import.meta.dirname, '..', '..', 'package.json'), 'utf8'),
    ) as { scripts: { [name: string]: string } };
    for (const [, name = ''] of text.matchAll(/npm run ([a-z]+)/g)) {
      expect(scripts).toHaveProperty(name);
    }
  });
});

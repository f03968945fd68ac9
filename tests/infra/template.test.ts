import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { beforeAll, describe, expect, test } from 'vitest';
import { metricNamespace, metrics } from '#environment/metrics.ts';
import { acknowledgements } from '#infra/aws/acknowledgements.ts';
import { buildApp } from '#infra/aws/build-app.ts';
import { bundleFunctions } from '#infra/aws/bundle-functions.ts';
import { settingsOrRefusal } from '#infra/aws/context.ts';
import { alarms } from '#infra/aws/watched.ts';
import { functions, queues, runtime, type Value } from '#infra/definition.ts';
import { bundle } from '#infra/local/functions/bundle.ts';
import { createTableInput } from '#store/table.ts';
import { right } from './example-settings.ts';
import { granted } from './granted.ts';
import {
  allStatements,
  policyObjections,
  type Statement,
  urlObjections,
} from './policy-objections.ts';
import { named, resolve } from './resolve.ts';
import { bundled, type Synthesized, synthesize } from './synthesized.ts';
import { ofType, type Resource } from './template.ts';

const checkout = join(import.meta.dirname, '..', '..');

let dev: Synthesized;
let prod: Synthesized;

beforeAll(async () => {
  dev = await synthesize('dev');
  prod = await synthesize('prod');
}, 120_000);

const more = {
  edgeCertificate: 'arn:aws:acm:us-east-1:111122223333:certificate/0a1b',
  webAcl: 'arn:aws:wafv2:us-east-1:111122223333:global/webacl/volley/0a1b',
  reservedConcurrency: { run: 20 },
};

const only = (synthesized: Synthesized, type: string): Resource => {
  const found = ofType(synthesized.template, type);
  expect(found).toHaveLength(1);
  return found[0]![1];
};

describe('the table', () => {
  test('has the keys and indexes the store works with, and is paid by use', () => {
    const { Properties } = only(prod, 'AWS::DynamoDB::GlobalTable');
    const { TableName: _name, ...wanted } = createTableInput('any');
    const { AttributeDefinitions, BillingMode, KeySchema, GlobalSecondaryIndexes } = Properties;
    expect({ AttributeDefinitions, BillingMode, KeySchema, GlobalSecondaryIndexes }).toEqual(
      wanted,
    );
    expect(Properties.TimeToLiveSpecification).toEqual({ AttributeName: 'expires', Enabled: true });
  });

  test('is kept and cannot be deleted in prod, goes with the stack in dev, is recoverable in both', () => {
    const kept = only(prod, 'AWS::DynamoDB::GlobalTable');
    expect([kept.DeletionPolicy, kept.UpdateReplacePolicy]).toEqual(['Retain', 'Retain']);
    const gone = only(dev, 'AWS::DynamoDB::GlobalTable');
    expect([gone.DeletionPolicy, gone.UpdateReplacePolicy]).toEqual(['Delete', 'Delete']);
    for (const [{ Properties }, isProtected] of [
      [kept, true],
      [gone, false],
    ] as const) {
      const [replica, ...others] = Properties.Replicas;
      expect(others).toEqual([]);
      expect(replica.DeletionProtectionEnabled).toBe(isProtected);
      expect(replica.PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled).toBe(true);
    }
  });
});

describe('queues', () => {
  test('each has a dead-letter queue that keeps messages for longer, or is one', () => {
    const { template } = prod;
    const all = ofType(template, 'AWS::SQS::Queue');
    const dead = new Set(
      all.flatMap(([, { Properties }]) =>
        Properties.RedrivePolicy
          ? [Properties.RedrivePolicy.deadLetterTargetArn['Fn::GetAtt'][0] as string]
          : [],
      ),
    );
    expect(all).toHaveLength(queues.length * 2);
    for (const [id, { Properties }] of all) {
      if (dead.has(id)) continue;
      const definition = queues.find(({ name }) => Properties.QueueName === `prod-volley-${name}`);
      expect(Properties.RedrivePolicy.maxReceiveCount).toBe(definition?.receivesMax);
      expect(Properties.VisibilityTimeout).toBe(definition?.visibilitySeconds);
      const target =
        template.Resources[Properties.RedrivePolicy.deadLetterTargetArn['Fn::GetAtt'][0]];
      expect(target?.Properties.MessageRetentionPeriod).toBeGreaterThan(
        Properties.MessageRetentionPeriod,
      );
    }
  });

  test('every batch is answered message by message, and events that SNS cannot hand over are kept', () => {
    for (const [, { Properties }] of ofType(prod.template, 'AWS::Lambda::EventSourceMapping')) {
      expect(Properties.FunctionResponseTypes).toEqual(['ReportBatchItemFailures']);
    }
    const subscriptions = ofType(prod.template, 'AWS::SNS::Subscription');
    const toQueues = subscriptions.filter(([, { Properties }]) => Properties.Protocol === 'sqs');
    expect(toQueues).toHaveLength(1);
    for (const [, { Properties }] of toQueues) expect(Properties.RedrivePolicy).toBeDefined();
  });
});

describe('functions', () => {
  test('are those of the definition: file, size, time, runtime', () => {
    const made = ofType(prod.template, 'AWS::Lambda::Function').map(([, { Properties }]) => ({
      name: String(Properties.FunctionName),
      memoryMb: Properties.MemorySize,
      timeoutSeconds: Properties.Timeout,
      runtime: Properties.Runtime,
      architecture: Properties.Architectures,
      handler: Properties.Handler,
    }));
    const wanted = functions.map(({ name, memoryMb, timeoutSeconds }) => ({
      name: `prod-volley-${name}`,
      memoryMb,
      timeoutSeconds,
      runtime: runtime.name,
      architecture: [runtime.architecture],
      handler: 'index.handler',
    }));
    const byName = (one: { name: string }, other: { name: string }) =>
      one.name.localeCompare(other.name);
    expect(made.sort(byName)).toEqual(wanted.sort(byName));
  });

  test('are told what the definition says and nothing else', () => {
    const known = named(prod.template);
    const value = (of: Value): string => {
      const said: { readonly [from in Value['from']]: string } = {
        table: 'prod-volley',
        queue_url: 'https://sqs.eu-central-1.amazonaws.com/111122223333/prod-volley-feedback',
        link_base: 'https://go.example.org',
        function: of.from === 'function' ? `prod-volley-${of.function}` : '',
        parameter_prefix: '/prod/volley',
        configuration_set: 'prod-volley',
        account: '111122223333/eu-central-1',
        loopback: 'no',
        api_base: 'https://volley.example.org',
        notice_sender: 'Volley <volley@example.org>',
        ses_per_second: '',
        ses_per_day: '',
        dead_letter_url:
          'https://sqs.eu-central-1.amazonaws.com/111122223333/prod-volley-feedback-dead',
      };
      return said[of.from];
    };
    for (const { name, environment } of functions) {
      const [, { Properties }] = ofType(prod.template, 'AWS::Lambda::Function').find(
        ([, { Properties }]) => Properties.FunctionName === `prod-volley-${name}`,
      )!;
      const told = Object.entries(Properties.Environment.Variables as object);
      expect(Object.fromEntries(told.map(([key, one]) => [key, resolve(one, known)]))).toEqual(
        Object.fromEntries(Object.entries(environment).map(([key, one]) => [key, value(one)])),
      );
    }
  });

  test('are started by what the definition says', () => {
    const known = named(prod.template);
    const { template } = prod;
    const target = (integration: unknown) => {
      const id = /integrations\/(.*)$/.exec(
        resolve(integration, { ...known, ref: (one) => one }),
      )?.[1];
      return resolve(template.Resources[id ?? '']?.Properties.IntegrationUri, known);
    };
    const name = (arn: string) => /prod-volley-(\w+)$/.exec(arn)?.[1] ?? arn;
    const started = [
      ...ofType(template, 'AWS::Scheduler::Schedule').map(([, { Properties }]) => [
        name(resolve(Properties.Target.Arn, known)),
        'schedule',
        Properties.ScheduleExpression,
        Properties.Target.Input,
      ]),
      ...ofType(template, 'AWS::ApiGatewayV2::Route').map(([, { Properties }]) => [
        name(target(Properties.Target)),
        resolve(Properties.ApiId, known),
        Properties.RouteKey,
      ]),
      ...ofType(template, 'AWS::Lambda::EventSourceMapping').map(([, { Properties }]) => [
        name(resolve(Properties.FunctionName, known)),
        name(resolve(Properties.EventSourceArn, known)),
        Properties.BatchSize,
        Properties.MaximumBatchingWindowInSeconds,
      ]),
    ];
    const wanted = functions.flatMap(({ name, triggers }) =>
      triggers.flatMap((trigger): unknown[][] => {
        if (trigger.kind === 'http') {
          return [[name, `prod-volley-${trigger.host}`, trigger.route]];
        }
        if (trigger.kind === 'queue') {
          return [[name, trigger.queue, trigger.batchMax, trigger.windowSeconds]];
        }
        if (trigger.kind === 'invoke') return [];
        return [[name, 'schedule', 'rate(1 minute)', '{"trigger":"schedule"}']];
      }),
    );
    expect(started.map(String).sort()).toEqual(wanted.map(String).sort());
  });

  test('are the very files that the local runtime runs', async () => {
    const [local, aws] = await Promise.all([
      bundle(checkout, functions),
      bundleFunctions(join(dev.folder, 'again')),
    ]);
    for (const { name } of functions) {
      const uploaded = readFileSync(join(aws.get(name)!, 'index.mjs'));
      expect(uploaded.equals(readFileSync(local.get(name)!))).toBe(true);
    }
  });

  test('may do what the definition grants, and write their own log', () => {
    const wanted = functions.flatMap(({ name, grants }) => [
      ...grants.map(({ action, on }) => {
        const more =
          on.kind === 'function'
            ? `/${on.function}`
            : 'below' in on && on.below
              ? `/${on.below}`
              : '';
        return `${name} ${action} ${on.kind}${more}`;
      }),
      `${name} logs:CreateLogStream log`,
      `${name} logs:PutLogEvents log`,
    ]);
    const made = granted(prod.template).map((one) => `${one.function} ${one.action} ${one.on}`);
    expect(made.sort()).toEqual(wanted.sort());
  });
});

describe('policies', () => {
  test('no action is a wildcard, nobody at all is let in, and one reading is allowed on everything', () => {
    for (const { template } of [dev, prod]) {
      const statements = allStatements(template.Resources);
      expect(statements.length).toBeGreaterThan(20);
      expect(statements.flatMap(policyObjections)).toEqual([]);
      const onAll = statements.filter(({ Resource }) => [Resource].flat().includes('*'));
      expect([...new Set(onAll.map(({ Action }) => Action))]).toEqual(['ses:GetAccount']);
      expect(urlObjections(template)).toEqual([]);
    }
  });

  test.each([
    ['every action', { Effect: 'Allow', Action: '*', Resource: 'arn:x' }],
    ['every action of a service', { Effect: 'Allow', Action: ['dynamodb:*'], Resource: 'arn:x' }],
    ['every writing on everything', { Effect: 'Allow', Action: 'ssm:PutParameter', Resource: '*' }],
    ['everybody', { Effect: 'Allow', Principal: '*', Action: 'sns:Publish', Resource: 'arn:x' }],
    [
      'everybody by account',
      { Effect: 'Allow', Principal: { AWS: '*' }, Action: 'sns:Publish', Resource: 'arn:x' },
    ],
  ])('an allowance for %s would be found', (_what, statement) => {
    expect(policyObjections(statement as Statement)).toHaveLength(1);
  });
});

describe('logs, keys and alarms', () => {
  test('every log ends, and HTTP logs hold neither paths nor addresses', () => {
    for (const [, { Properties }] of ofType(prod.template, 'AWS::Logs::LogGroup')) {
      expect(Properties.RetentionInDays).toBe(90);
    }
    for (const [, { Properties }] of ofType(prod.template, 'AWS::ApiGatewayV2::Stage')) {
      const { Format } = Properties.AccessLogSettings;
      expect(Format).not.toMatch(/path|sourceIp|userAgent|\$context\.identity|protocol/);
      expect(Properties.DefaultRouteSettings.ThrottlingRateLimit).toBeGreaterThan(0);
    }
  });

  test("with a customer's key everything at rest is under it, and functions may use it", async () => {
    const { template } = await synthesize('prod', { customerKey: true });
    const [keyId] = ofType(template, 'AWS::KMS::Key')[0]!;
    const under = (type: string) =>
      ofType(template, type).map(([, { Properties }]) =>
        JSON.stringify(Properties).includes(keyId),
      );
    for (const type of ['DynamoDB::GlobalTable', 'SQS::Queue', 'SNS::Topic', 'Logs::LogGroup']) {
      const all = under(`AWS::${type}`);
      expect(all.length).toBeGreaterThan(0);
      expect(all).not.toContain(false);
    }
    const uses = granted(template).filter(({ on }) => on === 'key');
    expect(new Set(uses.map((one) => one.function))).toEqual(
      new Set(functions.map(({ name }) => name)),
    );
    expect(uses.map(({ action }) => action).join()).not.toContain('*');
  });

  test('at most ten metrics are watched, each alarm is told and says what to do', () => {
    const made = ofType(prod.template, 'AWS::CloudWatch::Alarm');
    const metrics = new Set(
      made.map(([, { Properties }]) =>
        JSON.stringify([Properties.Namespace, Properties.MetricName, Properties.Dimensions]),
      ),
    );
    expect(metrics.size).toBe(alarms.length);
    expect(metrics.size).toBeLessThanOrEqual(10);
    for (const [, { Properties }] of made) {
      expect(Properties.AlarmActions).toHaveLength(1);
      const runbook = /docs\/operations\/[\w-]+\.md/.exec(Properties.AlarmDescription)?.[0] ?? '';
      expect(existsSync(join(checkout, runbook)), runbook).toBe(true);
    }
  });

  test('every figure that is watched is said by that function under that very name', async () => {
    const files = await bundled();
    const known = named(prod.template);
    const made = ofType(prod.template, 'AWS::CloudWatch::Alarm').map(([, { Properties }]) => ({
      namespace: Properties.Namespace,
      metric: Properties.MetricName,
      service: resolve(Properties.Dimensions?.[0]?.Value ?? '', known),
    }));
    const events = new Map(Object.entries(metrics).map(([event, { name }]) => [name, event]));
    for (const { watches } of alarms) {
      if (watches.kind !== 'said') continue;
      const service = `prod-volley-${watches.by}`;
      expect(made).toContainEqual({ namespace: metricNamespace, metric: watches.metric, service });
      const event = events.get(watches.metric) ?? '';
      const code = readFileSync(join(files.get(watches.by)!, 'index.mjs'), 'utf8');
      // Once in the table of metrics, and where it is said.
      expect(code.match(new RegExp(`\\b${event}\\b`, 'g'))?.length).toBeGreaterThan(1);
    }
    const watched = alarms.flatMap(({ watches }) =>
      watches.kind === 'said' ? [watches.metric] : [],
    );
    expect(watched.toSorted()).toEqual([...events.keys()].toSorted());
  });

  test('the dashboard shows each alarm, and the budget is told to the same topic', () => {
    const { Properties } = only(prod, 'AWS::CloudWatch::Dashboard');
    const body = JSON.stringify(Properties.DashboardBody);
    for (const [, alarm] of ofType(prod.template, 'AWS::CloudWatch::Alarm')) {
      expect(body).toContain(alarm.Properties.MetricName);
    }
    const budget = only(prod, 'AWS::Budgets::Budget').Properties;
    expect(budget.Budget.BudgetLimit).toEqual({ Amount: 50, Unit: 'USD' });
    const notices = budget.NotificationsWithSubscribers as {
      Notification: { NotificationType: string; Threshold: number };
      Subscribers: unknown[];
    }[];
    expect(
      notices.map(({ Notification }) => [Notification.NotificationType, Notification.Threshold]),
    ).toEqual([
      ['ACTUAL', 80],
      ['FORECASTED', 100],
    ]);
    const [alarm] = ofType(prod.template, 'AWS::CloudWatch::Alarm');
    for (const { Subscribers } of notices) {
      expect(Subscribers).toEqual([
        { SubscriptionType: 'SNS', Address: alarm?.[1].Properties.AlarmActions[0] },
      ]);
    }
  });
});

describe('by context', () => {
  test('CloudFront stands before the links: nothing is kept, the host is handed on, WAF where named', async () => {
    expect(ofType(prod.template, 'AWS::CloudFront::Distribution')).toEqual([]);
    const { template } = await synthesize('prod', more);
    const [[id, { Properties }] = ['', { Properties: {} }]] = ofType(
      template,
      'AWS::CloudFront::Distribution',
    ) as [string, { Properties: { DistributionConfig?: Record<string, unknown> } }][];
    const config = Properties.DistributionConfig as {
      [name: string]: unknown;
      DefaultCacheBehavior: Record<string, unknown>;
    };
    expect(config).toMatchObject({ Aliases: ['go.example.org'], WebACLId: more.webAcl });
    // AWS's own policies: CachingDisabled and AllViewer.
    expect(config.DefaultCacheBehavior).toMatchObject({
      CachePolicyId: '4135ea2d-6df8-44a3-9df3-4b5a84be39ad',
      OriginRequestPolicyId: '216adef6-5c7f-47e4-b989-5492eafa07d3',
      ViewerProtocolPolicy: 'redirect-to-https',
    });
    const outputs = (template as unknown as { Outputs: Record<string, { Value: unknown }> })
      .Outputs;
    expect(outputs.LinkDomainRecord?.Value).toEqual({ 'Fn::GetAtt': [id, 'DomainName'] });
  });

  test('places are kept free for the functions that are named, and for no other', async () => {
    const reserved = ({ template }: Synthesized) =>
      ofType(template, 'AWS::Lambda::Function').flatMap(([, { Properties }]) =>
        Properties.ReservedConcurrentExecutions === undefined
          ? []
          : [[Properties.FunctionName, Properties.ReservedConcurrentExecutions]],
      );
    expect(reserved(prod)).toEqual([]);
    expect(reserved(await synthesize('prod', more))).toEqual([['prod-volley-run', 20]]);
  });

  test('domains get names of their own, with their certificate, and no other way in', () => {
    const domains = ofType(prod.template, 'AWS::ApiGatewayV2::DomainName').map(
      ([, { Properties }]) => Properties.DomainName,
    );
    expect(domains.toSorted()).toEqual(['go.example.org', 'volley.example.org']);
    const closed = (synthesized: Synthesized) =>
      ofType(synthesized.template, 'AWS::ApiGatewayV2::Api').map(
        ([, { Properties }]) => Properties.DisableExecuteApiEndpoint,
      );
    expect(closed(prod)).toEqual([true, true]);
    expect(closed(dev)).toEqual([false, false]);
  });

  test('everything carries the name of the application and of the stage', () => {
    const tagsOf = (resource: Resource) => JSON.stringify(resource.Properties.Tags ?? []);
    for (const type of ['AWS::Lambda::Function', 'AWS::SQS::Queue', 'AWS::SNS::Topic']) {
      for (const [, one] of ofType(prod.template, type)) {
        expect(tagsOf(one)).toContain('volley');
        expect(tagsOf(one)).toContain('prod');
      }
    }
  });
});

describe('findings of cdk-nag', () => {
  test('each is acknowledged with its reason, and no acknowledgement is idle', async () => {
    const used = new Set<string>();
    for (const { folder } of [dev, prod, await synthesize('prod', more)]) {
      const report = JSON.parse(readFileSync(join(folder, 'validation-report.json'), 'utf8')) as {
        pluginReports: {
          pluginName: string;
          conclusion: string;
          violations?: unknown[];
          suppressedViolations?: { reason: string }[];
        }[];
      };
      const names = report.pluginReports.map(({ pluginName }) => pluginName);
      expect(names).toEqual(expect.arrayContaining(['AwsSolutions', 'Serverless']));
      for (const { conclusion, violations, suppressedViolations } of report.pluginReports) {
        expect([conclusion, violations ?? []]).toEqual(['success', []]);
        for (const { reason } of suppressedViolations ?? []) used.add(reason);
      }
    }
    expect([...new Set(acknowledgements.map(({ reason }) => reason))].sort()).toEqual(
      [...used].sort(),
    );
  });

  test('one that is not acknowledged fails the synthesis', async () => {
    const settings = settingsOrRefusal({ stage: 'dev', dev: right.dev });
    const { app, stack } = buildApp({
      settings,
      bundles: await bundled(),
      outdir: join(dev.folder, 'worse'),
    });
    new Queue(stack, 'WithoutDeadLetters', { enforceSSL: true });
    expect(() => app.synth()).toThrow(/SQSRedrivePolicy|[Vv]alidation failed|dead letter/);
  });
});

test('what must never be replaced keeps its logical id and its name', () => {
  const lasting = [
    'AWS::DynamoDB::GlobalTable',
    'AWS::SES::EmailIdentity',
    'AWS::SES::ConfigurationSet',
    'AWS::SQS::Queue',
    'AWS::ApiGatewayV2::DomainName',
  ];
  const known = named(prod.template);
  const ids = lasting.flatMap((type) =>
    ofType(prod.template, type).map(([id]) => `${type} ${id} ${known.ref(id)}`),
  );
  expect(ids).toMatchInlineSnapshot(`
    [
      "AWS::DynamoDB::GlobalTable TableCD117FA1 prod-volley",
      "AWS::SES::EmailIdentity SenderF5F9B8E0 SenderF5F9B8E0",
      "AWS::SES::ConfigurationSet EmailsE39F01A5 prod-volley",
      "AWS::SQS::Queue FeedbackDeadD23E8694 https://sqs.eu-central-1.amazonaws.com/111122223333/prod-volley-feedback-dead",
      "AWS::SQS::Queue Feedback2A073F76 https://sqs.eu-central-1.amazonaws.com/111122223333/prod-volley-feedback",
      "AWS::ApiGatewayV2::DomainName ApiDomain2D27DFFC ApiDomain2D27DFFC",
      "AWS::ApiGatewayV2::DomainName LinkDomain615A66AB LinkDomain615A66AB",
    ]
  `);
});

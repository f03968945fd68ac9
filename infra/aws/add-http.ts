// One HTTP API per host of the definition, under a name of its own where there is one.

import { CfnOutput, RemovalPolicy, type Stack } from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import {
  DomainName,
  HttpApi,
  HttpMethod,
  HttpStage,
  LogGroupLogDestination,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import type { Key } from 'aws-cdk-lib/aws-kms';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { type FunctionName, functions, type Host } from '#infra/definition.ts';
import { addEdge } from './add-edge.ts';
import { idOf } from './id-of.ts';
import type { Domain, Settings } from './settings.ts';

export interface HttpHost {
  readonly api: HttpApi;
  /** `https://go.example.org` */
  readonly address: string;
}

/** Requests a second and at once; links take what a new account's API Gateway gives at most. */
const THROTTLES: { readonly [host in Host]: { rateLimit: number; burstLimit: number } } = {
  link: { rateLimit: 10_000, burstLimit: 5_000 },
  api: { rateLimit: 100, burstLimit: 200 },
};

/**
 * Neither addresses nor tokens: a path holds a person's token, an IP address is a person's.
 * The route key is the pattern, `GET /c/{token}`.
 */
const LOGGED = {
  at: '$context.requestTimeEpoch',
  request: '$context.requestId',
  route: '$context.routeKey',
  status: '$context.status',
  latencyMs: '$context.responseLatency',
  error: '$context.integrationErrorMessage',
};

/** Open before there are functions, because these are told the addresses. */
export function addHosts(
  stack: Stack,
  settings: Settings,
  key: Key | undefined,
): ReadonlyMap<Host, HttpHost> {
  const hosts = new Set(
    functions.flatMap(({ triggers }) =>
      triggers.flatMap((trigger) => (trigger.kind === 'http' ? [trigger.host] : [])),
    ),
  );
  return new Map([...hosts].map((host) => [host, addHost(stack, settings, host, key)]));
}

function addHost(stack: Stack, settings: Settings, host: Host, key: Key | undefined): HttpHost {
  const domain = host === 'link' ? settings.linkDomain : settings.apiDomain;
  const api = new HttpApi(stack, `${idOf(host)}Http`, {
    apiName: `${settings.stage}-volley-${host}`,
    description: `Volley ${settings.stage}: ${host}`,
    createDefaultStage: false,
    // One way in: the name that certificates and links know.
    disableExecuteApiEndpoint: domain !== undefined,
  });
  const own = domain && addDomain(stack, settings, host, domain);
  const log = new LogGroup(stack, `${idOf(host)}HttpLog`, {
    logGroupName: `/volley/${settings.stage}/http-${host}`,
    retention: settings.logDays as RetentionDays,
    removalPolicy: RemovalPolicy.DESTROY,
    ...(key && { encryptionKey: key }),
  });
  new HttpStage(stack, `${idOf(host)}HttpStage`, {
    httpApi: api,
    stageName: '$default',
    autoDeploy: true,
    throttle: THROTTLES[host],
    detailedMetricsEnabled: false,
    accessLogSettings: {
      destination: new LogGroupLogDestination(log),
      format: AccessLogFormat.custom(JSON.stringify(LOGGED)),
    },
    ...(own && { domainMapping: { domainName: own } }),
  });
  const address = domain ? `https://${domain.name}` : api.apiEndpoint;
  return { api, address };
}

function addDomain(stack: Stack, settings: Settings, host: Host, domain: Domain): DomainName {
  const own = new DomainName(stack, `${idOf(host)}Domain`, {
    domainName: domain.name,
    certificate: Certificate.fromCertificateArn(
      stack,
      `${idOf(host)}Certificate`,
      domain.certificate,
    ),
  });
  new CfnOutput(stack, `${idOf(host)}DomainRecord`, {
    description: `DNS: CNAME ${domain.name} to this`,
    value: (host === 'link' && addEdge(stack, settings, own)) || own.regionalDomainName,
  });
  return own;
}

export function addRoutes(
  hosts: ReadonlyMap<Host, HttpHost>,
  made: ReadonlyMap<FunctionName, LambdaFunction>,
): void {
  for (const { name, triggers } of functions) {
    const target = made.get(name);
    const integration = target && new HttpLambdaIntegration(idOf(name), target);
    for (const trigger of triggers) {
      if (trigger.kind !== 'http' || !integration) continue;
      const [method = '', path = ''] = trigger.route.split(' ');
      hosts.get(trigger.host)?.api.addRoutes({
        path,
        methods: [HttpMethod[method as keyof typeof HttpMethod]],
        integration,
      });
    }
  }
}

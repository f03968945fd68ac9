// Every function of the definition: its bundle, its role with exactly its grants, its log.

import { Duration, RemovalPolicy, type Stack } from 'aws-cdk-lib';
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Key } from 'aws-cdk-lib/aws-kms';
import {
  Architecture,
  Code,
  EventSourceMapping,
  Function as LambdaFunction,
  Runtime,
  RuntimeFamily,
} from 'aws-cdk-lib/aws-lambda';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import {
  type FunctionDefinition,
  type FunctionName,
  functions,
  type Grant,
  runtime,
} from '#infra/definition.ts';
import { HANDLER } from './bundle-functions.ts';
import { idOf } from './id-of.ts';
import { keyUses } from './key-uses.ts';
import { arnsOf, type Places, variableOf } from './places.ts';
import type { Settings } from './settings.ts';

export interface AddFunctions {
  readonly places: Omit<Places, 'functions'>;
  /** A folder by function name. */
  readonly bundles: ReadonlyMap<string, string>;
  readonly key: Key | undefined;
}

/** Those that others are told of come first. */
export function addFunctions(options: AddFunctions): ReadonlyMap<FunctionName, LambdaFunction> {
  const made = new Map<FunctionName, LambdaFunction>();
  const places = { ...options.places, functions: made };
  for (const definition of inOrder(functions)) {
    made.set(definition.name, addFunction(definition, places, options));
  }
  return made;
}

function addFunction(
  definition: FunctionDefinition,
  places: Places,
  { bundles, key }: AddFunctions,
): LambdaFunction {
  const { stack, settings } = places;
  const { name, memoryMb, timeoutSeconds } = definition;
  const id = idOf(name);
  const logGroup = addLogGroup(stack, settings, name, key);
  const role = new Role(stack, `${id}Role`, {
    assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
    inlinePolicies: {
      grants: new PolicyDocument({ statements: statementsOf(definition.grants, places) }),
      log: new PolicyDocument({
        statements: [
          new PolicyStatement({
            actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
            resources: [logGroup.logGroupArn],
          }),
        ],
      }),
      ...(key && { key: new PolicyDocument({ statements: keyUses(definition, key) }) }),
    },
  });
  const reserved = settings.reservedConcurrency[name];
  const made = new LambdaFunction(stack, id, {
    functionName: `${settings.stage}-volley-${name}`,
    description: `Volley ${settings.stage}: ${name}`,
    runtime: new Runtime(runtime.name, RuntimeFamily.NODEJS),
    architecture: Architecture.custom(runtime.architecture),
    code: Code.fromAsset(bundles.get(name) ?? name),
    handler: HANDLER,
    role,
    memorySize: memoryMb,
    timeout: Duration.seconds(timeoutSeconds),
    environment: Object.fromEntries(
      Object.entries(definition.environment).map(([key, value]) => [
        key,
        variableOf(value, places),
      ]),
    ),
    logGroup,
    ...(reserved !== undefined && { reservedConcurrentExecutions: reserved }),
    // A start that fails is not repeated: the next tick finds the same work, and more of it.
    ...(isStarted(definition) && { retryAttempts: 0, maxEventAge: Duration.seconds(60) }),
  });
  addBatches(definition, made, places);
  return made;
}

/** Log groups of our own, so that nothing is kept for ever and nothing needs leave to make them. */
function addLogGroup(
  stack: Stack,
  settings: Settings,
  name: FunctionName,
  key: Key | undefined,
): LogGroup {
  return new LogGroup(stack, `${idOf(name)}Log`, {
    logGroupName: `/volley/${settings.stage}/${name}`,
    retention: settings.logDays as RetentionDays,
    removalPolicy: RemovalPolicy.DESTROY,
    ...(key && { encryptionKey: key }),
  });
}

/** One statement per resource, so that no action is allowed on more than it was meant for. */
function statementsOf(grants: readonly Grant[], places: Places): PolicyStatement[] {
  const actions = new Map<string, { readonly on: Grant['on']; readonly actions: string[] }>();
  for (const { action, on } of grants) {
    const of = JSON.stringify(on);
    const known = actions.get(of) ?? { on, actions: [] };
    known.actions.push(action);
    actions.set(of, known);
  }
  return [...actions.values()].map(
    ({ on, actions }) => new PolicyStatement({ actions, resources: [...arnsOf(on, places)] }),
  );
}

function addBatches(definition: FunctionDefinition, target: LambdaFunction, places: Places): void {
  for (const trigger of definition.triggers) {
    if (trigger.kind !== 'queue') continue;
    const queue = places.queues.byName.get(trigger.queue);
    if (!queue) throw new Error(`the stack has no queue ${trigger.queue}`);
    new EventSourceMapping(places.stack, `${idOf(trigger.queue)}To${idOf(definition.name)}`, {
      target,
      eventSourceArn: queue.queueArn,
      batchSize: trigger.batchMax,
      maxBatchingWindow: Duration.seconds(trigger.windowSeconds),
      reportBatchItemFailures: true,
    });
  }
}

function isStarted({ triggers }: FunctionDefinition): boolean {
  return triggers.some(({ kind }) => kind === 'schedule' || kind === 'invoke');
}

function inOrder(all: readonly FunctionDefinition[]): FunctionDefinition[] {
  const isNamed = (name: FunctionName) =>
    all.some(({ grants }) =>
      grants.some(({ on }) => on.kind === 'function' && on.function === name),
    );
  return [...all].sort((one, other) => Number(isNamed(other.name)) - Number(isNamed(one.name)));
}

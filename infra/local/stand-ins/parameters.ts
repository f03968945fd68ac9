// Stands in for AWS Systems Manager Parameter Store: one file that only its owner can read.

import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Answer, json, type Request, serve } from '../http-server.ts';
import { writeWhole } from '../write-whole.ts';
import type { StandIn } from './stand-in.ts';

interface Parameter {
  readonly type: 'String' | 'StringList' | 'SecureString';
  readonly value: string;
  readonly version: number;
  readonly at: number;
}

type Input = { readonly [field: string]: unknown };

export interface ParametersOptions {
  readonly file: string;
  readonly port: number;
  readonly now?: () => number;
}

const NAME = /^\/?[A-Za-z0-9_.-]+(?:\/[A-Za-z0-9_.-]+)*$/;
const VALUE_BYTES_MAX = 8_192;

/**
 * GetParameter, GetParameters, GetParametersByPath, PutParameter and DeleteParameter over the
 * service's JSON 1.1 protocol. Departs on purpose: without decryption a SecureString is answered
 * as `encrypted`, there are no policies, labels or history, and the file itself is not encrypted.
 */
export async function startParameters(options: ParametersOptions): Promise<StandIn> {
  const parameters = read(options.file);
  const now = options.now ?? Date.now;
  const save = () => write(options.file, parameters);
  const operations: { [name: string]: (input: Input) => Answer } = {
    GetParameter: (input) => {
      const found = parameters.get(String(input.Name));
      if (!found) return refusal('ParameterNotFound', `${String(input.Name)} is not a parameter`);
      return ok({ Parameter: shown(String(input.Name), found, input) });
    },
    GetParameters: (input) => {
      const asked = (input.Names ?? []) as string[];
      if (asked.length > 10) return refusal('ValidationException', 'at most 10 names a call');
      return ok({
        Parameters: asked.flatMap((name) => {
          const found = parameters.get(name);
          return found ? [shown(name, found, input)] : [];
        }),
        InvalidParameters: asked.filter((name) => !parameters.has(name)),
      });
    },
    GetParametersByPath: (input) => {
      const path = String(input.Path).replace(/\/?$/, '/');
      const below = [...parameters].filter(
        ([name]) =>
          name.startsWith(path) &&
          (input.Recursive === true || !name.slice(path.length).includes('/')),
      );
      return ok({ Parameters: below.map(([name, found]) => shown(name, found, input)) });
    },
    PutParameter: (input) => {
      const problem = putProblem(input, parameters);
      if (problem) return problem;
      const name = String(input.Name);
      const before = parameters.get(name);
      const type = (input.Type as Parameter['type'] | undefined) ?? before?.type ?? 'String';
      const version = (before?.version ?? 0) + 1;
      parameters.set(name, { type, value: String(input.Value), version, at: now() });
      save();
      return ok({ Version: version, Tier: 'Standard' });
    },
    DeleteParameter: (input) => {
      if (!parameters.delete(String(input.Name))) {
        return refusal('ParameterNotFound', `${String(input.Name)} is not a parameter`);
      }
      save();
      return ok({});
    },
  };
  return serve({ port: options.port, answer: (request) => dispatch(request, operations) });
}

function dispatch(
  request: Request,
  operations: { [name: string]: (input: Input) => Answer },
): Answer {
  const target = request.headers['x-amz-target'] ?? '';
  const operation = operations[target.replace(/^AmazonSSM\./, '')];
  if (!operation) return refusal('UnknownOperationException', `${target} is not stood in for`);
  return operation(JSON.parse(request.body.toString() || '{}') as Input);
}

function putProblem(input: Input, parameters: Map<string, Parameter>): Answer | undefined {
  const name = String(input.Name);
  if (!NAME.test(name)) {
    return refusal('ValidationException', `${name} is not a name of letters, digits and _.-/`);
  }
  const bytes = Buffer.byteLength(String(input.Value ?? ''));
  if (bytes === 0 || bytes > VALUE_BYTES_MAX) {
    return refusal(
      'ValidationException',
      `a value has 1 to ${VALUE_BYTES_MAX} bytes, not ${bytes}`,
    );
  }
  if (parameters.has(name) && input.Overwrite !== true) {
    return refusal('ParameterAlreadyExists', `${name} exists and Overwrite is not set`);
  }
  return undefined;
}

function shown(name: string, parameter: Parameter, input: Input): Input {
  const readable = parameter.type !== 'SecureString' || input.WithDecryption === true;
  return {
    Name: name,
    Type: parameter.type,
    Value: readable ? parameter.value : 'encrypted',
    Version: parameter.version,
    LastModifiedDate: parameter.at / 1_000,
    ARN: `arn:aws:ssm:us-east-1:000000000000:parameter/${name.replace(/^\//, '')}`,
    DataType: 'text',
  };
}

function ok(value: unknown): Answer {
  return json(200, value, { 'content-type': 'application/x-amz-json-1.1' });
}

function refusal(type: string, message: string): Answer {
  return json(400, { __type: type, message }, { 'content-type': 'application/x-amz-json-1.1' });
}

function read(file: string): Map<string, Parameter> {
  if (!existsSync(file)) return new Map();
  return new Map(
    Object.entries(JSON.parse(readFileSync(file, 'utf8')) as Record<string, Parameter>),
  );
}

function write(file: string, parameters: Map<string, Parameter>): void {
  mkdirSync(dirname(file), { recursive: true });
  writeWhole(file, JSON.stringify(Object.fromEntries(parameters), null, 1));
}

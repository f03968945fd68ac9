// What the synthesized roles allow each function, in the definition's own words.

import { type Known, named, resolve } from './resolve.ts';
import { ofType, type Template } from './template.ts';

export interface Allowed {
  readonly function: string;
  readonly action: string;
  /** `table`, `index`, `queue`, `parameters`, `parameters/connections`, `log`, ... */
  readonly on: string;
}

interface Statement {
  readonly Effect: string;
  readonly Action: string | string[];
  readonly Resource: unknown;
}

/** By function; everything of every policy of its role. */
export function granted(template: Template): Allowed[] {
  const known = named(template);
  return ofType(template, 'AWS::Lambda::Function').flatMap(([, { Properties }]) => {
    const name = String(Properties.FunctionName).replace(/^\w+-volley-/, '');
    const role = template.Resources[Properties.Role['Fn::GetAtt'][0]]?.Properties ?? {};
    const statements = ((role.Policies ?? []) as { PolicyDocument: { Statement: Statement[] } }[])
      .flatMap(({ PolicyDocument }) => PolicyDocument.Statement)
      .filter(({ Effect }) => Effect === 'Allow');
    return unique(statements.flatMap((statement) => allowedBy(name, statement, known)));
  });
}

function allowedBy(name: string, { Action, Resource }: Statement, known: Known): Allowed[] {
  const resources = (Array.isArray(Resource) ? Resource : [Resource]).map((one) =>
    kindOf(resolve(one, known)),
  );
  return [Action]
    .flat()
    .flatMap((action) => resources.map((on) => ({ function: name, action, on })));
}

const KINDS: readonly [RegExp, string][] = [
  [/^\*$/, 'account'],
  [/:table\/[^/]+$/, 'table'],
  [/:table\/[^/]+\/index\/[^/]+$/, 'index'],
  [/:sqs:.*-dead$/, 'dead_letters'],
  [/:sqs:/, 'queue'],
  [/:function:\w+-volley-(\w+)$/, 'function'],
  [/:parameter\/\w+\/volley\/\*$/, 'parameters'],
  [/:parameter\/\w+\/volley\/(\w+)\/\*$/, 'parameters'],
  [/:identity\//, 'identity'],
  [/:configuration-set\//, 'configuration_set'],
  [/:log-group:/, 'log'],
  [/:kms:/, 'key'],
];

function kindOf(arn: string): string {
  for (const [pattern, kind] of KINDS) {
    const match = pattern.exec(arn);
    if (match) return match[1] ? `${kind}/${match[1]}` : kind;
  }
  throw new Error(`${arn} is of no known kind`);
}

function unique(all: Allowed[]): Allowed[] {
  return [...new Map(all.map((one) => [JSON.stringify(one), one])).values()];
}

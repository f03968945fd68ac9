// Findings of cdk-nag that stand, each with where and why. A finding that is not here fails synth.

import { type Stack, Validations } from 'aws-cdk-lib';
import { functions } from '#infra/definition.ts';

export interface Acknowledgement {
  readonly rule: string;
  /** Of the construct's path below the stack. */
  readonly where: RegExp;
  readonly reason: string;
}

export const acknowledgements: readonly Acknowledgement[] = [
  {
    rule: 'AwsSolutions::AwsSolutions-APIG4',
    where: /^ApiHttp\//,
    reason:
      'The function checks a bearer token itself: scopes and withdrawal are read from the table with every request, which no authorizer with a cache would see.',
  },
  {
    rule: 'AwsSolutions::AwsSolutions-APIG4',
    where: /^LinkHttp\//,
    reason:
      'Whoever got a link may follow it. The token in the path is signed, bound to its purpose and checked by the function; mailbox providers post to unsubscribe links without credentials (RFC 8058).',
  },
  {
    rule: 'AwsSolutions::AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:ssm:{region}:<AWS::AccountId>:parameter/{stage}/volley/*]',
    where: /Role\/Resource$/,
    reason:
      "Parameters of connected accounts get their names while the product runs; the wildcard ends at the stage's own prefix, and only GetParameter is allowed on it.",
  },
  ...belowParameters(),
  {
    rule: 'AwsSolutions::AwsSolutions-IAM5[Resource::*]',
    where: /^(?:Run|Api|Console|Measure)Role\/Resource$/,
    reason: 'ses:GetAccount reads the send quota; IAM knows no resource for it.',
  },
  {
    rule: 'Serverless::Serverless-LambdaStarPermissions',
    where: /^(?:Run|Api|Console|Measure)Role\/Resource$/,
    reason: 'ses:GetAccount reads the send quota; IAM knows no resource for it.',
  },
  ...(['CFR1', 'CFR2', 'CFR3'] as const).map((rule) => ({
    rule: `AwsSolutions::AwsSolutions-${rule}`,
    where: /^Edge\/Resource$/,
    reason:
      "Readers of a link may be anywhere; who wants WAF names a web ACL. CloudFront's log would hold addresses and tokens, which no log of Volley does.",
  })),
  {
    rule: 'Serverless::Serverless-SQSRedrivePolicy',
    where: /^\w+Dead\/Resource$/,
    reason: 'It is itself the dead-letter queue; an alarm tells when anything is in it.',
  },
  {
    rule: 'Serverless::Serverless-SNSRedrivePolicy',
    where: /^Alarms\/[^/]+\/Resource$/,
    reason:
      'A person reads it in an inbox. What could not be delivered there still stands in CloudWatch, where the alarm is.',
  },
  {
    rule: 'Serverless::Serverless-LambdaDLQ',
    where: /^[A-Z][a-z]+\/Resource$/,
    reason:
      'HTTP functions answer their caller, and record works from a queue with a dead-letter queue. Runner and measure keep no work in their events: the next beat finds it in the table.',
  },
  {
    rule: 'Serverless::Serverless-LambdaAsyncFailureDestination',
    where: /\/EventInvokeConfig\/Resource$/,
    reason:
      'The event holds nothing that could be lost: the next beat, a minute later, finds the same work in the table. An alarm tells of errors three minutes in a row.',
  },
  {
    rule: 'Serverless::Serverless-LambdaEventSourceMappingDestination',
    where: /^FeedbackToRecord\/Resource$/,
    reason:
      'A mapping of SQS has no such destination: failed messages go to the dead-letter queue of the queue itself.',
  },
  {
    rule: 'Serverless::Serverless-LambdaTracing',
    where: /^[A-Z][a-z]+\/Resource$/,
    reason:
      'Tracing needs an action on every resource and one more call per invocation; a burst is followed by its id through the log lines of all functions.',
  },
];

/** One for each part of the parameters that the definition names, so that a new part needs no line. */
function belowParameters(): Acknowledgement[] {
  const parts = functions.flatMap(({ grants }) =>
    grants.flatMap(({ on }) => (on.kind === 'parameters' && on.below ? [on.below] : [])),
  );
  return [...new Set(parts)].map((below) => ({
    rule: `AwsSolutions::AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:ssm:{region}:<AWS::AccountId>:parameter/{stage}/volley/${below}/*]`,
    where: /Role\/Resource$/,
    reason: `Parameters below ${below} get their names while the product runs; keys of links and suppressions are not below it.`,
  }));
}

export function acknowledge(
  stack: Stack,
  stage: string,
  all: readonly Acknowledgement[] = acknowledgements,
): void {
  for (const { rule, where, reason } of all) {
    const id = rule.replace('{region}', stack.region).replace('{stage}', stage);
    const findings = stack.node
      .findAll()
      .filter(({ node }) => where.test(node.path.slice(stack.node.path.length + 1)));
    for (const one of findings) Validations.of(one).acknowledge({ id, reason });
  }
}

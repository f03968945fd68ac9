// SES: who emails come from, and how what becomes of them reaches the feedback queue.

import { RemovalPolicy, type Stack } from 'aws-cdk-lib';
import type { Key } from 'aws-cdk-lib/aws-kms';
import {
  ConfigurationSet,
  EmailIdentity,
  type EmailSendingEvent,
  EventDestination,
  Identity,
  SuppressionReasons,
} from 'aws-cdk-lib/aws-ses';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { SqsSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { emailEvents, names } from '#infra/definition.ts';
import type { Settings } from './settings.ts';

export interface Email {
  readonly configurationSet: ConfigurationSet;
  readonly identityArn: string;
  /** Absent where the identity is not ours to make. */
  readonly identity?: EmailIdentity;
}

export interface EmailQueues {
  readonly feedback: Queue;
  readonly deadLetters: Queue;
}

export function addEmail(
  stack: Stack,
  settings: Settings,
  { feedback, deadLetters }: EmailQueues,
  key: Key | undefined,
): Email {
  // Whether it sends is left to the functions: a stopped burst must not start again by a deploy.
  const configurationSet = new ConfigurationSet(stack, 'Emails', {
    configurationSetName: `${settings.stage}-${names.configurationSet}`,
    reputationMetrics: true,
    suppressionReasons: SuppressionReasons.BOUNCES_AND_COMPLAINTS,
  });
  const topic = new Topic(stack, 'EmailEvents', {
    topicName: `${settings.stage}-volley-email-events`,
    enforceSSL: true,
    ...(key && { masterKey: key }),
  });
  topic.addSubscription(new SqsSubscription(feedback, { deadLetterQueue: deadLetters }));
  configurationSet.addEventDestination('ToFeedback', {
    destination: EventDestination.snsTopic(topic),
    events: emailEvents.map(eventOf),
  });
  const identity = settings.senderExists ? undefined : addIdentity(stack, settings);
  const identityArn = stack.formatArn({
    service: 'ses',
    resource: 'identity',
    resourceName: settings.sender,
  });
  return { configurationSet, identityArn, ...(identity && { identity }) };
}

function addIdentity(stack: Stack, { sender, mailFrom, keepData }: Settings): EmailIdentity {
  const identity = new EmailIdentity(stack, 'Sender', {
    identity: sender.includes('@') ? Identity.email(sender) : Identity.domain(sender),
    ...(mailFrom && { mailFromDomain: mailFrom }),
  });
  // Verified once with DNS records; nobody wants to wait for that again.
  identity.applyRemovalPolicy(keepData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY);
  return identity;
}

/** `RENDERING_FAILURE` is `renderingFailure` to CloudFormation. */
function eventOf(name: string): EmailSendingEvent {
  const camel = name.toLowerCase().replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
  return camel as EmailSendingEvent;
}

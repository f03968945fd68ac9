// The events SES publishes about a message, wrapped as SNS delivers them to a queue.

import { randomUUID } from 'node:crypto';
import type { NameValue } from './bulk-call.ts';

export interface SentMessage {
  readonly messageId: string;
  readonly to: string;
  readonly from: string;
  readonly subject: string;
  readonly configurationSet: string;
  readonly tags: readonly NameValue[];
  readonly at: number;
  /** The slot that was not filled; such a message never leaves. */
  readonly missingSlot?: string;
}

export interface PlannedEvent {
  /** `RENDERING_FAILURE` for the event named `Rendering Failure`. */
  readonly type: string;
  /** After the message was accepted. */
  readonly afterMs: number;
  readonly body: string;
}

/**
 * The story of one message. Like the SES mailbox simulator, the part before `@` decides:
 * `bounce`, `ooto`, `complaint` and `suppressionlist`, each with an optional `+label`.
 * @param spread in [0, 1), places the later events between a tenth of a second and a second
 */
export function eventsOf(message: SentMessage, spread: number): PlannedEvent[] {
  const later = 100 + Math.floor(spread * 900);
  if (message.missingSlot !== undefined) {
    const failure = {
      errorMessage: `Attribute '${message.missingSlot}' is not present in the rendering data.`,
      templateName: 'inline',
    };
    return [event(message, 'Rendering Failure', { failure }, 0)];
  }
  const sent = event(message, 'Send', { send: {} }, 0);
  const who = message.to.split('@')[0]?.split('+')[0]?.toLowerCase();
  switch (who) {
    case 'bounce':
      return [sent, event(message, 'Bounce', { bounce: bounce(message, 'General') }, later)];
    case 'suppressionlist':
      return [
        sent,
        event(message, 'Bounce', { bounce: bounce(message, 'OnAccountSuppressionList') }, later),
      ];
    case 'complaint':
      return [sent, delivery(message, later), complaint(message, later + 1_500)];
    default:
      return [sent, delivery(message, later)];
  }
}

function delivery(message: SentMessage, afterMs: number): PlannedEvent {
  const details = {
    timestamp: time(message.at + afterMs),
    processingTimeMillis: afterMs,
    recipients: [message.to],
    smtpResponse: '250 2.6.0 Message received',
    reportingMTA: 'a8-1.smtp-out.amazonses.com',
  };
  return event(message, 'Delivery', { delivery: details }, afterMs);
}

function bounce(message: SentMessage, subType: string): unknown {
  return {
    bounceType: 'Permanent',
    bounceSubType: subType,
    bouncedRecipients: [
      {
        emailAddress: message.to,
        action: 'failed',
        status: '5.1.1',
        diagnosticCode: 'smtp; 550 5.1.1 user unknown',
      },
    ],
    timestamp: time(message.at),
    feedbackId: randomUUID(),
    reportingMTA: 'dns; amazonses.com',
  };
}

function complaint(message: SentMessage, afterMs: number): PlannedEvent {
  const details = {
    complainedRecipients: [{ emailAddress: message.to }],
    timestamp: time(message.at + afterMs),
    feedbackId: randomUUID(),
    userAgent: 'Amazon SES Mailbox Simulator',
    complaintFeedbackType: 'abuse',
    arrivalDate: time(message.at),
  };
  return event(message, 'Complaint', { complaint: details }, afterMs);
}

function event(
  message: SentMessage,
  eventType: string,
  details: { readonly [name: string]: unknown },
  afterMs: number,
): PlannedEvent {
  const tags: Record<string, string[]> = {
    'ses:configuration-set': [message.configurationSet],
    'ses:from-domain': [message.from.split('@')[1]?.replace(/>$/, '') ?? ''],
  };
  for (const { Name, Value } of message.tags) tags[Name] = [Value];
  const mail = {
    timestamp: time(message.at),
    source: message.from,
    sendingAccountId: '000000000000',
    messageId: message.messageId,
    destination: [message.to],
    headersTruncated: false,
    headers: [],
    commonHeaders: { from: [message.from], to: [message.to], subject: message.subject },
    tags,
  };
  const type = eventType.toUpperCase().replace(' ', '_');
  return {
    type,
    afterMs,
    body: notification({ eventType, mail, ...details }, message.at + afterMs),
  };
}

/** SNS without raw message delivery: the event is a string in an envelope. */
function notification(message: unknown, at: number): string {
  return JSON.stringify({
    Type: 'Notification',
    MessageId: randomUUID(),
    TopicArn: 'arn:aws:sns:us-east-1:000000000000:volley-email-events',
    Subject: 'Amazon SES Email Event Notification',
    Message: JSON.stringify(message),
    Timestamp: time(at),
    SignatureVersion: '1',
    Signature: 'unsigned',
    SigningCertURL: 'http://127.0.0.1/none',
    UnsubscribeURL: 'http://127.0.0.1/none',
  });
}

function time(at: number): string {
  return new Date(at).toISOString();
}

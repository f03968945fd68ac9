// Email through Amazon SES: one template a leg, one call per up to 50 recipients, one attempt.

import { Fault } from '#domain/faults.ts';
import { parseKeyRing } from '#domain/key-ring.ts';
import { limits } from '#domain/limits.ts';
import type { BulkAnswer, BulkEntry, NameValue, Secrets, Ses } from '#domain/ports.ts';
import { parseSender } from '#domain/sender.ts';
import { type SigningKey, sign } from '#domain/token.ts';
import { checkSender } from './check-sender.ts';
import type { AddressableChannel, Addressee, Quota, SentBatch } from './contract.ts';
import { checkEmail } from './email-check.ts';
import { compileTemplate, type EmailTemplate } from './email-template.ts';
import { encodeName } from './encode-name.ts';
import { replaceSlots } from './slots.ts';

export interface EmailChannelOptions {
  readonly ses: Ses;
  readonly secrets: Secrets;
  /** The secret that holds the signing keys, lines of `id:secret`, the first one signs. */
  readonly signingKeys: string;
  /** The operator's word instead of what the account states. */
  readonly account?: { readonly perSecond?: number; readonly perDay?: number };
  readonly timeoutMs?: number;
}

/**
 * Entry statuses about the account or the template rather than the recipient. A call that gets
 * nothing else is refused as a whole, so that the leg halts before everybody is written off.
 */
const NOBODY: ReadonlySet<string> = new Set([
  'ACCOUNT_SENDING_PAUSED',
  'CONFIGURATION_SET_SENDING_PAUSED',
  'ACCOUNT_DAILY_QUOTA_EXCEEDED',
  'ACCOUNT_SUSPENDED',
  'MAIL_FROM_DOMAIN_NOT_VERIFIED',
  'CONFIGURATION_SET_NOT_FOUND',
  'TEMPLATE_NOT_FOUND',
  'INVALID_SENDING_POOL_NAME',
]);

/** Stands for a token where nobody is to follow the link: the click function knows none like it. */
const SHOWN_TOKEN = 'preview';

/** Entry statuses that write off this one recipient. */
const NEVER: ReadonlySet<string> = new Set(['MESSAGE_REJECTED', 'INVALID_PARAMETER', 'FAILED']);

export function createEmailChannel(options: EmailChannelOptions): AddressableChannel {
  const { ses, secrets, signingKeys, timeoutMs = limits.providerTimeoutMs } = options;
  return {
    kind: 'addressable',
    check: checkEmail,
    quota: () => quota(ses, options.account ?? {}),
    checkSender: ({ from }) => checkSender((name) => ses.identity(name), from),
    async prepare({ burst, leg, calls, linkBase }) {
      const key = await signingKey(secrets, signingKeys);
      const envelope = {
        ...senders(leg.from, leg.replyTo),
        configurationSet: leg.configurationSet,
      };
      const writing = writingOf({ burst, leg, calls, linkBase }, key);
      const { subject, html, text } = writing.template;
      return {
        async send(addressees) {
          if (addressees.length > limits.bulkEntriesMax) {
            const reason = `a bulk call holds ${addressees.length} recipients, at most ${limits.bulkEntriesMax}`;
            return { kind: 'refused', reason };
          }
          return sendBatch(addressees, writing, (entries) =>
            ses.sendBulk({ ...envelope, subject, html, text, entries }, { timeoutMs }),
          );
        },
      };
    },
    setSending: (leg, enabled) => ses.setSending(leg.configurationSet, enabled),
  };
}

type Context = Parameters<AddressableChannel['prepare']>[0];

function writingOf({ burst, leg, calls, linkBase }: Context, key: SigningKey | undefined): Writing {
  return {
    burst,
    leg: leg.name,
    says: new Map(calls.map((call) => [call.name, call.say])),
    template: compileTemplate(leg, linkBase),
    linkBase,
    host: new URL(linkBase).host,
    key,
  };
}

/** One email as its recipient gets it. */
export interface WrittenEmail {
  readonly from: string;
  readonly replyTo?: string;
  readonly to: string;
  readonly subject: string;
  readonly html: string;
  readonly text: string;
  readonly headers: readonly NameValue[];
}

/** Bytes of one recipient's email as it is sent, or why none can be: without keys and calls. */
export function createEmailSizer(context: Context): (to: Addressee) => number | string {
  const writing = writingOf(context, undefined);
  const { subject, html, text } = writing.template;
  const fixed = Buffer.byteLength(subject + html + text);
  const uses = new Map<string, number>();
  for (const [, slot = ''] of `${subject}${html}${text}`.matchAll(/\{\{(\w+)\}\}/g)) {
    uses.set(slot, (uses.get(slot) ?? 0) + 1);
  }
  return (to) => {
    const entry = entryOf(to, writing);
    if (!('to' in entry)) return 'reason' in entry ? entry.reason : entry.kind;
    let bytes = fixed;
    for (const [slot, times] of uses) {
      bytes += times * (Buffer.byteLength(entry.slots[slot] ?? '') - slot.length - 4);
    }
    return bytes;
  };
}

/**
 * What the very code that sends gives to the provider for one recipient, with the slots filled in.
 * Without signing keys its links lead nowhere: then it can be shown to anybody.
 */
export async function writeEmail(
  keys: Pick<EmailChannelOptions, 'secrets' | 'signingKeys'> | undefined,
  context: Context,
  addressee: Addressee,
): Promise<WrittenEmail | { readonly refused: string }> {
  const key = keys && (await signingKey(keys.secrets, keys.signingKeys));
  const writing = writingOf(context, key);
  const entry = entryOf(addressee, writing);
  if (!('to' in entry)) return { refused: 'reason' in entry ? entry.reason : entry.kind };
  const filled = (part: string) => replaceSlots(part, (slot) => entry.slots[slot] ?? '');
  const { subject, html, text } = writing.template;
  return {
    ...senders(context.leg.from, context.leg.replyTo),
    to: entry.to,
    subject: filled(subject),
    html: filled(html),
    text: filled(text),
    headers: entry.headers,
  };
}

/** What stays the same for every recipient of a leg. */
interface Writing {
  readonly burst: string;
  readonly leg: string;
  readonly says: ReadonlyMap<string, string>;
  readonly template: EmailTemplate;
  readonly linkBase: string;
  readonly host: string;
  /** Absent: links are shown and never followed. */
  readonly key: SigningKey | undefined;
}

type Outcome = Extract<SentBatch, { kind: 'answered' }>['outcomes'][number];

async function sendBatch(
  addressees: readonly Addressee[],
  writing: Writing,
  call: (entries: readonly BulkEntry[]) => Promise<BulkAnswer>,
): Promise<SentBatch> {
  try {
    const written = addressees.map((addressee) => entryOf(addressee, writing));
    const entries = written.filter((one) => 'to' in one);
    const answer = entries.length === 0 ? { entries: [] } : await call(entries);
    const [first] = answer.entries;
    if (first && answer.entries.every((entry) => NOBODY.has(entry.status))) {
      return { kind: 'refused', reason: reasonOf(first) };
    }
    let next = 0;
    const outcomes = written.map((one) => ('to' in one ? outcomeOf(answer.entries[next++]) : one));
    return { kind: 'answered', outcomes };
  } catch (error) {
    return failed(error);
  }
}

/** The entry of one recipient, or why SES is not even asked. */
function entryOf(addressee: Addressee, writing: Writing): BulkEntry | Outcome {
  const { address, digest, call, ordinal, attempt } = addressee;
  const { burst, leg, host, key } = writing;
  const say = writing.says.get(call);
  if (say === undefined) return { kind: 'refused', reason: 'call_unknown' };
  if (!/^[^\s\p{Cc},;<>"@]+@[^\s\p{Cc},;<>"@]+$/u.test(address)) {
    return { kind: 'refused', reason: 'address_malformed' };
  }
  const open = { purpose: 'click', burst, leg, call, ordinal } as const;
  const leave = { purpose: 'unsubscribe', burst, leg, call: digest, ordinal } as const;
  const click = key ? sign(open, host, key) : SHOWN_TOKEN;
  const unsubscribe = key ? sign(leave, host, key) : SHOWN_TOKEN;
  const slots = writing.template.slotsOf(addressee.fields, say, { click, unsubscribe });
  if (isRefused(slots))
    return { kind: 'refused', reason: `control_character in ${slots.refusedField}` };
  return {
    to: address,
    slots,
    headers: [
      { name: 'List-Unsubscribe', value: `<${writing.linkBase}/u/${unsubscribe}>` },
      { name: 'List-Unsubscribe-Post', value: 'List-Unsubscribe=One-Click' },
    ],
    tags: tagsOf(writing, call, ordinal, attempt),
  };
}

function isRefused(slots: object): slots is { readonly refusedField: string } {
  return 'refusedField' in slots;
}

/** Evidence finds its entry by these; SES's own default tags are not relied upon. */
function tagsOf(writing: Writing, call: string, ordinal: number, attempt: number): NameValue[] {
  const tags = [
    { name: 'burst', value: writing.burst },
    { name: 'leg', value: writing.leg },
    { name: 'call', value: call },
    { name: 'ordinal', value: String(ordinal) },
  ];
  if (attempt > 1) tags.push({ name: 'attempt', value: String(attempt) });
  return tags;
}

function outcomeOf(entry: BulkAnswer['entries'][number] | undefined): Outcome {
  if (!entry) return { kind: 'unknown', reason: 'SES gave no result for the entry' };
  const { status, messageId } = entry;
  if (status === 'SUCCESS') {
    return { kind: 'accepted', ...(messageId !== undefined && { messageId }) };
  }
  const reason = reasonOf(entry);
  if (status === 'ACCOUNT_THROTTLED') return { kind: 'throttled', reason };
  if (status === 'TRANSIENT_FAILURE') return { kind: 'throttled', reason, why: 'passing' };
  if (NOBODY.has(status)) return { kind: 'throttled', reason, why: 'lasting' };
  if (NEVER.has(status)) return { kind: 'refused', reason };
  return { kind: 'unknown', reason: `SES answered the unknown status "${status.slice(0, 60)}"` };
}

function reasonOf({ status, error }: BulkAnswer['entries'][number]): string {
  return error === undefined ? status : `${status}: ${error.slice(0, 200)}`;
}

function failed(error: unknown): SentBatch {
  const reason = error instanceof Error ? error.message : String(error);
  const code = error instanceof Fault ? error.code : undefined;
  if (code === 'ses_refused') return { kind: 'refused', reason };
  if (code === 'ses_unreachable') return { kind: 'throttled', reason, why: 'passing' };
  if (code !== 'ses_throttled') return { kind: 'unknown', reason };
  // Under the same name SES says that the day's quota is used up, which no waiting of ours ends.
  return /daily/i.test(reason) ? { kind: 'refused', reason } : { kind: 'throttled', reason };
}

async function quota(
  ses: Ses,
  override: { readonly perSecond?: number; readonly perDay?: number },
): Promise<Quota> {
  const account = await ses.account();
  // SES writes -1 for "no daily limit".
  const perDay = account.max24HourSend < 0 ? Number.MAX_SAFE_INTEGER : account.max24HourSend;
  return {
    perSecond: override.perSecond ?? account.maxSendRate,
    perDay: override.perDay ?? perDay,
    sentLastDay: account.sentLast24Hours,
    sendingEnabled: account.sendingEnabled,
  };
}

async function signingKey(secrets: Secrets, name: string): Promise<SigningKey> {
  const text = await secrets.get(name);
  try {
    return parseKeyRing(text).signs;
  } catch (cause) {
    const message = `the signing keys in ${name} cannot be read`;
    throw new Fault('secret_unreadable', message, { retryable: false, cause });
  }
}

function senders(from: string, replyTo: string | undefined): { from: string; replyTo?: string } {
  return {
    from: senderOf(from),
    ...(replyTo !== undefined && { replyTo: senderOf(replyTo) }),
  };
}

function senderOf(text: string): string {
  const sender = parseSender(text);
  if (sender.kind === 'sender') return encodeName(sender.header);
  throw new Fault('sender_malformed', sender.message, { retryable: false });
}

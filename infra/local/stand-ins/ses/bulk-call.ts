// What SES makes of one SendBulkEmail: refused as a whole, or an answer for each entry.

import { refuseSender } from './sender-identity.ts';

export interface NameValue {
  readonly Name: string;
  readonly Value: string;
}

export interface BulkEntry {
  readonly Destination?: { readonly ToAddresses?: readonly string[] };
  readonly ReplacementTags?: readonly NameValue[];
  readonly ReplacementEmailContent?: {
    readonly ReplacementTemplate?: { readonly ReplacementTemplateData?: string };
  };
  readonly ReplacementHeaders?: readonly NameValue[];
}

export interface TemplateContent {
  readonly Subject?: string;
  readonly Text?: string;
  readonly Html?: string;
}

export interface BulkRequest {
  readonly FromEmailAddress?: string;
  readonly ReplyToAddresses?: readonly string[];
  readonly ConfigurationSetName?: string;
  readonly DefaultEmailTags?: readonly NameValue[];
  readonly DefaultContent?: {
    readonly Template?: {
      readonly TemplateContent?: TemplateContent;
      readonly TemplateData?: string;
      readonly Headers?: readonly NameValue[];
    };
  };
  readonly BulkEmailEntries?: readonly BulkEntry[];
}

export interface EntryResult {
  readonly Status: string;
  readonly MessageId?: string;
  readonly Error?: string;
}

export interface CallRefusal {
  readonly status: number;
  readonly type: string;
  readonly message: string;
}

export interface CallWorld {
  readonly configurationSets: ReadonlyMap<string, { readonly sending: boolean }>;
  /** One recipient off the account's quota. */
  take(): 'taken' | 'throttled' | 'daily_quota';
  messageId(): string;
}

export const ENTRIES_MAX = 50;
const TAG = /^[A-Za-z0-9_-]{1,256}$/;
const ADDRESS = /^[^\s@<>,;"()[\]\\]{1,64}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+$/;
const HEADER_NAME = /^[!-9;-~]{1,126}$/;

/** Why nothing of the call is accepted, or undefined. */
export function refuseCall(request: BulkRequest, world: CallWorld): CallRefusal | undefined {
  const entries = request.BulkEmailEntries ?? [];
  if (entries.length < 1 || entries.length > ENTRIES_MAX) {
    return bad(
      `1 validation error detected: BulkEmailEntries must have 1 to ${ENTRIES_MAX} entries, not ${entries.length}`,
    );
  }
  if (!request.FromEmailAddress?.includes('@')) return bad('FromEmailAddress is not an address');
  const sender = refuseSender(request.FromEmailAddress);
  if (sender) return sender;
  const content = request.DefaultContent?.Template?.TemplateContent;
  if (!content?.Subject || !(content.Html || content.Text)) {
    return bad('an inline template needs a subject and an HTML or a text part');
  }
  const { ConfigurationSetName: name } = request;
  if (name === undefined) return undefined;
  const set = world.configurationSets.get(name);
  if (!set) {
    const message = `Configuration set <${name}> does not exist.`;
    return { status: 404, type: 'NotFoundException', message };
  }
  if (set.sending) return undefined;
  const message = `Email sending is disabled for configuration set ${name}`;
  return { status: 400, type: 'SendingPausedException', message };
}

/** One result per entry, in order. Throttling is in here: SES answers 200 with it. */
export function judgeEntries(request: BulkRequest, world: CallWorld): EntryResult[] {
  return (request.BulkEmailEntries ?? []).map((entry) => {
    const problem = entryProblem(entry, request);
    if (problem) return { Status: 'INVALID_PARAMETER', Error: problem };
    switch (world.take()) {
      case 'taken':
        return { Status: 'SUCCESS', MessageId: world.messageId() };
      case 'throttled':
        return { Status: 'ACCOUNT_THROTTLED', Error: 'Maximum sending rate exceeded.' };
      case 'daily_quota':
        return {
          Status: 'ACCOUNT_DAILY_QUOTA_EXCEEDED',
          Error: 'Daily message quota exceeded.',
        };
    }
    return { Status: 'FAILED' };
  });
}

function entryProblem(entry: BulkEntry, request: BulkRequest): string | undefined {
  const to = entry.Destination?.ToAddresses ?? [];
  if (to.length === 0 || to.length > ENTRIES_MAX) return 'an entry has 1 to 50 recipients';
  const address = to.find((one) => !ADDRESS.test(one));
  if (address !== undefined) return 'Invalid recipient address';
  const tags = entry.ReplacementTags ?? request.DefaultEmailTags ?? [];
  const tag = tags.find(({ Name, Value }) => !TAG.test(Name) || !TAG.test(Value));
  if (tag) return `tag ${tag.Name} breaks the grammar: letters, digits, _ and -, at most 256`;
  const headers = entry.ReplacementHeaders ?? [];
  const header = headers.find(
    ({ Name, Value }) => !HEADER_NAME.test(Name) || /[\r\n]/.test(Value) || Value.length > 870,
  );
  if (header) return `header ${header.Name} is malformed`;
  return slotsOf(entry) === undefined ? 'ReplacementTemplateData is not a JSON object' : undefined;
}

/** The entry's slots; undefined where its data is not a JSON object. */
export function slotsOf(entry: BulkEntry): { [name: string]: unknown } | undefined {
  const data = entry.ReplacementEmailContent?.ReplacementTemplate?.ReplacementTemplateData ?? '{}';
  try {
    const value: unknown = JSON.parse(data);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as { [name: string]: unknown })
      : undefined;
  } catch {
    return undefined;
  }
}

/** A slot of the template that the entry does not fill: SES accepts it and fails later. */
export function missingSlot(request: BulkRequest, entry: BulkEntry): string | undefined {
  const template = request.DefaultContent?.Template;
  const given = { ...parseObject(template?.TemplateData), ...slotsOf(entry) };
  const { Subject = '', Html = '', Text = '' } = template?.TemplateContent ?? {};
  for (const [, name] of `${Subject}\n${Html}\n${Text}`.matchAll(/\{\{\s*([\w.-]+)\s*\}\}/g)) {
    if (name !== undefined && !(name in given)) return name;
  }
  return undefined;
}

function parseObject(data: string | undefined): { [name: string]: unknown } {
  try {
    return JSON.parse(data ?? '{}') as { [name: string]: unknown };
  } catch {
    return {};
  }
}

function bad(message: string): CallRefusal {
  return { status: 400, type: 'BadRequestException', message };
}

// Every function of Volley, what starts it, what it may do and what it is told: plain data.
// Two runtimes carry it out, `infra/aws` and `infra/local`; it imports nothing, so neither can
// slip anything of its own into it.

/** What a function is told. Each runtime knows how to find the value; the name is the same. */
export type Value =
  | { readonly from: 'table' }
  | { readonly from: 'queue_url'; readonly queue: QueueName }
  /** Of the queue where messages of that queue are set aside. */
  | { readonly from: 'dead_letter_url'; readonly queue: QueueName }
  | { readonly from: 'link_base' }
  | { readonly from: 'function'; readonly function: FunctionName }
  | { readonly from: 'parameter_prefix' }
  | { readonly from: 'configuration_set' }
  | { readonly from: 'account' }
  /** The operator's word instead of the send quota that SES states; empty: as SES states it. */
  | { readonly from: 'ses_per_second' }
  | { readonly from: 'ses_per_day' }
  /** Base address of the pages and the API. */
  | { readonly from: 'api_base' }
  /** Who notices come from, of the deployment's own identity. */
  | { readonly from: 'notice_sender' }
  /** May private addresses be connected to? `no` unless the runtime keeps everything on loopback. */
  | { readonly from: 'loopback' };

/** The kind of thing an action is allowed on; the runtime knows its one name. */
export type Resource =
  | { readonly kind: 'table' }
  | { readonly kind: 'index' }
  | { readonly kind: 'queue'; readonly queue: QueueName }
  /** Where messages of that queue are set aside. */
  | { readonly kind: 'dead_letters'; readonly queue: QueueName }
  | { readonly kind: 'function'; readonly function: FunctionName }
  /** Everything under the prefix, or only what is below a name in it: `connections`. */
  | { readonly kind: 'parameters'; readonly below?: string }
  | { readonly kind: 'identity' }
  | { readonly kind: 'configuration_set' }
  /** For the few actions that AWS cannot restrict to a resource. */
  | { readonly kind: 'account' };

export interface Grant {
  readonly action: string;
  readonly on: Resource;
}

export type Host = 'api' | 'link';

export type Trigger =
  /** A steady beat. The event is `{ "trigger": "schedule" }`. */
  | { readonly kind: 'schedule'; readonly everySeconds: number }
  /** Asynchronous, from the functions that are granted `lambda:InvokeFunction` on it. */
  | { readonly kind: 'invoke' }
  /** An HTTP API of payload format 2.0; `route` is `GET /c/{token}`. */
  | { readonly kind: 'http'; readonly host: Host; readonly route: string }
  /** Batches of a queue, answered with the messages that failed. */
  | {
      readonly kind: 'queue';
      readonly queue: QueueName;
      readonly batchMax: number;
      readonly windowSeconds: number;
    };

export interface FunctionDefinition {
  readonly name: FunctionName;
  /** From the top of the checkout; exports `handler`. */
  readonly entry: string;
  readonly triggers: readonly Trigger[];
  readonly memoryMb: number;
  readonly timeoutSeconds: number;
  /** At most this many at once; more are turned away, and the next tick comes anyway. */
  readonly concurrencyMax?: number;
  readonly environment: { readonly [name: string]: Value };
  readonly grants: readonly Grant[];
}

export interface QueueDefinition {
  readonly name: QueueName;
  readonly visibilitySeconds: number;
  readonly retentionSeconds: number;
  /** After this many receipts a message is set aside in the dead-letter queue. */
  readonly receivesMax: number;
  readonly deadLetter: string;
  readonly deadLetterRetentionSeconds: number;
}

export type FunctionName =
  | 'run'
  | 'measure'
  | 'record'
  | 'api'
  | 'console'
  | 'click'
  | 'convert'
  | 'unsubscribe';

export type QueueName = 'feedback';

/** How a function becomes a file: the same for CDK and for the local runtime. */
export const bundling = {
  format: 'esm',
  target: 'node24',
  minify: true,
  mainFields: ['module', 'main'],
  /** A file of ours for a package, from the top of the checkout. */
  alias: {
    '@aws-sdk/credential-provider-node': './functions/environment/default-credentials.ts',
    'node:http': './functions/environment/node-http.ts',
    http: './functions/environment/node-http.ts',
  },
  /** CommonJS inside an ES module still asks for `require`. */
  banner:
    "import{createRequire as volleyRequire}from'node:module';const require=volleyRequire(import.meta.url);",
} as const;

export const runtime = { name: 'nodejs24.x', architecture: 'arm64' } as const;

/** Names that live inside an account; a stage puts its own name before them. */
export const names = {
  table: 'volley',
  configurationSet: 'volley',
  /** Secrets and settings: `/volley/links/keys`, `/volley/connections/<id>`, ... */
  parameterPrefix: '/volley',
} as const;

export const queues: readonly QueueDefinition[] = [
  {
    name: 'feedback',
    // Six times the consumer's timeout, as AWS advises for a queue that starts a function.
    visibilitySeconds: 360,
    retentionSeconds: 4 * 86_400,
    receivesMax: 5,
    deadLetter: 'feedback-dead',
    deadLetterRetentionSeconds: 14 * 86_400,
  },
];

/** The SES event types that reach the feedback queue (SES -> SNS -> SQS). */
export const emailEvents = [
  'SEND',
  'REJECT',
  'BOUNCE',
  'COMPLAINT',
  'DELIVERY',
  'OPEN',
  'RENDERING_FAILURE',
  'DELIVERY_DELAY',
] as const;

const table: Value = { from: 'table' };
const linkBase: Value = { from: 'link_base' };
const parameters: Value = { from: 'parameter_prefix' };
const feedbackUrl: Value = { from: 'queue_url', queue: 'feedback' };
const deadLetterUrl: Value = { from: 'dead_letter_url', queue: 'feedback' };

const readTable: readonly Grant[] = [
  { action: 'dynamodb:GetItem', on: { kind: 'table' } },
  { action: 'dynamodb:Query', on: { kind: 'table' } },
];
const queryIndex: Grant = { action: 'dynamodb:Query', on: { kind: 'index' } };
/** Every write is a put under a condition. */
const writeTable: Grant = { action: 'dynamodb:PutItem', on: { kind: 'table' } };
const readParameters: Grant = { action: 'ssm:GetParameter', on: { kind: 'parameters' } };
const sendFeedback: Grant = {
  action: 'sqs:SendMessage',
  on: { kind: 'queue', queue: 'feedback' },
};
const feedbackDead: Resource = { kind: 'dead_letters', queue: 'feedback' };
/** List what was set aside, and give it another try. */
const redrive: readonly Grant[] = [
  sendFeedback,
  { action: 'sqs:ReceiveMessage', on: feedbackDead },
  { action: 'sqs:DeleteMessage', on: feedbackDead },
  { action: 'sqs:ChangeMessageVisibility', on: feedbackDead },
];
const startRunner: Grant = {
  action: 'lambda:InvokeFunction',
  on: { kind: 'function', function: 'run' },
};
const switchSending: Grant = {
  action: 'ses:PutConfigurationSetSendingOptions',
  on: { kind: 'configuration_set' },
};

/** On what it may send as and on nothing else: a denial says that it may not. */
const askIdentity: Grant = { action: 'ses:GetEmailIdentity', on: { kind: 'identity' } };

export const functions: readonly FunctionDefinition[] = [
  {
    name: 'run',
    entry: 'functions/run.ts',
    triggers: [{ kind: 'schedule', everySeconds: 60 }, { kind: 'invoke' }],
    // Over half a vCPU: 300 emails a second take 2 % of one. More would cost more than it is worth.
    memoryMb: 1_024,
    timeoutSeconds: 900,
    environment: {
      VOLLEY_TABLE: table,
      VOLLEY_PARAMETERS: parameters,
      VOLLEY_ACCOUNT: { from: 'account' },
      VOLLEY_LOOPBACK: { from: 'loopback' },
      VOLLEY_SES_PER_SECOND: { from: 'ses_per_second' },
      VOLLEY_SES_PER_DAY: { from: 'ses_per_day' },
    },
    grants: [
      ...readTable,
      queryIndex,
      writeTable,
      readParameters,
      // One call, checked under both names: the older one is what SES asks IAM about.
      { action: 'ses:SendBulkEmail', on: { kind: 'identity' } },
      { action: 'ses:SendBulkEmail', on: { kind: 'configuration_set' } },
      { action: 'ses:SendBulkTemplatedEmail', on: { kind: 'identity' } },
      { action: 'ses:SendBulkTemplatedEmail', on: { kind: 'configuration_set' } },
      { action: 'ses:GetAccount', on: { kind: 'account' } },
      // Whether a leg's sender is verified, before anything leaves.
      askIdentity,
      // The second layer of a stop by a breaker; on again before anything leaves after a resume.
      switchSending,
    ],
  },
  {
    name: 'measure',
    entry: 'functions/measure.ts',
    triggers: [{ kind: 'schedule', everySeconds: 60 }, { kind: 'invoke' }],
    memoryMb: 512,
    timeoutSeconds: 120,
    environment: {
      VOLLEY_TABLE: table,
      VOLLEY_PARAMETERS: parameters,
      VOLLEY_NOTICE_FROM: { from: 'notice_sender' },
      VOLLEY_PAGES: { from: 'api_base' },
      VOLLEY_LOOPBACK: { from: 'loopback' },
    },
    grants: [
      ...readTable,
      queryIndex,
      writeTable,
      { action: 'ssm:GetParameter', on: { kind: 'parameters', below: 'notices' } },
      // What networks say of posts is asked with the accounts' tokens.
      { action: 'ssm:GetParameter', on: { kind: 'parameters', below: 'connections' } },
      { action: 'ses:SendEmail', on: { kind: 'identity' } },
    ],
  },
  {
    name: 'record',
    entry: 'functions/record.ts',
    triggers: [{ kind: 'queue', queue: 'feedback', batchMax: 1_000, windowSeconds: 1 }],
    memoryMb: 512,
    timeoutSeconds: 60,
    environment: { VOLLEY_TABLE: table, VOLLEY_PARAMETERS: parameters },
    grants: [
      ...readTable,
      writeTable,
      readParameters,
      { action: 'sqs:ReceiveMessage', on: { kind: 'queue', queue: 'feedback' } },
      { action: 'sqs:DeleteMessage', on: { kind: 'queue', queue: 'feedback' } },
      { action: 'sqs:GetQueueAttributes', on: { kind: 'queue', queue: 'feedback' } },
    ],
  },
  {
    name: 'api',
    entry: 'functions/api.ts',
    triggers: [{ kind: 'http', host: 'api', route: 'ANY /{proxy+}' }],
    memoryMb: 512,
    timeoutSeconds: 29,
    environment: {
      VOLLEY_TABLE: table,
      VOLLEY_LINK_BASE: linkBase,
      VOLLEY_PARAMETERS: parameters,
      VOLLEY_CONFIGURATION_SET: { from: 'configuration_set' },
      VOLLEY_LOOPBACK: { from: 'loopback' },
      VOLLEY_SES_PER_SECOND: { from: 'ses_per_second' },
      VOLLEY_SES_PER_DAY: { from: 'ses_per_day' },
      VOLLEY_RUN_FUNCTION: { from: 'function', function: 'run' },
      VOLLEY_QUEUE_URL: feedbackUrl,
      VOLLEY_DEAD_LETTER_URL: deadLetterUrl,
    },
    grants: [
      ...readTable,
      queryIndex,
      writeTable,
      readParameters,
      { action: 'ssm:PutParameter', on: { kind: 'parameters', below: 'connections' } },
      startRunner,
      switchSending,
      // What a check says of the quota.
      { action: 'ses:GetAccount', on: { kind: 'account' } },
      // And of the senders, which a plan is refused for.
      askIdentity,
      ...redrive,
    ],
  },
  {
    name: 'console',
    entry: 'functions/console.ts',
    triggers: [
      { kind: 'http', host: 'api', route: 'GET /' },
      { kind: 'http', host: 'api', route: 'ANY /console' },
      { kind: 'http', host: 'api', route: 'ANY /console/{proxy+}' },
    ],
    memoryMb: 512,
    timeoutSeconds: 29,
    environment: { VOLLEY_TABLE: table, VOLLEY_PARAMETERS: parameters },
    // It looks and changes nothing; of the parameters it reads who the admin is.
    grants: [
      ...readTable,
      { action: 'ssm:GetParameter', on: { kind: 'parameters', below: 'api' } },
    ],
  },
  {
    name: 'click',
    entry: 'functions/click.ts',
    triggers: [
      { kind: 'http', host: 'link', route: 'GET /c/{token}' },
      { kind: 'http', host: 'link', route: 'HEAD /c/{token}' },
      { kind: 'http', host: 'link', route: 'GET /b/{token}' },
      { kind: 'http', host: 'link', route: 'HEAD /b/{token}' },
    ],
    memoryMb: 256,
    timeoutSeconds: 10,
    environment: {
      VOLLEY_TABLE: table,
      VOLLEY_LINK_BASE: linkBase,
      VOLLEY_PARAMETERS: parameters,
      VOLLEY_QUEUE_URL: feedbackUrl,
    },
    grants: [{ action: 'dynamodb:GetItem', on: { kind: 'table' } }, readParameters, sendFeedback],
  },
  {
    name: 'convert',
    entry: 'functions/convert.ts',
    triggers: [
      { kind: 'http', host: 'link', route: 'POST /v/convert' },
      { kind: 'http', host: 'link', route: 'GET /v/{token}' },
      { kind: 'http', host: 'link', route: 'POST /v/{token}' },
      { kind: 'http', host: 'link', route: 'OPTIONS /v/{token}' },
    ],
    memoryMb: 256,
    timeoutSeconds: 10,
    environment: {
      VOLLEY_TABLE: table,
      VOLLEY_LINK_BASE: linkBase,
      VOLLEY_PARAMETERS: parameters,
      VOLLEY_QUEUE_URL: feedbackUrl,
    },
    grants: [readParameters, sendFeedback],
  },
  {
    name: 'unsubscribe',
    entry: 'functions/unsubscribe.ts',
    triggers: [
      { kind: 'http', host: 'link', route: 'GET /u/{token}' },
      { kind: 'http', host: 'link', route: 'HEAD /u/{token}' },
      { kind: 'http', host: 'link', route: 'POST /u/{token}' },
    ],
    memoryMb: 256,
    timeoutSeconds: 10,
    environment: {
      VOLLEY_TABLE: table,
      VOLLEY_LINK_BASE: linkBase,
      VOLLEY_PARAMETERS: parameters,
    },
    grants: [{ action: 'dynamodb:GetItem', on: { kind: 'table' } }, writeTable, readParameters],
  },
];

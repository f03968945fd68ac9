// What a function is told from outside: the only reader of process.env. The names are those of
// `infra/definition.ts`; the standard AWS variables say where each service is.

import type { Credentials } from './sigv4.ts';

export type Service = 'dynamodb' | 'sqs' | 'ssm';

export interface PublicSettings {
  readonly region: string;
  readonly credentials: Credentials;
  readonly table: string;
  /** Where tracked links live: `https://go.example.com`, without a trailing slash. */
  readonly linkBase: string;
  /** What every parameter's name begins with: `/volley`. */
  readonly parameters: string;
  /** Base address of each service. */
  readonly endpoints: { readonly [service in Service]: string };
}

/** Of the functions that anybody may call: click, convert, unsubscribe. */
export function publicSettings(): PublicSettings {
  const region = regionName();
  return {
    region,
    credentials: credentials(),
    table: required('VOLLEY_TABLE'),
    linkBase: required('VOLLEY_LINK_BASE').replace(/\/+$/, ''),
    parameters: required('VOLLEY_PARAMETERS'),
    endpoints: {
      dynamodb: endpoint('dynamodb', region),
      sqs: endpoint('sqs', region),
      ssm: endpoint('ssm', region),
    },
  };
}

/** The feedback queue, for those that put something into it. */
export function queueUrl(): string {
  return required('VOLLEY_QUEUE_URL');
}

/** What was set aside of it, for those that look after it. */
export function deadLetterUrl(): string {
  return required('VOLLEY_DEAD_LETTER_URL');
}

export interface TableSettings {
  readonly region: string;
  readonly table: string;
  readonly parameters: string;
}

/** Of every function that works on the table and reads parameters through the SDK. */
export function tableSettings(): TableSettings {
  return {
    region: regionName(),
    table: required('VOLLEY_TABLE'),
    parameters: required('VOLLEY_PARAMETERS'),
  };
}

export interface RunnerSettings extends TableSettings {
  /** Account and Region that share one send quota. */
  readonly account: string;
  /** May posts go to servers on loopback? Only where everything runs there. */
  readonly loopback: boolean;
  /** The operator's word instead of what the SES account states: recipients a second and a day. */
  readonly email: { readonly perSecond?: number; readonly perDay?: number };
}

export function runnerSettings(): RunnerSettings {
  return {
    ...tableSettings(),
    account: required('VOLLEY_ACCOUNT'),
    loopback: process.env.VOLLEY_LOOPBACK === 'yes',
    email: emailQuota(),
  };
}

function emailQuota(): RunnerSettings['email'] {
  return {
    ...aboveZero('perSecond', 'VOLLEY_SES_PER_SECOND'),
    ...aboveZero('perDay', 'VOLLEY_SES_PER_DAY'),
  };
}

/** Nothing where the variable is not set; a slip of the pen must not become a rate. */
function aboveZero<K extends string>(key: K, name: string): { readonly [key in K]?: number } {
  const text = process.env[name];
  if (text === undefined || text.trim() === '') return {};
  const value = Number(text);
  if (Number.isFinite(value) && value > 0) return { [key]: value } as { [key in K]: number };
  throw new Error(`${name} is "${text}", a number above 0 is expected`);
}

export interface ApiSettings extends TableSettings {
  readonly linkBase: string;
  readonly configurationSet: string;
  /** May posts go to servers on loopback? */
  readonly loopback: boolean;
  /** As in RunnerSettings. */
  readonly email: { readonly perSecond?: number; readonly perDay?: number };
  /** The runner's function, by name. */
  readonly runFunction: string;
  readonly credentials: Credentials;
  /** Base address of each service that is called without an SDK client. */
  readonly endpoints: {
    readonly dynamodb: string;
    readonly lambda: string;
    readonly ses: string;
    readonly sqs: string;
    readonly ssm: string;
  };
}

export function apiSettings(): ApiSettings {
  const base = tableSettings();
  return {
    ...base,
    linkBase: required('VOLLEY_LINK_BASE').replace(/\/+$/, ''),
    configurationSet: required('VOLLEY_CONFIGURATION_SET'),
    loopback: process.env.VOLLEY_LOOPBACK === 'yes',
    email: emailQuota(),
    runFunction: required('VOLLEY_RUN_FUNCTION'),
    credentials: credentials(),
    endpoints: {
      dynamodb: endpoint('dynamodb', base.region),
      lambda: endpoint('lambda', base.region),
      // SES is the one whose variable, host and signing name all differ.
      ses: endpoint('sesv2', base.region, 'email'),
      sqs: endpoint('sqs', base.region),
      ssm: endpoint('ssm', base.region),
    },
  };
}

export interface NoticeSettings extends TableSettings {
  readonly credentials: Credentials;
  readonly endpoints: { readonly ses: string };
  /** May webhooks go to servers on loopback? */
  readonly loopback: boolean;
  /** Who notices come from: `Volley <volley@example.org>`. */
  readonly from: string;
  /** Where the pages are, without a trailing slash. */
  readonly pages: string;
}

export function noticeSettings(): NoticeSettings {
  const base = tableSettings();
  return {
    ...base,
    credentials: credentials(),
    endpoints: { ses: endpoint('sesv2', base.region, 'email') },
    loopback: process.env.VOLLEY_LOOPBACK === 'yes',
    from: required('VOLLEY_NOTICE_FROM'),
    pages: required('VOLLEY_PAGES').replace(/\/+$/, ''),
  };
}

export interface ConsoleSettings extends TableSettings {
  readonly credentials: Credentials;
  readonly endpoints: { readonly ssm: string };
}

/** Of the pages, which only look. */
export function consoleSettings(): ConsoleSettings {
  const base = tableSettings();
  return {
    ...base,
    credentials: credentials(),
    endpoints: { ssm: endpoint('ssm', base.region) },
  };
}

/** As Lambda names it to itself: `prod-volley-run`. */
export function functionName(): string {
  return process.env.AWS_LAMBDA_FUNCTION_NAME || 'volley';
}

function regionName(): string {
  return required('AWS_REGION');
}

/** As Lambda gives them to a function, good for the life of its process. */
export function credentials(): Credentials {
  const sessionToken = process.env.AWS_SESSION_TOKEN;
  return {
    accessKeyId: required('AWS_ACCESS_KEY_ID'),
    secretAccessKey: required('AWS_SECRET_ACCESS_KEY'),
    ...(sessionToken ? { sessionToken } : {}),
  };
}

/** `AWS_ENDPOINT_URL_SQS`, then `AWS_ENDPOINT_URL`, then the Region's own. */
function endpoint(
  service: Service | 'lambda' | 'sesv2',
  region: string,
  host: string = service,
): string {
  const own = process.env[`AWS_ENDPOINT_URL_${service.toUpperCase()}`];
  const address = own || process.env.AWS_ENDPOINT_URL;
  return (address || `https://${host}.${region}.amazonaws.com`).replace(/\/+$/, '');
}

function required(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`the environment lacks ${name}`);
  return value;
}

// What a deployment is told by whoever owns it: CDK context in, settings or sentences out. Nothing
// is created while a sentence stands.

import { functions } from '#infra/definition.ts';

export const STAGES = ['dev', 'prod'] as const;
export type Stage = (typeof STAGES)[number];

/** A name of one's own for an HTTP API, with the certificate that proves it. */
export interface Domain {
  readonly name: string;
  /** ARN in AWS Certificate Manager, in the Region of the stack. */
  readonly certificate: string;
}

export interface Edge {
  /** Of the link domain, in us-east-1, where CloudFront looks for it. */
  readonly certificate: string;
  /** ARN of a web ACL of AWS WAF with the scope CLOUDFRONT. */
  readonly webAcl?: string;
}

export interface Settings {
  readonly stage: Stage;
  readonly region: string;
  /** Absent: the account of whoever deploys. */
  readonly account?: string;
  /** SES identity that emails come from: a domain, or a single address. */
  readonly sender: string;
  /** The identity is in the account already and stays as it is. */
  readonly senderExists: boolean;
  /** Subdomain of the sender for bounces, so that SPF aligns as well. */
  readonly mailFrom?: string;
  readonly linkDomain?: Domain;
  readonly apiDomain?: Domain;
  /** CloudFront before the link domain. */
  readonly edge?: Edge;
  /** Who hears of alarms and of the budget. */
  readonly alarmEmail?: string;
  readonly budgetUsd: number;
  /** A KMS key of the account's own for table, queues, topics and logs, instead of keys AWS owns. */
  readonly customerKey: boolean;
  readonly logDays: number;
  /** Recipients a second and a day, instead of the quota that the SES account states. */
  readonly sesPerSecond?: number;
  readonly sesPerDay?: number;
  /** Places kept free in the account's concurrency, by function. */
  readonly reservedConcurrency: { readonly [name: string]: number };
  /** Data outlives the stack, and cannot be deleted by accident. */
  readonly keepData: boolean;
}

export type ReadSettings =
  | { readonly kind: 'settings'; readonly settings: Settings }
  | { readonly kind: 'refused'; readonly problems: readonly string[] };

type Context = { readonly [name: string]: unknown };

const NAMES = [
  'region',
  'account',
  'sender',
  'senderExists',
  'mailFrom',
  'linkDomain',
  'linkCertificate',
  'apiDomain',
  'apiCertificate',
  'edgeCertificate',
  'webAcl',
  'alarmEmail',
  'budgetUsd',
  'customerKey',
  'logDays',
  'sesPerSecond',
  'sesPerDay',
  'reservedConcurrency',
] as const;

/** What CloudWatch Logs can keep. */
const LOG_DAYS = [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731];

/**
 * The block of the stage (`"prod": { ... }` in cdk.json), and over it whatever the command line
 * sets with `-c name=value`. Every problem is told at once, each with what to set.
 */
export function readSettings(context: Context): ReadSettings {
  const stage = String(context.stage ?? '');
  if (!isStage(stage)) {
    const said = context.stage === undefined ? 'no stage is chosen' : `stage "${stage}" is unknown`;
    return { kind: 'refused', problems: [`${said}: set -c stage=${STAGES.join(' or ')}`] };
  }
  const values = { ...(context[stage] as Context | undefined), ...overrides(context) };
  const read = new Reader(values, stage);
  const settings = settingsFrom(read, stage);
  const problems = [...unknownNames(context, stage), ...read.problems, ...relations(settings)];
  return problems.length > 0 ? { kind: 'refused', problems } : { kind: 'settings', settings };
}

function settingsFrom(read: Reader, stage: Stage): Settings {
  const account = read.text('account', /^\d{12}$/, 'twelve digits');
  const mailFrom = read.text('mailFrom', DOMAIN, 'a domain such as bounce.example.org');
  const linkDomain = read.domain('linkDomain', 'linkCertificate');
  const apiDomain = read.domain('apiDomain', 'apiCertificate');
  const sesPerSecond = read.optionalNumber('sesPerSecond', 0.1, 100_000);
  const sesPerDay = read.optionalNumber('sesPerDay', 1, 1_000_000_000);
  const edge = edgeFrom(read);
  const alarmEmail = read.text('alarmEmail', ADDRESS, 'an address such as ops@example.org');
  return {
    stage,
    region: read.text('region', REGION, 'a Region such as eu-central-1', true) ?? '',
    ...(account && { account }),
    sender: read.text('sender', SENDER, 'a domain or an address, such as example.org', true) ?? '',
    senderExists: read.flag('senderExists'),
    ...(mailFrom && { mailFrom }),
    ...(linkDomain && { linkDomain }),
    ...(apiDomain && { apiDomain }),
    ...(edge && { edge }),
    ...(alarmEmail && { alarmEmail }),
    budgetUsd: read.number('budgetUsd', stage === 'prod' ? 50 : 10, 1, 1_000_000),
    customerKey: read.flag('customerKey'),
    logDays: read.number('logDays', stage === 'prod' ? 90 : 7, 1, 731),
    ...(sesPerSecond !== undefined && { sesPerSecond }),
    ...(sesPerDay !== undefined && { sesPerDay }),
    reservedConcurrency: read.concurrency(),
    keepData: stage === 'prod',
  };
}

const LABEL = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?';
const DOMAIN = new RegExp(`^(?:${LABEL}\\.)+[a-z]{2,63}$`);
const ADDRESS = new RegExp(`^[^\\s@<>"]+@(?:${LABEL}\\.)+[a-z]{2,63}$`);
const SENDER = new RegExp(`${DOMAIN.source}|${ADDRESS.source}`);
const REGION = /^[a-z]{2}(?:-[a-z]+)+-\d$/;
const CERTIFICATE = /^arn:aws[a-z-]*:acm:([a-z0-9-]+):\d{12}:certificate\/[\w-]+$/;

const EDGE_CERTIFICATE = /^arn:aws:acm:us-east-1:\d{12}:certificate\/[\w-]+$/;
const WEB_ACL = /^arn:aws:wafv2:us-east-1:\d{12}:global\/webacl\/[\w-]+\/[\w-]+$/;

function edgeFrom(read: Reader): Edge | undefined {
  const inVirginia = 'the ARN of a certificate in us-east-1, where CloudFront looks for it';
  const certificate = read.text('edgeCertificate', EDGE_CERTIFICATE, inVirginia);
  const wanted = 'the ARN of a web ACL with the scope CLOUDFRONT, in us-east-1';
  const webAcl = read.text('webAcl', WEB_ACL, wanted);
  if (webAcl && !certificate)
    read.refuse(`webAcl needs CloudFront: set edgeCertificate to ${inVirginia}`);
  return certificate ? { certificate, ...(webAcl && { webAcl }) } : undefined;
}

/** Takes values one by one and collects what is wrong with them. */
class Reader {
  readonly problems: string[] = [];
  readonly #values: Context;
  readonly #stage: Stage;

  constructor(values: Context, stage: Stage) {
    this.#values = values;
    this.#stage = stage;
  }

  text(name: string, form: RegExp, wanted: string, required = false): string | undefined {
    const value = this.#values[name];
    if (value === undefined || value === '') {
      if (required) this.#say(`${name} is missing: set ${name} in cdk.json to ${wanted}`);
      return undefined;
    }
    const text = String(value).trim();
    if (form.test(text)) return text;
    this.#say(`${name} "${text}" is not ${wanted}`);
    return undefined;
  }

  flag(name: string): boolean {
    const value = this.#values[name] ?? false;
    if (value === true || value === 'true') return true;
    if (value !== false && value !== 'false') this.#say(`${name} "${value}" is not true or false`);
    return false;
  }

  number(name: string, usual: number, least: number, most: number): number {
    const value = this.#values[name];
    const number = value === undefined || value === '' ? usual : Number(value);
    if (number >= least && number <= most) return number;
    this.#say(`${name} "${value}" is not a number from ${least} to ${most}`);
    return usual;
  }

  optionalNumber(name: string, least: number, most: number): number | undefined {
    return this.#has(name) ? this.number(name, least, least, most) : undefined;
  }

  domain(nameKey: string, certificateKey: string): Domain | undefined {
    const name = this.text(nameKey, DOMAIN, 'a domain such as go.example.org');
    const wanted = 'the ARN of a certificate in AWS Certificate Manager';
    const certificate = this.text(certificateKey, CERTIFICATE, wanted);
    const has = { name: this.#has(nameKey), certificate: this.#has(certificateKey) };
    if (has.name && !has.certificate) {
      this.#say(`${nameKey} ${name} has no certificate: set ${certificateKey} to ${wanted}`);
    }
    if (has.certificate && !has.name) {
      this.#say(`${certificateKey} is set without ${nameKey}: set both or neither`);
    }
    return name && certificate ? { name, certificate } : undefined;
  }

  concurrency(): { readonly [name: string]: number } {
    const value = this.#values.reservedConcurrency ?? {};
    const parsed = typeof value === 'string' ? parseJson(value) : value;
    if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
      this.#say('reservedConcurrency is not an object such as {"run": 20}');
      return {};
    }
    const known: readonly string[] = functions.map(({ name }) => name);
    for (const [name, places] of Object.entries(parsed)) {
      if (!known.includes(name)) {
        this.#say(`reservedConcurrency names ${name}; there are ${known.join(', ')}`);
      } else if (!Number.isInteger(places) || places < 1) {
        this.#say(`reservedConcurrency of ${name} is not a whole number from 1`);
      }
    }
    return parsed as { [name: string]: number };
  }

  refuse(problem: string): void {
    this.#say(problem);
  }

  #has(name: string): boolean {
    return this.#values[name] !== undefined && this.#values[name] !== '';
  }

  #say(problem: string): void {
    this.problems.push(`${this.#stage}: ${problem}`);
  }
}

/** What is right by itself and wrong together. */
function relations(settings: Settings): string[] {
  const { stage } = settings;
  const problems = [...domainRelations(settings), ...mailFromRelations(settings)];
  if (!LOG_DAYS.includes(settings.logDays)) {
    problems.push(`logDays ${settings.logDays} cannot be kept: set one of ${LOG_DAYS.join(', ')}`);
  }
  if (settings.edge && !settings.linkDomain) {
    problems.push('edgeCertificate is set without linkDomain: CloudFront stands before a domain');
  }
  if (stage === 'prod' && !settings.linkDomain) {
    problems.push(
      'linkDomain is missing: links in sent emails must outlive the stack, so set linkDomain',
    );
  }
  if (stage === 'prod' && !settings.alarmEmail) {
    problems.push(
      'alarmEmail is missing: set it to an address that is read while a burst goes out',
    );
  }
  return problems.map((problem) => `${stage}: ${problem}`);
}

function domainRelations({ region, linkDomain, apiDomain }: Settings): string[] {
  const problems = Object.entries({ link: linkDomain, api: apiDomain }).flatMap(([key, domain]) => {
    const at = CERTIFICATE.exec(domain?.certificate ?? '')?.[1];
    if (at === undefined || !region || at === region) return [];
    return [`${key}Certificate is in ${at}, the stack in ${region}: request one in ${region}`];
  });
  if (linkDomain && linkDomain.name === apiDomain?.name) {
    problems.push(
      `linkDomain and apiDomain are both ${linkDomain.name}: links need a name of their own`,
    );
  }
  return problems;
}

function mailFromRelations({ sender, senderExists, mailFrom }: Settings): string[] {
  if (!mailFrom) return [];
  const senderDomain = sender.slice(sender.indexOf('@') + 1);
  const problems: string[] = [];
  if (!mailFrom.endsWith(`.${senderDomain}`)) {
    problems.push(`mailFrom ${mailFrom} is not below the sender's domain ${senderDomain}`);
  }
  if (senderExists) {
    problems.push(
      'mailFrom is set, but senderExists leaves the identity as it is: set it there, or neither',
    );
  }
  return problems;
}

/** Names of ours on the command line; those of CDK itself look otherwise. */
function overrides(context: Context): Context {
  const given = NAMES.filter((name) => context[name] !== undefined);
  return Object.fromEntries(given.map((name) => [name, context[name]]));
}

/** A name that nobody reads is a setting that silently does not hold. */
function unknownNames(context: Context, stage: Stage): string[] {
  const known: readonly string[] = NAMES;
  const atTop = [...known, ...STAGES, 'stage'];
  const top = Object.keys(context).filter((name) => !atTop.includes(name) && !/[:/@]/.test(name));
  const block = Object.keys((context[stage] ?? {}) as Context).filter(
    (name) => !known.includes(name),
  );
  return [...new Set([...top, ...block])].map(
    (name) => `${stage}: nobody reads ${name}; there are ${known.join(', ')}`,
  );
}

function isStage(text: string): text is Stage {
  return (STAGES as readonly string[]).includes(text);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

// What every command works with, and who may give which.

import * as z from 'zod/mini';
import type { Addressee, Problem, Quota, Retracted } from '#channels/contract.ts';
import type { Burst } from '#domain/burst.ts';
import { Refusal } from '#domain/faults.ts';
import type { MailExchanger } from '#domain/mail-gateway.ts';
import type { BroadcastLegPlan, EmailLegPlan, LegPlan, Plan } from '#domain/plan.ts';
import type { Clock, DeadLetters, Entropy, Secrets, Table } from '#domain/ports.ts';

/** Each includes the ones before it. */
export const Scope = z.enum(['viewer', 'operator', 'approver', 'admin']);
export type Scope = z.output<typeof Scope>;

/** Whoever gives a command: a person or a system with a token of its own. */
export interface Principal {
  /** Stands in the audit log and decides who is a second person. */
  readonly name: string;
  readonly scopes: ReadonlySet<Scope>;
}

export interface CommandContext {
  readonly table: Table;
  readonly clock: Pick<Clock, 'now'>;
  readonly entropy: Entropy;
  readonly secrets: Secrets;
  readonly principal: Principal;
  readonly channels: ChannelAccess;
  /** Says what a command would do: headers are decided on and nothing is written. */
  readonly isDry?: boolean;
  /**
   * Versions of the burst that the command may find (`versionOf`); `*` for any. Absent: whatever
   * stands there. Checked on the very header that is written.
   */
  readonly expected?: readonly string[];
  /** The key under which addresses are digested; throws Fault when it cannot be read. */
  readonly suppressionKey: () => Promise<string>;
  /** Where this deployment serves tracked links: `https://go.example.com`. */
  readonly linkBase: string;
  /** The SES configuration set that email legs of this deployment use. */
  readonly configurationSet: string;
  /** A fresh token: at least 128 bits of chance, letters, digits, `_` and `-`. */
  readonly newToken: () => string;
  /** What feedback makes of a burst's facts so far. */
  readonly buildReport: (burst: Burst) => Promise<object>;
  /** Starts a runner for a burst without waiting for what it does. */
  readonly startRunner: (burst: string) => Promise<void>;
  /** The second layer of a stop: switches the sending of a burst's configuration sets. */
  readonly setSending: (burst: string, enabled: boolean) => Promise<void>;
  /** MX records of a domain; undefined when nobody answered. Absent: nothing is looked up. */
  readonly mailExchangers?: (domain: string) => Promise<readonly MailExchanger[] | undefined>;
  /** What of the feedback nobody could work on. */
  readonly deadLetters: DeadLetters;
}

/** What a channel says of a leg, and what it would send: for checks, previews and corrections. */
export interface ChannelAccess {
  /** Of the email account. Throws Fault. */
  readonly quota: () => Promise<Quota>;
  /** What stands against a sender, who has to be a verified identity. Throws Fault. */
  readonly checkSender: (from: string) => Promise<Problem | undefined>;
  /** Whose account a connection's token opens. Throws Fault. */
  readonly accountOf: (channel: string, connection: string) => Promise<string>;
  /** What stands against a leg; for a post the server it goes to is asked. Throws Fault. */
  readonly checkLeg: (plan: Plan, leg: LegPlan) => Promise<readonly Problem[]>;
  /** One recipient's email from the very code that sends; without `isReal` its links lead nowhere. */
  readonly writeEmail: (
    plan: Plan,
    leg: EmailLegPlan,
    to: Addressee,
    isReal: boolean,
  ) => Promise<WrittenEmail | { readonly refused: string }>;
  /** Bytes of each recipient's email, or why none can be written: the template is read once. */
  readonly emailSizer: (plan: Plan, leg: EmailLegPlan) => (to: Addressee) => number | string;
  /** The tracked link of a post: the very one, or one that leads nowhere. */
  readonly postLink: (plan: Plan, leg: BroadcastLegPlan, isReal: boolean) => Promise<string>;
  /** Takes a post back. Never throws. */
  readonly retract: (leg: BroadcastLegPlan, postId: string) => Promise<Retracted>;
}

export interface WrittenEmail {
  readonly from: string;
  readonly replyTo?: string;
  readonly to: string;
  readonly subject: string;
  readonly html: string;
  readonly text: string;
  readonly headers: readonly { readonly name: string; readonly value: string }[];
}

/** A command with `dryRun` works on this. */
export function dryIf(context: CommandContext, dryRun: boolean | undefined): CommandContext {
  return dryRun ? { ...context, isDry: true } : context;
}

/** What looking takes: pages and reports change nothing. */
export type ReadContext = Pick<CommandContext, 'table' | 'clock' | 'principal'>;

const INCLUDED: Record<Scope, readonly Scope[]> = {
  viewer: ['viewer'],
  operator: ['viewer', 'operator'],
  approver: ['viewer', 'operator', 'approver'],
  admin: ['viewer', 'operator', 'approver', 'admin'],
};

/** Throws Refusal `forbidden` unless one of the principal's scopes includes this one. */
export function requireScope(context: Pick<CommandContext, 'principal'>, scope: Scope): void {
  const { principal } = context;
  if ([...principal.scopes].some((one) => INCLUDED[one].includes(scope))) return;
  throw new Refusal('forbidden', `this takes the scope ${scope}, which ${principal.name} lacks`, {
    limit: `scope ${scope}`,
  });
}

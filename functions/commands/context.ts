// What every command works with, and who may give which.

import * as z from 'zod/mini';
import type { Burst } from '#domain/burst.ts';
import { Refusal } from '#domain/faults.ts';
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
  /** What of the feedback nobody could work on. */
  readonly deadLetters: DeadLetters;
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

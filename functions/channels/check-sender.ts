// Whether the email account may send as whoever a leg says it is from: SES refuses everybody else.

import { codeOf, Fault } from '#domain/faults.ts';
import type { SesIdentity } from '#domain/ports.ts';
import { parseSender } from '#domain/sender.ts';
import { senderIdentities } from '#domain/sender-identities.ts';
import type { Problem } from './contract.ts';

export type AskIdentity = (name: string) => Promise<SesIdentity>;

/**
 * Undefined for a verified sender, and for a malformed one, which `checkEmail` names. A question
 * that SES refuses is a problem as well. Throws Fault `sender_unreadable` where no answer came:
 * then nothing may be sent either.
 */
export async function checkSender(ask: AskIdentity, from: string): Promise<Problem | undefined> {
  const sender = parseSender(from);
  if (sender.kind === 'refused') return undefined;
  const { address } = sender;
  const said = new Map<SesIdentity, string>();
  try {
    for (const name of senderIdentities(address)) {
      const standing = await ask(name);
      if (standing === 'verified') return undefined;
      if (!said.has(standing)) said.set(standing, name);
    }
  } catch (cause) {
    const message = `SES did not say whether it sends from ${address}`;
    if (codeOf(cause) === 'ses_refused') return problem('sender_unreadable', message);
    throw new Fault('sender_unreadable', message, { retryable: true, cause });
  }
  return problem('sender_unverified', `${address} is no sender of this account: ${why(said)}`);
}

function why(said: ReadonlyMap<SesIdentity, string>): string {
  const waiting = said.get('unverified');
  if (waiting !== undefined) return `SES waits for the proof that ${waiting} is yours`;
  const denied = said.get('denied');
  if (denied !== undefined) return `this deployment may not send as ${denied}`;
  return 'SES knows neither it nor its domain';
}

function problem(code: string, message: string): Problem {
  return { code, field: 'from', message, limit: 'a verified identity', severity: 'error' };
}

// Asks the name system who takes the mail of a domain.

import { Resolver } from 'node:dns/promises';
import type { MailExchanger } from '#domain/mail-gateway.ts';

/** The name system's own answers that there is no such record, or no such domain. */
const NOTHING = new Set(['ENODATA', 'ENOTFOUND']);
const TIMEOUT_MS = 1_000;

export type AskMailExchangers = (domain: string) => Promise<readonly MailExchanger[] | undefined>;

/** MX records; empty where there are none, undefined when nobody answered in two seconds. */
export function createMailExchangers(): AskMailExchangers {
  const resolver = new Resolver({ timeout: TIMEOUT_MS, tries: 2 });
  return async (domain) => {
    try {
      return await resolver.resolveMx(domain);
    } catch (error) {
      const { code = '' } = error as { code?: string };
      return NOTHING.has(code) ? [] : undefined;
    }
  };
}

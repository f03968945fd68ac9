// Notes which gateway takes the mail of each domain, once per domain.

import { type MailExchanger, mailGatewayOf } from '#domain/mail-gateway.ts';
import type { Table } from '#domain/ports.ts';
import { loadMailDomain, saveMailDomain } from '#store/mail-domains.ts';
import { inParallel } from './in-parallel.ts';

export interface GatewayPorts {
  readonly table: Table;
  readonly clock: { now(): number };
  /** MX records of a domain; undefined when nobody answered. Absent: nothing is looked up. */
  readonly mailExchangers?: (domain: string) => Promise<readonly MailExchanger[] | undefined>;
}

/** Of one chunk; domains beyond are noted when they come again. */
const DOMAINS_MAX = 300;
const WITHIN_MS = 3_000;
const AT_ONCE = 16;
/** What this process knows to be noted, so that the table is asked once. */
const noted = new WeakMap<Table, Set<string>>();
const NOTED_MAX = 20_000;

/** Best effort: an import never waits long for it and never fails by it. */
export async function noteGateways(
  ports: GatewayPorts,
  domains: ReadonlySet<string>,
): Promise<void> {
  const { mailExchangers, clock } = ports;
  if (!mailExchangers) return;
  const known = noted.get(ports.table);
  const open = [...domains].filter((domain) => !known?.has(domain)).slice(0, DOMAINS_MAX);
  const until = clock.now() + WITHIN_MS;
  await inParallel(open, AT_ONCE, async (domain) => {
    if (clock.now() < until) await note(ports, domain, mailExchangers).catch(() => undefined);
  });
}

async function note(
  { table, clock }: GatewayPorts,
  domain: string,
  mailExchangers: NonNullable<GatewayPorts['mailExchangers']>,
): Promise<void> {
  if (!(await loadMailDomain(table, domain))) {
    const exchangers = await mailExchangers(domain);
    if (!exchangers) return;
    await saveMailDomain(table, { domain, gateway: mailGatewayOf(exchangers), at: clock.now() });
  }
  const known = noted.get(table) ?? new Set();
  if (known.size >= NOTED_MAX) known.clear();
  noted.set(table, known.add(domain));
}

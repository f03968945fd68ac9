// What the rest of the world sees: DNS records, and who answers under a name.

import { Resolver } from 'node:dns/promises';
import { request } from 'node:https';
import type { LookupFunction } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { Domain, Settings } from '../settings.ts';
import type { HostAnswer, Look, SeenHost, SeenRecords } from './seen.ts';

export interface NamesOptions {
  /** Whom to ask; absent: the machine's own name servers. */
  readonly nameServers?: readonly string[];
  /** Where a name is reached instead of at its address. */
  readonly reach?: { readonly address: string; readonly port: number; readonly ca: string };
}

export interface SeenNames {
  readonly link?: Look<SeenHost>;
  readonly api?: Look<SeenHost>;
  readonly records: Look<SeenRecords>;
}

export async function lookAtNames(
  settings: Settings,
  options: NamesOptions = {},
): Promise<SeenNames> {
  const resolver = new Resolver({ timeout: 3_000, tries: 2 });
  if (options.nameServers) resolver.setServers([...options.nameServers]);
  const { linkDomain, apiDomain } = settings;
  const [link, api, records] = await Promise.all([
    linkDomain && seen(() => hostOf(resolver, linkDomain, '/c/nothing', options)),
    apiDomain && seen(() => hostOf(resolver, apiDomain, '/v1/bursts', options)),
    seen(() => recordsOf(resolver, settings)),
  ]);
  return { ...(link && { link }), ...(api && { api }), records };
}

async function recordsOf(resolver: Resolver, settings: Settings): Promise<SeenRecords> {
  const { sender, mailFrom } = settings;
  const domain = sender.slice(sender.indexOf('@') + 1);
  const texts = async (name: string) =>
    (await found(resolver.resolveTxt(name))).map((parts) => parts.join(''));
  const [own, mailFromMx, mailFromTxt] = await Promise.all([
    texts(`_dmarc.${domain}`),
    mailFrom ? found(resolver.resolveMx(mailFrom)) : [],
    mailFrom ? texts(mailFrom) : [],
  ]);
  // A subdomain without a policy of its own is under that of the domain above it.
  const above = domain.split('.').slice(1).join('.');
  const dmarc = own.length > 0 || !above.includes('.') ? own : await texts(`_dmarc.${above}`);
  return {
    dmarc: dmarc.filter((one) => one.startsWith('v=DMARC1')),
    mailFromMx: mailFromMx.map(({ exchange }) => exchange.toLowerCase()),
    mailFromTxt,
  };
}

async function hostOf(
  resolver: Resolver,
  { name, certificate }: Domain,
  path: string,
  { reach }: NamesOptions,
): Promise<SeenHost> {
  const [leadsTo, four, six] = await Promise.all([
    found(resolver.resolveCname(name)),
    found(resolver.resolve4(name)),
    found(resolver.resolve6(name)),
  ]);
  const addresses = [...four, ...six];
  const answer: HostAnswer =
    addresses.length === 0 && leadsTo.length === 0
      ? { kind: 'silent', code: 'ENOTFOUND' }
      : await answerOf(name, path, reach);
  return { name, certificate, leadsTo, addresses, answer };
}

const WITHIN_MS = 8_000;

/** One GET as a reader would make it; whether the certificate is trusted is part of the answer. */
function answerOf(name: string, path: string, reach: NamesOptions['reach']): Promise<HostAnswer> {
  const lookup: LookupFunction = (_name, { all }, done) =>
    all
      ? done(null, [{ address: reach?.address ?? '', family: 4 }])
      : done(null, reach?.address ?? '', 4);
  return new Promise((resolve) => {
    const asked = request(
      {
        host: name,
        path,
        agent: false,
        signal: AbortSignal.timeout(WITHIN_MS),
        ...(reach && { port: reach.port, ca: reach.ca, lookup }),
      },
      (answer) => {
        const until = (answer.socket as TLSSocket).getPeerCertificate().valid_to;
        answer.resume();
        resolve({
          kind: 'answered',
          status: answer.statusCode ?? 0,
          validUntil: Date.parse(until),
        });
      },
    );
    asked.on('error', (error: NodeJS.ErrnoException) => {
      const code = error.code ?? error.name;
      const isTrust = /CERT|TLS|SELF_SIGNED|ALTNAME|UNABLE_TO/.test(code);
      resolve({ kind: isTrust ? 'not_trusted' : 'silent', code });
    });
    asked.end();
  });
}

/** No such name and no such record are an answer: nothing. */
async function found<T>(records: Promise<T[]>): Promise<T[]> {
  try {
    return await records;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOTFOUND' || code === 'ENODATA') return [];
    throw error;
  }
}

async function seen<T>(look: () => Promise<T>): Promise<Look<T>> {
  try {
    return await look();
  } catch (error) {
    return { unseen: `DNS does not answer (${(error as NodeJS.ErrnoException).code ?? error})` };
  }
}

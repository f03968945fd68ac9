// A tracked link is followed: note the click durably, then redirect.

import { hash } from 'node:crypto';
import type { ClickEvent } from '#domain/event.ts';
import type { KeyRing } from '#domain/key-ring.ts';
import type { Log, Queue, Table } from '#domain/ports.ts';
import { type Claims, sign, verify } from '#domain/token.ts';
import { readerDigests } from '#domain/visitor.ts';
import { type LinkTable, linkName } from '#store/link-tables.ts';
import {
  type HttpEvent,
  type HttpResult,
  NOT_FOUND,
  PRIVATE_HEADERS,
  TRY_AGAIN,
  tokenOf,
} from './http-event.ts';
import { createLinkTableCache } from './link-table-cache.ts';

export interface FollowPorts {
  readonly now: () => number;
  readonly id: () => string;
  readonly linkHost: string;
  readonly table: Pick<Table, 'get'>;
  readonly keyRing: () => Promise<KeyRing>;
  /** Answers or gives up within 800 ms: no reader waits longer for the click to be durable. */
  readonly queue: Queue;
  readonly log: Log;
}

const AGENT_CHARACTERS_MAX = 400;
/** No call is named so. */
const SPLIT = 'split';

/**
 * Answers `GET` and `HEAD` of `/c/<token>` and of the hidden `/b/<token>`. 302 once the queue has
 * acknowledged the click; when it does not in time, 302 all the same and the click is counted as
 * unrecorded in the log. Whatever is not a link of ours is one and the same 404, and no read.
 */
export function createFollowLink(ports: FollowPorts): (event: HttpEvent) => Promise<HttpResult> {
  const linksOf = createLinkTableCache(ports.table, ports.now);
  return async (event) => {
    const { method } = event.requestContext.http;
    const path = tokenOf(event, 'cb', ports.linkHost);
    if (!path || (method !== 'GET' && method !== 'HEAD')) return NOT_FOUND;
    let ring: KeyRing;
    let claims: Claims | undefined;
    let links: LinkTable | undefined;
    try {
      ring = await ports.keyRing();
      claims = verify(path.token, 'click', ports.linkHost, ring.clicks);
      links = claims && (await linksOf(claims.burst));
    } catch (error) {
      const burst = claims && { burst: claims.burst };
      ports.log.error('link_unreadable', { ...burst, reason: reasonOf(error) });
      return TRY_AGAIN;
    }
    if (!claims || !links) return NOT_FOUND;
    return follow(event, { path, claims, links, ring }, ports);
  };
}

interface Followed {
  readonly path: { readonly token: string; readonly letter: string };
  readonly claims: Claims;
  readonly links: LinkTable;
  readonly ring: KeyRing;
}

async function follow(
  event: HttpEvent,
  { path, claims, links, ring }: Followed,
  ports: FollowPorts,
): Promise<HttpResult> {
  const click = clickOf(event, claims, ring, ports);
  const isSplit = claims.call === SPLIT;
  const call = isSplit ? chosen(links, click) : claims.call;
  const destination = links[linkName(claims.leg, call)];
  if (!destination) return NOT_FOUND;
  const followed = { ...click, call };
  await record(ports, path.letter === 'b' ? { ...followed, bait: true } : followed);
  // A click id names the call that was followed, so that a conversion is that call's.
  const id = isSplit ? sign({ ...claims, call }, ports.linkHost, ring.signs) : path.token;
  const location = destination.replaceAll('{click}', encodeURIComponent(id));
  return { statusCode: 302, headers: { ...PRIVATE_HEADERS, location }, body: '' };
}

/** The call of a link that decides after the click: by chance, the same again for this visitor. */
function chosen(links: LinkTable, { burst, leg, visitor }: ClickEvent): string {
  const calls = Object.keys(links).filter((name) => name.startsWith(`${leg}/`));
  const draw = hash('sha256', `${burst}/${leg}/${visitor}`, 'buffer').readUIntBE(0, 6);
  return calls[draw % calls.length]?.slice(leg.length + 1) ?? '';
}

function clickOf(
  event: HttpEvent,
  claims: Claims,
  ring: KeyRing,
  ports: Pick<FollowPorts, 'now' | 'id'>,
): ClickEvent {
  const { method, sourceIp } = event.requestContext.http;
  const agent = (event.headers['user-agent'] ?? '').slice(0, AGENT_CHARACTERS_MAX);
  const at = ports.now();
  const { burst, leg, call, ordinal } = claims;
  return {
    kind: 'click',
    id: ports.id(),
    at,
    burst,
    leg,
    call,
    ordinal,
    method: method === 'HEAD' ? 'HEAD' : 'GET',
    agent,
    ...readerDigests({ address: sourceIp, agent, at }, ring.signs.secret),
  };
}

async function record(ports: FollowPorts, click: ClickEvent): Promise<void> {
  try {
    await ports.queue.send([JSON.stringify(click)]);
  } catch (error) {
    const { burst, leg, call } = click;
    ports.log.warn('click_unrecorded', { burst, leg, call, count: 1, reason: reasonOf(error) });
  }
}

/** Fault code or error name; never a message, which might quote the request. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  return 'code' in error ? String(error.code) : error.name;
}

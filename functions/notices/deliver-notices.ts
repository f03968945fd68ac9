// Delivers what is due: at least once, with a pause that grows, and a log of every try.

import { Webhook } from 'standardwebhooks';
import { codeOf, Fault, Refusal } from '#domain/faults.ts';
import {
  claimTry,
  type Notice,
  type NoticeDelivery,
  settleTry,
  webhookIdOf,
} from '#domain/notice.ts';
import { dueNotices, loadNotice, saveNotice } from '#store/notices.ts';
import type { NoticePorts } from './ports.ts';

const TIMEOUT_MS = 10_000;
/** No try begins later: a beat ends before the function's time does, and the next one goes on. */
const FOR_MS = 45_000;
/** A receiver's answer is of no interest but for its status. */
const ANSWER_BYTES_MAX = 65_536;

/** @param isSending whether a burst is being sent: then its rate is left to it */
export async function deliverNotices(ports: NoticePorts, isSending: boolean): Promise<void> {
  let emails = isSending ? 1 : Number.POSITIVE_INFINITY;
  const until = ports.now() + FOR_MS;
  for (const { burst, id } of await dueNotices(ports.table, ports.now())) {
    if (ports.now() > until) return;
    try {
      const notice = await loadNotice(ports.table, burst, id);
      if (notice) emails -= await deliver(ports, notice, { emailsMax: emails, until });
    } catch (error) {
      ports.log.error('notice_failed', { burst, id, code: codeOf(error) });
    }
  }
}

/** @returns how many emails were tried */
async function deliver(
  ports: NoticePorts,
  given: Notice,
  { emailsMax, until }: { readonly emailsMax: number; readonly until: number },
): Promise<number> {
  let notice = given;
  let emails = 0;
  for (const [place, delivery] of given.deliveries.entries()) {
    const { kind, state, nextAt = 0 } = delivery;
    const now = ports.now();
    if (now > until) return emails;
    if (state !== 'waiting' || nextAt > now) continue;
    if (kind === 'email' && emails >= emailsMax) continue;
    if (kind === 'email') emails += 1;
    const after = await tryOne(ports, notice, place, delivery);
    // Another beat has it: whatever is left is left to that one.
    if (!after) return emails;
    notice = after;
  }
  return emails;
}

async function tryOne(
  ports: NoticePorts,
  notice: Notice,
  place: number,
  delivery: NoticeDelivery,
): Promise<Notice | undefined> {
  const underWay = claimTry(delivery, ports.now());
  const claimed = await save(ports, notice, place, underWay);
  if (!claimed) return undefined;
  const tried = await attempt(ports, claimed, underWay);
  const settled = settleTry(underWay, tried);
  if (settled.state === 'given_up') {
    const { burst, id } = notice;
    ports.log.error('notice_given_up', { burst, id, outcome: tried.outcome });
  }
  return save(ports, claimed, place, settled);
}

async function save(
  { table, id }: NoticePorts,
  notice: Notice,
  place: number,
  delivery: NoticeDelivery,
): Promise<Notice | undefined> {
  const deliveries = notice.deliveries.map((one, index) => (index === place ? delivery : one));
  const saved = await saveNotice(table, notice, { ...notice, deliveries }, id());
  return saved.kind === 'saved' ? saved.item : undefined;
}

interface Tried {
  readonly outcome: string;
  readonly isFinal: boolean;
}

async function attempt(
  ports: NoticePorts,
  notice: Notice,
  { to, kind }: NoticeDelivery,
): Promise<Tried> {
  try {
    if (kind === 'webhook') return await post(ports, notice, to);
    const { subject, text, html } = notice;
    await ports.sendEmail({ to, subject, text, html });
    return { outcome: 'accepted', isFinal: true };
  } catch (error) {
    // A URL that may not be called will not be allowed tomorrow either.
    const isFinal = error instanceof Refusal || (error instanceof Fault && isForGood(error));
    return { outcome: codeOf(error), isFinal };
  }
}

function isForGood({ code }: Fault): boolean {
  return code === 'ses_refused';
}

async function post(ports: NoticePorts, notice: Notice, url: string): Promise<Tried> {
  const id = webhookIdOf(notice);
  const at = new Date(ports.now());
  const { payload } = notice;
  const secrets = await ports.webhookSecrets();
  const signatures = secrets.map((secret) => new Webhook(secret).sign(id, at, payload));
  const answer = await ports.http.request({
    method: 'POST',
    url,
    headers: {
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
      'webhook-signature': signatures.join(' '),
    },
    body: payload,
    timeoutMs: TIMEOUT_MS,
    maxBytes: ANSWER_BYTES_MAX,
  });
  if (answer.status >= 200 && answer.status < 300) return { outcome: 'accepted', isFinal: true };
  // 410: the receiver wants nothing more (Standard Webhooks).
  return { outcome: String(answer.status), isFinal: answer.status === 410 };
}

// Writes a notice: subject, sentences, picture where there is a report, and the payload of webhooks.

import type { AuditHead } from '#domain/audit-chain.ts';
import type { Burst } from '#domain/burst.ts';
import { type Notice, type NoticeAbout, webhookIdOf } from '#domain/notice.ts';
import type { BurstReport } from '#feedback/report-of.ts';
import { number, sayTime } from '#feedback/say-time.ts';
import { drawAnswer } from './draw-answer.ts';
import { escapeHtml } from './escape-html.ts';

/** What is to be told, and by which occasion it is known again. */
export interface Occasion {
  readonly about: NoticeAbout;
  /** Of kind and occasion: `missed-17`. */
  readonly id: string;
  readonly leg?: string;
}

export interface NoticeFacts {
  readonly burst: Burst;
  /** Addresses and https URLs. */
  readonly targets: readonly string[];
  /** What came back so far; absent before the release, or where it cannot be made. */
  readonly report?: BurstReport;
  /** Where the audit log ended: whoever keeps the notice can prove what came before it. */
  readonly auditHead?: AuditHead;
  /** The page of the burst. */
  readonly link: string;
  readonly now: number;
}

const NEEDS_PERSON: ReadonlySet<NoticeAbout> = new Set([
  'missed',
  'held',
  'stopped',
  'leg',
  'in_doubt',
]);

export function composeNotice(occasion: Occasion, facts: NoticeFacts): Omit<Notice, 'nonce'> {
  const { burst, now, targets } = facts;
  const { about, id } = occasion;
  const sentences = sentencesOf(occasion, facts);
  const subject = subjectOf(occasion, facts);
  return {
    burst: burst.id,
    id,
    revision: 0,
    about,
    needsPerson: NEEDS_PERSON.has(about),
    createdAt: now,
    subject,
    text: `${sentences.join('\n\n')}\n\n${facts.link}\n`,
    html: htmlOf(subject, sentences, facts),
    payload: payloadOf(occasion, facts, sentences),
    deliveries: [...new Set(targets)].map((to) => ({
      to,
      kind: /^https?:/.test(to) ? 'webhook' : 'email',
      state: 'waiting',
      nextAt: now,
      tries: [],
    })),
  };
}

/** Stopped when all of it had left: what ends is what its policy would have called once more. */
function wasOut({ state, sentAt = Number.POSITIVE_INFINITY, stoppedAt = 0 }: Burst): boolean {
  return state !== 'stopped' && stoppedAt > sentAt;
}

function subjectOf({ about, leg }: Occasion, { burst, report }: NoticeFacts): string {
  const name = burst.id;
  switch (about) {
    case 'missed':
      return `${name} was missed: nothing was sent`;
    case 'held':
      return `${name} is held and waits for you`;
    case 'stopped':
      return wasOut(burst) ? `${name}: nobody is called once more` : `${name} is stopped`;
    case 'leg':
      return `${name}: ${leg} did not go as planned`;
    case 'in_doubt':
      return `${name}: some of it is in doubt`;
    case 'released':
      return `${name} is being sent`;
    case 'finished':
      return `${name} has been sent`;
    case 'morning_report':
      return `${name}: the morning report`;
    case 'answer_due':
      return `${name}: ${report?.answer.headline ?? 'the answer is there'}`.slice(0, 200);
  }
}

function sentencesOf(occasion: Occasion, facts: NoticeFacts): string[] {
  const { burst } = facts;
  const reason = burst.reason === undefined ? '' : ` (${burst.reason.replaceAll('_', ' ')})`;
  switch (occasion.about) {
    case 'missed':
      return [
        `${burst.id} was not released before its deadline; nothing was sent.`,
        'Nothing is sent late by itself: give it a new moment and have it approved, or cancel it.',
      ];
    case 'held':
      return [
        `${burst.id} is held on stand-by${reason}; nothing has been sent.`,
        `Look at what stands against it, then fire it or cancel it${untilOf(burst)}.`,
      ];
    case 'stopped':
      if (wasOut(burst)) {
        return [
          `All of ${burst.id} has left. Those of whom nobody knows whether they got it are not called once more${reason}.`,
          sentText(facts),
        ];
      }
      return [
        `${burst.id} is stopped${reason}.`,
        sentText(facts),
        'Resume it to go on where it stopped, or abandon it to leave the rest unsent.',
      ];
    case 'leg':
      return [legText(occasion, burst), 'The other legs are not touched by it.'];
    case 'in_doubt':
      return [
        `Of ${burst.id} nobody can tell yet what became of some messages; they are not repeated blindly.`,
        sentText(facts),
      ];
    case 'released':
      return [`${burst.id} is being sent since ${timeOf(burst.releasedAt ?? facts.now, burst)}.`];
    case 'finished':
      return [sentText(facts), dueText(facts)];
    default:
      return [
        sentText(facts),
        facts.report?.answer.headline ?? 'No answer yet.',
        ...harmText(facts),
        dueText(facts),
      ];
  }
}

/** What is surest of the calls that drive people away, before one of them is used again. */
function harmText({ report }: NoticeFacts): string[] {
  const [first, ...others] = report?.legs.flatMap(({ harm }) => harm) ?? [];
  if (first === undefined) return [];
  const more = others.length === 0 ? '' : ` The page has ${number(others.length)} more of these.`;
  return [`Before you use it again: ${first}${more}`];
}

function legText({ leg }: Occasion, { id, legs }: Burst): string {
  const found = legs.find(({ name }) => name === leg);
  const why = found?.reason === undefined ? '' : `: ${found.reason.replaceAll('_', ' ')}`;
  const WORDS: { readonly [state: string]: string } = {
    missed: 'was not released before its deadline',
    rejected: 'was refused by the network',
    in_doubt: 'is in doubt: nobody knows whether it left',
    dropped: 'was left out',
  };
  return `The leg ${leg} of ${id} ${WORDS[found?.state ?? ''] ?? 'did not go as planned'}${why}.`;
}

function untilOf(burst: Burst): string {
  return burst.standbyUntil === undefined ? '' : ` before ${timeOf(burst.standbyUntil, burst)}`;
}

/** What went out, as far as it is counted. */
function sentText({ burst, report }: NoticeFacts): string {
  const calls = report?.legs.flatMap((leg) => leg.calls) ?? [];
  const sum = (of: 'accepted' | 'recipients' | 'inDoubt' | 'unproven') =>
    calls.reduce((total, call) => total + (call[of] ?? 0), 0);
  const posts = burst.legs.filter(({ state }) => state === 'published').length;
  const recipients = sum('recipients');
  const doubt = sum('inDoubt') + sum('unproven');
  const parts = [
    ...(recipients > 0 ? [`${number(sum('accepted'))} of ${number(recipients)} emails`] : []),
    ...(posts > 0 ? [`${posts} ${posts === 1 ? 'post' : 'posts'}`] : []),
  ];
  const open = doubt > 0 ? `; ${number(doubt)} in doubt` : '';
  if (parts.length === 0) return `How much of ${burst.id} was sent is not counted yet${open}.`;
  const verb = parts.length === 1 && posts === 1 ? 'was' : 'were';
  return `Of ${burst.id}, ${parts.join(' and ')} ${verb} sent${open}.`;
}

function dueText({ burst, report }: NoticeFacts): string {
  const dueAt = report?.answer.dueAt ?? null;
  if (report?.finalRead) return 'This is the final answer.';
  if (report?.answer.headline.includes(' due ')) {
    return 'A message brings it; until then nothing has to be done.';
  }
  if (dueAt !== null) return `The next answer is due ${timeOf(dueAt, burst)}; a message brings it.`;
  if (burst.measureUntil === undefined) return 'No further answer is to come.';
  return `The final answer is due ${timeOf(burst.measureUntil, burst)}; a message brings it.`;
}

function timeOf(at: number, { zone }: Burst): string {
  return `${sayTime(at, zone)} (${zone})`;
}

function payloadOf(
  occasion: Occasion,
  { burst, report, auditHead, link, now }: NoticeFacts,
  sentences: readonly string[],
): string {
  const { about, leg } = occasion;
  return JSON.stringify({
    type: `burst.${about}`,
    timestamp: new Date(now).toISOString(),
    data: {
      id: webhookIdOf({ burst: burst.id, id: occasion.id }),
      burst: burst.id,
      state: burst.state,
      needsPerson: NEEDS_PERSON.has(about),
      text: sentences.join(' '),
      link,
      ...(leg === undefined ? {} : { leg }),
      ...(burst.reason === undefined ? {} : { reason: burst.reason }),
      ...(burst.momentAt === undefined ? {} : { momentAt: Math.floor(burst.momentAt) }),
      ...(report === undefined ? {} : { answer: answerOf(report) }),
      ...(auditHead === undefined ? {} : { auditHead }),
    },
  });
}

function answerOf({ answer, finalRead, legs }: BurstReport) {
  const { headline, dueAt } = answer;
  const verdicts = legs.map(({ leg, verdict: { status, reason, winner, leader } }) => {
    return { leg, status, reason, winner, leader };
  });
  return { headline, dueAt, finalRead, legs: verdicts };
}

const BODY =
  'margin:0;padding:24px;background:#f6f5f1;color:#1b1c1e;' +
  'font:16px/1.5 system-ui,-apple-system,Segoe UI,Roboto,sans-serif';

function htmlOf(subject: string, sentences: readonly string[], facts: NoticeFacts): string {
  const { report, link, auditHead } = facts;
  const said = sentences.map((one) => `<p style="margin:0 0 12px 0">${escapeHtml(one)}</p>`);
  const foot = auditHead
    ? `<p style="margin:18px 0 0 0;color:#55585e;font-size:12px;word-break:break-all">Where the audit log ended: ${auditHead.position}:${auditHead.hash}</p>`
    : '';
  return (
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${escapeHtml(subject)}</title></head>` +
    `<body style="${BODY}"><div style="max-width:600px;margin:0 auto;padding:20px 24px;background:#ffffff;border:1px solid #d9d6cc">` +
    `<h1 style="font-size:20px;margin:0 0 14px 0">${escapeHtml(subject)}</h1>${said.join('')}` +
    `${report ? drawAnswer(report) : ''}` +
    `<p style="margin:6px 0 0 0"><a href="${escapeHtml(link)}" style="color:#0b5cad">Open ${escapeHtml(facts.burst.id)}</a></p>${foot}` +
    '</div></body></html>'
  );
}

// A burst in a table, people to be told, and the mail and the webhooks that reach them.

import type { Burst } from '#domain/burst.ts';
import { Fault } from '#domain/faults.ts';
import type { HttpRequest } from '#domain/ports.ts';
import { buildReport } from '#feedback/build-report.ts';
import { createMeasure } from '#feedback/measure.ts';
import { deliverNotices } from '#notices/deliver-notices.ts';
import type { NoticeEmail, NoticePorts } from '#notices/ports.ts';
import { tellAnswer, tellNews } from '#notices/tell-news.ts';
import { loadBurst } from '#store/bursts.ts';
import { pageNotices } from '#store/notices.ts';
import { createFeedbackWorld, type WorldOptions } from '../feedback/feedback-world.ts';

export const SECRET = `whsec_${Buffer.from('a secret of thirty-two characters').toString('base64')}`;
export const HOOK = 'https://hooks.example.com/volley';

export async function createNoticeWorld(options: WorldOptions = {}) {
  const plan = { notify: ['ops@example.com', HOOK], ...options.plan };
  const { world, ports } = await createFeedbackWorld({ ...options, plan });
  const mailed: NoticeEmail[] = [];
  const posted: HttpRequest[] = [];
  const outside = {
    /** What SES answers: nothing wrong, or a fault of this code. */
    mail: undefined as string | undefined,
    /** What the receiver of webhooks answers. */
    status: 204,
  };
  const notices: NoticePorts = {
    ...ports,
    http: {
      request: async (request) => {
        posted.push(request);
        world.now += made.slowMs;
        return { status: outside.status, headers: {}, body: new Uint8Array() };
      },
    },
    sendEmail: async (email) => {
      if (outside.mail) throw new Fault(outside.mail, 'no', { retryable: true });
      mailed.push(email);
    },
    webhookSecrets: async () => [SECRET],
    buildReport: (burst) => buildReport(ports.table, burst, world.now),
    pages: 'https://volley.example.com',
  };
  const measure = createMeasure({
    ...notices,
    answerDue: (due) => tellAnswer(notices, due),
    news: (burst, seen) => tellNews(notices, burst, seen),
  });
  const made = {
    world,
    /** How long a receiver of webhooks takes. */
    slowMs: 0,
    notices,
    outside,
    mailed,
    posted,
    /** One beat of the function: what happened becomes notices, what is due is delivered. */
    beat: async (isSending = false) => {
      await measure();
      await deliverNotices(notices, isSending);
    },
    burst: async () => (await loadBurst(ports.table, world.burst.id)) as Burst,
    stored: async () => (await pageNotices(world.table, world.burst.id, { limit: 100 })).notices,
  };
  return made;
}

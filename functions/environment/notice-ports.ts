// What notices reach of the world, made once per process.

import { buildReport } from '#feedback/build-report.ts';
import type { MeasurePostsPorts } from '#feedback/measure-posts.ts';
import type { NoticePorts } from '#notices/ports.ts';
import { createHttp } from '#outbound/http.ts';
import { createFeedbackPorts } from './feedback-ports.ts';
import { createPostChannels } from './post-channels.ts';
import { createSendNotice } from './send-notice.ts';
import { noticeSettings } from './settings.ts';

/** Lines of `whsec_...`, the current one first: a receiver may change over while both sign. */
const WEBHOOK_SECRETS = 'notices/webhook-secrets';

/** What networks are asked through, beside what notices need: measure does both. */
export type MeasureWorld = NoticePorts & Pick<MeasurePostsPorts, 'channelOf'>;

export function createNoticePorts(): MeasureWorld {
  const settings = noticeSettings();
  const { table, now, id, log, secrets } = createFeedbackPorts();
  const http = createHttp({ loopback: settings.loopback });
  return {
    table,
    now,
    id,
    log,
    http,
    sendEmail: createSendNotice({
      region: settings.region,
      credentials: settings.credentials,
      endpoint: settings.endpoints.ses,
      from: settings.from,
    }),
    webhookSecrets: async () => (await secrets.get(WEBHOOK_SECRETS)).split(/\s+/).filter(Boolean),
    buildReport: (burst) => buildReport(table, burst, now()),
    pages: settings.pages,
    channelOf: createPostChannels({ table, secrets, http }),
  };
}

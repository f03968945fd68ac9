// All that notices reach of the world.

import type { Burst } from '#domain/burst.ts';
import type { Http, Log, Table } from '#domain/ports.ts';
import type { BurstReport } from '#feedback/report-of.ts';

export interface NoticeEmail {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

export interface NoticePorts {
  readonly table: Table;
  readonly now: () => number;
  /** A fresh mark. */
  readonly id: () => string;
  readonly log: Log;
  readonly http: Http;
  /** One attempt; throws Fault `ses_...`. */
  readonly sendEmail: (email: NoticeEmail) => Promise<void>;
  /** `whsec_...`, the current one first; all of them sign. Throws Fault `secret_unreadable`. */
  readonly webhookSecrets: () => Promise<readonly string[]>;
  readonly buildReport: (burst: Burst) => Promise<BurstReport>;
  /** Where the pages are: `https://volley.example.org`. */
  readonly pages: string;
}

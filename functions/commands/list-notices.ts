// What people were told about a burst without having asked, and how far each has been told.

import * as z from 'zod/mini';
import { Id, Mark } from '#domain/ids.ts';
import type { Notice } from '#domain/notice.ts';
import { pageNotices } from '#store/notices.ts';
import { findBurst } from './change-burst.ts';
import { type CommandContext, requireScope } from './context.ts';
import { parseInput } from './parse-input.ts';

export const ListNoticesInput = z.strictObject({
  burst: Id,
  limit: z.optional(z.int().check(z.gte(1), z.lte(100))),
  /** The `next` of the page before. */
  after: z.optional(Mark),
});

export type NoticeView = Pick<
  Notice,
  'id' | 'about' | 'needsPerson' | 'createdAt' | 'subject' | 'text' | 'deliveries'
>;

export interface ListedNotices {
  readonly notices: readonly NoticeView[];
  readonly next?: string;
}

/** With the addresses of those who are told: for operators. Throws Refusal `burst_unknown`. */
export async function listNotices(
  context: CommandContext,
  input: z.output<typeof ListNoticesInput>,
): Promise<ListedNotices> {
  requireScope(context, 'operator');
  const { burst, limit = 50, after } = parseInput(ListNoticesInput, input);
  await findBurst(context, burst);
  const page = await pageNotices(context.table, burst, { limit, after });
  const notices = page.notices.map((notice) => {
    const { id, about, needsPerson, createdAt, subject, text, deliveries } = notice;
    return { id, about, needsPerson, createdAt, subject, text, deliveries };
  });
  return page.next === undefined ? { notices } : { notices, next: page.next };
}

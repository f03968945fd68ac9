// How notices look when they are answered.

import * as z from 'zod/mini';
import { InstantSchema, Mark } from '#domain/ids.ts';
import { NoticeAbout, NoticeDelivery } from '#domain/notice.ts';

export const NoticesAnswer = z.strictObject({
  notices: z.array(
    z.strictObject({
      id: Mark,
      about: NoticeAbout,
      needsPerson: z.boolean(),
      createdAt: InstantSchema,
      subject: z.string(),
      text: z.string(),
      deliveries: z.array(NoticeDelivery),
    }),
  ),
  next: z.optional(Mark),
});

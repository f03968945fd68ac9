// Once a minute: keeps the counts of what was sent, takes final reads when they are due, and tells
// people what they have to hear of.

import { createNoticePorts } from '#environment/notice-ports.ts';
import { createCountUnsubscribes } from '#feedback/count-unsubscribes.ts';
import { createMeasure } from '#feedback/measure.ts';
import { createMeasurePosts } from '#feedback/measure-posts.ts';
import { deliverNotices } from '#notices/deliver-notices.ts';
import { tellAnswer, tellNews } from '#notices/tell-news.ts';

const ports = createNoticePorts();
let isSending = false;
const measure = createMeasure({
  ...ports,
  countUnsubscribes: createCountUnsubscribes(ports),
  measurePosts: createMeasurePosts(ports),
  answerDue: (due) => tellAnswer(ports, due),
  news: (burst, seen) => {
    isSending ||= burst.state === 'releasing' || burst.state === 'armed';
    return tellNews(ports, burst, seen);
  },
});

export async function handler(): Promise<void> {
  isSending = false;
  await measure();
  await deliverNotices(ports, isSending);
}

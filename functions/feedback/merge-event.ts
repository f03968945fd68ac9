// Where an event's facts stand in the tree, and what it adds to them.

import { createHash } from 'node:crypto';
import type { EmailEvent, FeedbackEvent } from '#domain/event.ts';
import {
  type Facts,
  marks,
  mergeAttempt,
  mergeClick,
  mergeConversion,
  mergeDelivered,
  mergeLink,
  mergeMark,
} from '#domain/facts.ts';
import { leafPath } from '#domain/facts-place.ts';
import { agentKind } from '#domain/human-click.ts';
import type { Space } from '#store/facts.ts';
import { linkName } from '#store/link-tables.ts';

/** Whose facts: a recipient by ordinal, else a visitor, else the event is somebody of its own. */
export function holderOf(event: FeedbackEvent): { readonly space: Space; readonly key: string } {
  if (event.ordinal !== undefined) return { space: 'o', key: String(event.ordinal) };
  if (event.kind === 'click') return { space: 'v', key: event.visitor };
  if (event.kind === 'conversion' && event.visitor !== undefined) {
    return { space: 'v', key: event.visitor };
  }
  return { space: 'v', key: `e-${event.id}` };
}

/** Digits of base 16 from the root: neighbours in the list share a leaf, visitors are spread. */
export function digitsOf(space: Space, key: string, depth: number): string {
  if (space === 'v') return createHash('sha256').update(key).digest('hex');
  return leafPath(Number(key), depth);
}

/** Adds the event; true when it was news. */
export function mergeEvent(facts: Facts, event: FeedbackEvent): boolean {
  const link = linkName(event.leg, event.call);
  const { at } = event;
  switch (event.kind) {
    case 'click':
      return mergeClick(facts, {
        at: Math.floor(at),
        link,
        isHead: event.method === 'HEAD',
        isBait: event.bait === true,
        agent: agentKind(event.agent),
      });
    case 'conversion':
      return mergeConversion(facts, {
        id: event.id,
        at: Math.floor(at),
        link: event.byPerson === undefined ? link : '',
        value: event.value ?? 0,
        ...(event.byPerson === undefined ? {} : { byPerson: event.byPerson }),
      });
    default: {
      const isLinkNew = mergeLink(facts, link);
      return mergeEmail(facts, event) || isLinkNew;
    }
  }
}

function mergeEmail(facts: Facts, event: EmailEvent): boolean {
  switch (event.what) {
    case 'send':
      return mergeAttempt(facts, 'sentBits', event.attempt);
    case 'reject':
    case 'rendering_failure':
      return mergeAttempt(facts, 'refusedBits', event.attempt);
    case 'delivery':
      return mergeDelivered(facts, event.at);
    case 'bounce':
      return mergeMark(facts, event.permanent ? marks.bounced : marks.deferred);
    case 'complaint':
      return mergeMark(facts, marks.complained);
    case 'unsubscribe':
      return mergeMark(facts, marks.unsubscribed);
    case 'open':
      return mergeMark(facts, marks.opened);
    case 'delivery_delay':
      return mergeMark(facts, marks.deferred);
  }
}

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
import { agentKind } from '#domain/human-click.ts';
import type { Space } from '#store/facts.ts';
import { linkName } from '#store/link-tables.ts';

/** Recipients in one leaf: about a kilobyte, and the windows of a few seconds side by side. */
export const LEAF_ORDINALS = 256;
const FANOUT = 16;

/** Whose facts: a recipient by ordinal, else a visitor, else the event is somebody of its own. */
export function holderOf(event: FeedbackEvent): { readonly space: Space; readonly key: string } {
  if (event.ordinal !== undefined) return { space: 'o', key: String(event.ordinal) };
  if (event.kind === 'click') return { space: 'v', key: event.visitor };
  if (event.kind === 'conversion' && event.visitor !== undefined) {
    return { space: 'v', key: event.visitor };
  }
  return { space: 'v', key: `e-${event.id}` };
}

/** Levels above the leaves that a list of this size needs. */
export function depthOf(recipients: number): number {
  let depth = 0;
  for (let held = LEAF_ORDINALS; held < recipients; held *= FANOUT) depth += 1;
  return depth;
}

/** Digits of base 16 from the root: neighbours in the list share a leaf, visitors are spread. */
export function digitsOf(space: Space, key: string, depth: number): string {
  if (space === 'v') return createHash('sha256').update(key).digest('hex');
  const leaf = Math.floor(Number(key) / LEAF_ORDINALS).toString(FANOUT);
  return depth === 0 ? '' : leaf.padStart(depth, '0');
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
        link,
        value: event.value ?? 0,
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
    case 'open':
      return mergeMark(facts, marks.opened);
    case 'delivery_delay':
      return mergeMark(facts, marks.deferred);
  }
}

// What starts functions apart from HTTP: their schedules and their queues.

import type { FunctionDefinition, FunctionName } from '#infra/definition.ts';
import type { FunctionHost } from './function-host.ts';
import { startQueuePoller } from './queue-poller.ts';
import { startSchedule } from './schedule.ts';

export interface TriggerWorld {
  /** Where the SQS protocol is spoken. */
  readonly queueEndpoint: string;
  readonly queueUrls: { readonly [queue: string]: string };
  /** The local beat of every schedule; the definition's own is made for the cloud. */
  readonly beatMs: number;
}

/** @returns how to end each */
export function startTriggers(
  definitions: readonly FunctionDefinition[],
  hosts: ReadonlyMap<FunctionName, FunctionHost>,
  world: TriggerWorld,
): (() => Promise<void> | void)[] {
  return definitions.flatMap(({ name, triggers }) => {
    const host = hosts.get(name);
    return host ? triggers.flatMap((trigger) => startTrigger(trigger, host, world)) : [];
  });
}

function startTrigger(
  trigger: FunctionDefinition['triggers'][number],
  host: FunctionHost,
  world: TriggerWorld,
): (() => Promise<void> | void)[] {
  if (trigger.kind === 'schedule') {
    const schedule = startSchedule(host, world.beatMs);
    return [() => schedule.stop()];
  }
  if (trigger.kind === 'queue') {
    const poller = startQueuePoller({
      queueUrl: world.queueUrls[trigger.queue] ?? '',
      endpoint: world.queueEndpoint,
      host,
      batchMax: trigger.batchMax,
      windowMs: trigger.windowSeconds * 1_000,
    });
    return [() => poller.stop()];
  }
  return [];
}

// Every command by name, in the order of the help: a file is loaded only when it is used.

import type { Command } from './command.ts';

export const commands: Readonly<Record<string, () => Promise<Command>>> = {
  status: async () => (await import('./status.ts')).status,
  fire: async () => (await import('./change.ts')).fire,
  stop: async () => (await import('./change.ts')).stop,
  pause: async () => (await import('./change.ts')).pause,
  resume: async () => (await import('./change.ts')).resume,
  abandon: async () => (await import('./change.ts')).abandon,
  cancel: async () => (await import('./change.ts')).cancel,
  redrive: async () => (await import('./redrive.ts')).redrive,
  results: async () => (await import('./results.ts')).results,
  compare: async () => (await import('./compare.ts')).compare,
  cost: async () => (await import('./cost.ts')).cost,
  audit: async () => (await import('./audit/audit.ts')).audit,
};

/** The help's order: what a command is for. A command in none of them stands under the last. */
export const groups: Readonly<Record<string, readonly string[]>> = {
  'At the moment': ['status', 'fire', 'stop', 'pause', 'resume', 'abandon', 'cancel'],
  Answers: ['results', 'compare'],
  Running: ['cost', 'audit', 'redrive'],
};

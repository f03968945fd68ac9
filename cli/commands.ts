// Every command by name, in the order of the help: a file is loaded only when it is used.

import type { Command } from './command.ts';

export const commands: Readonly<Record<string, () => Promise<Command>>> = {
  status: async () => (await import('./status.ts')).status,
  fire: async () => (await import('./change.ts')).fire,
  stop: async () => (await import('./change.ts')).stop,
  resume: async () => (await import('./change.ts')).resume,
  cancel: async () => (await import('./change.ts')).cancel,
  audit: async () => (await import('./audit/audit.ts')).audit,
};

// Granted against used, both ways.

import type { Use } from './observer.ts';

export interface Comparison {
  readonly grantedNotUsed: readonly Use[];
  readonly usedNotGranted: readonly Use[];
}

export function compare(granted: readonly Use[], used: readonly Use[]): Comparison {
  const covers = (grant: Use, use: Use) =>
    grant.function === use.function && grant.action === use.action && isWithin(use.on, grant.on);
  return {
    grantedNotUsed: granted.filter((grant) => !used.some((use) => covers(grant, use))),
    usedNotGranted: used.filter((use) => !granted.some((grant) => covers(grant, use))),
  };
}

/** Everything below a prefix is within it: `parameters/links` within `parameters`. */
function isWithin(on: string, granted: string): boolean {
  return on === granted || on.startsWith(`${granted}/`);
}

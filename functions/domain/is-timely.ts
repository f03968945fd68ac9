// Until when an entry of the change log may be written under its instant.

import { limits } from './limits.ts';

/** Whether an entry of this instant is still found by whoever reads the log from now on. */
export function isTimely(at: number, now: number): boolean {
  return now - at <= limits.changeLogTimelyMs;
}

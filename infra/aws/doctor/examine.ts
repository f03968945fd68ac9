// The doctor of a deployment: looks at the account, at DNS and at the names, and says what to do.

import type { Settings } from '../settings.ts';
import type { Finding } from './finding.ts';
import { lookAtNames, type NamesOptions } from './look-at-names.ts';
import { lookAtSending } from './look-at-sending.ts';
import { nameFindings } from './name-findings.ts';
import type { SeenAll } from './seen.ts';
import { sendingFindings } from './sending-findings.ts';

export interface ExamineOptions extends NamesOptions {
  readonly now: number;
}

/** Reads only. Throws where nobody's credentials are found. */
export async function examine(
  settings: Settings,
  { now, ...names }: ExamineOptions,
): Promise<readonly Finding[]> {
  const [sending, named] = await Promise.all([
    lookAtSending(settings),
    lookAtNames(settings, names),
  ]);
  return findings(settings, { ...sending, ...named }, now);
}

export function findings(settings: Settings, seen: SeenAll, now: number): readonly Finding[] {
  return [...sendingFindings(settings, seen), ...nameFindings(settings, seen, now)];
}

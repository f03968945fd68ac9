// The audit log as a chain: every entry carries the hash of the one before, so that whoever holds
// an older head can tell whether anything behind it was changed, dropped or put elsewhere.

import { createHash } from 'node:crypto';
import * as z from 'zod/mini';
import { canonicalJson } from './canonical-json.ts';
import { Id, InstantSchema, Mark } from './ids.ts';

const Deed = {
  /** Absent: what concerns the deployment rather than one burst; such deeds have a chain of their own. */
  burst: z.optional(Id),
  /** Names the deed: appending it again changes nothing. */
  id: Mark,
  at: InstantSchema,
  by: Mark,
  what: z.string(),
  before: z.optional(z.unknown()),
  after: z.optional(z.unknown()),
};

/** What is appended. */
export const AuditDeed = z.strictObject(Deed);
export type AuditDeed = z.output<typeof AuditDeed>;

/** What stands in the chain: entries are numbered from 0. */
export const AuditEntry = z.strictObject({
  ...Deed,
  position: z.int(),
  /** The hash of the entry before; empty for the first. */
  previous: z.string(),
  hash: z.string(),
});
export type AuditEntry = z.output<typeof AuditEntry>;

/** Where a chain ended when somebody noted it elsewhere: in a notice, in a log, on paper. */
export interface AuditHead {
  readonly position: number;
  readonly hash: string;
}

export interface AuditVerdict {
  readonly entries: number;
  readonly head?: AuditHead;
  /** The first entry that is not as it was written. */
  readonly broken?: { readonly position: number; readonly why: string };
}

/** SHA-256 (hex) over the canonical JSON of everything but the hash itself. */
export function auditHash(entry: Omit<AuditEntry, 'hash'> & { readonly hash?: string }): string {
  const { hash: _own, ...content } = entry;
  return createHash('sha256').update(canonicalJson(content)).digest('hex');
}

/**
 * Judges a whole chain as it was read, from the first entry on.
 * A chain cannot show by itself that its end was cut off, or that all of it was written anew with
 * the right hashes: heads kept elsewhere do.
 */
export function verifyAudit(
  entries: readonly AuditEntry[],
  heads: readonly AuditHead[] = [],
): AuditVerdict {
  const last = entries.at(-1);
  const inside = linkProblem(entries);
  const outside = headProblem(entries, heads);
  const broken = [inside, outside]
    .filter((problem) => problem !== undefined)
    .sort((one, other) => one.position - other.position)[0];
  return {
    entries: entries.length,
    ...(last === undefined ? {} : { head: { position: last.position, hash: last.hash } }),
    ...(broken === undefined ? {} : { broken }),
  };
}

/** The position of the first entry that is missing, changed or out of place; undefined if none. */
export function brokenLink(entries: readonly AuditEntry[]): number | undefined {
  return linkProblem(entries)?.position;
}

type Problem = NonNullable<AuditVerdict['broken']>;

function linkProblem(entries: readonly AuditEntry[]): Problem | undefined {
  for (const [position, entry] of entries.entries()) {
    const before = entries[position - 1];
    if (entry.position !== position) {
      const isElsewhere = entries.some((one) => one.position === position);
      const why = isElsewhere ? 'it stands in another place' : 'it is missing';
      return { position, why };
    }
    if (entry.hash !== auditHash(entry)) return { position, why: 'it was changed' };
    if (entry.previous !== (before?.hash ?? '')) {
      return { position, why: 'it does not follow the entry before it' };
    }
  }
  return undefined;
}

function headProblem(
  entries: readonly AuditEntry[],
  heads: readonly AuditHead[],
): Problem | undefined {
  const problems = heads.flatMap(({ position, hash }): Problem[] => {
    const entry = entries[position];
    if (!entry) {
      const why = `it is missing: a head kept elsewhere knows ${position + 1} entries`;
      return [{ position: entries.length, why }];
    }
    if (entry.hash === hash) return [];
    return [{ position, why: 'it is not the one that a head kept elsewhere knows' }];
  });
  return problems.sort((one, other) => one.position - other.position)[0];
}

// `volley audit --log` and `--verify`: who did what, and whether the log is as it was written.

import type { ShownAudit } from '#commands/show-audit.ts';
import {
  type AuditEntry,
  type AuditHead,
  type AuditVerdict,
  verifyAudit,
} from '#domain/audit-chain.ts';
import type { ApiClient } from '../api-client.ts';
import { CommandFailure, exitCodes, type Parsed } from '../command.ts';
import { pagesOf } from '../pages-of.ts';
import { answer } from '../screen.ts';
import { allBursts } from '../status.ts';
import { many, table } from '../words.ts';

export async function showLog(
  api: ApiClient,
  parsed: Parsed,
  burst: string | undefined,
): Promise<number> {
  const entries = await entriesOf(api, burst);
  const rows = entries.map(({ at, by, what, after }) => [
    new Date(at).toISOString().replace('T', ' ').slice(0, 19),
    by,
    what.replaceAll('_', ' '),
    stateIn(after),
  ]);
  const lines =
    rows.length === 0 ? ['nothing was noted'] : table([['UTC', 'who', 'what', ''], ...rows]);
  answer(parsed.json, { entries }, lines);
  return exitCodes.done;
}

/** Computed here from what was read: the server is not asked whether it is honest. */
export async function verifyLogs(
  api: ApiClient,
  parsed: Parsed,
  wanted: string | undefined,
): Promise<number> {
  const heads = headsOf(parsed);
  if (heads.length > 0 && wanted === undefined) {
    throw new CommandFailure(
      '--head belongs to one burst: volley audit BURST --verify',
      exitCodes.usage,
    );
  }
  const names = wanted === undefined ? (await allBursts(api)).map(({ burst }) => burst) : [wanted];
  const verdicts: { readonly log: string; readonly verdict: AuditVerdict }[] = [];
  for (const burst of names) {
    verdicts.push({ log: burst, verdict: verifyAudit(await entriesOf(api, burst), heads) });
  }
  if (wanted === undefined) {
    verdicts.push({ log: 'the deployment', verdict: verifyAudit(await entriesOf(api, undefined)) });
  }
  const isWhole = verdicts.every(({ verdict }) => verdict.broken === undefined);
  answer(parsed.json, { whole: isWhole, logs: verdicts }, verdicts.map(inWords));
  return isWhole ? exitCodes.done : exitCodes.refused;
}

function inWords({
  log,
  verdict,
}: {
  readonly log: string;
  readonly verdict: AuditVerdict;
}): string {
  const { entries, head, broken } = verdict;
  if (broken) return `${log}: NOT as it was written: entry ${broken.position}: ${broken.why}`;
  const end = head === undefined ? '' : `, ends with --head ${head.position}:${head.hash}`;
  return `${log}: whole, ${many(entries, 'entry', 'entries')}${end}`;
}

async function entriesOf(api: ApiClient, burst: string | undefined): Promise<AuditEntry[]> {
  const path = burst === undefined ? '/v1/audit' : `/v1/bursts/${encodeURIComponent(burst)}/audit`;
  const entries: AuditEntry[] = [];
  for await (const page of pagesOf<ShownAudit>(api, path)) entries.push(...page.entries);
  return entries;
}

function headsOf(parsed: Parsed): AuditHead[] {
  const { head = [] } = parsed.values;
  return [head].flat().map((text) => {
    const [, position, hash] = /^(\d+):([0-9a-f]{64})$/.exec(String(text)) ?? [];
    if (position !== undefined && hash !== undefined) return { position: Number(position), hash };
    throw new CommandFailure(`--head ${text}: write POSITION:HASH`, exitCodes.usage);
  });
}

function stateIn(after: unknown): string {
  const state = (after as { state?: unknown } | undefined)?.state;
  return typeof state === 'string' ? state : '';
}

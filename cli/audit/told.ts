// `volley audit BURST --told`: who was told what about it without having asked, and how far.

import type { ListedNotices, NoticeView } from '#commands/list-notices.ts';
import type { ApiClient } from '../api-client.ts';
import { CommandFailure, exitCodes, type Parsed } from '../command.ts';
import { pagesOf } from '../pages-of.ts';
import { answer } from '../screen.ts';
import { table } from '../words.ts';

export async function showTold(
  api: ApiClient,
  parsed: Parsed,
  burst: string | undefined,
): Promise<number> {
  if (burst === undefined) {
    const message = '--told belongs to one burst: volley audit BURST --told';
    throw new CommandFailure(message, exitCodes.usage);
  }
  const notices = await noticesOf(api, burst);
  const rows = notices.toSorted((one, other) => one.createdAt - other.createdAt).flatMap(rowsOf);
  const head = ['UTC', 'told', 'who', 'how far', 'tries'];
  answer(
    parsed.json,
    { notices },
    rows.length === 0 ? ['nobody was told anything'] : table([head, ...rows]),
  );
  return exitCodes.done;
}

function rowsOf({ createdAt, subject, deliveries }: NoticeView): string[][] {
  const at = new Date(createdAt).toISOString().replace('T', ' ').slice(0, 19);
  if (deliveries.length === 0) return [[at, subject, '(the file names nobody)', '', '']];
  return deliveries.map(({ to, state, tries }, place) => {
    const last = tries.at(-1)?.outcome ?? '';
    const why = state === 'delivered' || last === '' ? '' : ` (${last})`;
    const first = place === 0 ? [at, subject] : ['', ''];
    return [...first, to, `${state.replaceAll('_', ' ')}${why}`, String(tries.length)];
  });
}

async function noticesOf(api: ApiClient, burst: string): Promise<NoticeView[]> {
  const path = `/v1/bursts/${encodeURIComponent(burst)}/notices`;
  const notices: NoticeView[] = [];
  for await (const page of pagesOf<ListedNotices>(api, path, 100)) notices.push(...page.notices);
  return notices;
}

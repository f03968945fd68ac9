// Notices of a burst: stored once for each occasion, then delivered, each delivery with its tries.

import { dueAt, Notice } from '#domain/notice.ts';
import type { Item, Table } from '#domain/ports.ts';
import { fromItem, toItem } from './item.ts';
import { burstOf, keys, stretches } from './keys.ts';
import { queryAll } from './query-all.ts';
import { compareAndSave, type Saved } from './save.ts';

/** A shard of the index of its own: runners never see these. */
const DUE_SHARD = 'notices';
const INDEX_ATTRIBUTES = ['dueShard', 'wakeAt'];

export async function loadNotice(
  table: Table,
  burst: string,
  id: string,
): Promise<Notice | undefined> {
  const item = await table.get(keys.notice(burst, id), { consistent: true });
  return item && decode(item);
}

/** Writes `next` if the notice still stands as in `previous`; a new one only if there is none. */
export function saveNotice(
  table: Table,
  previous: Notice | undefined,
  next: Notice,
  nonce: string,
): Promise<Saved<Notice>> {
  return compareAndSave(
    table,
    keys.notice(next.burst, next.id),
    previous,
    next,
    encode,
    decode,
    nonce,
  );
}

/** Which notices have a delivery due by then, soonest first. Eventually consistent. */
export async function dueNotices(
  table: Table,
  until: number,
): Promise<{ readonly burst: string; readonly id: string }[]> {
  const items = await queryAll(table, { index: 'due', pk: DUE_SHARD, to: until });
  return items.map((item) => ({ burst: burstOf(item.pk), id: item.sk.slice('Y#'.length) }));
}

/** In the order of their ids, at most `limit`, after the one given. */
export async function pageNotices(
  table: Table,
  burst: string,
  { after, limit }: { readonly after?: string | undefined; readonly limit: number },
): Promise<{ readonly notices: readonly Notice[]; readonly next?: string }> {
  const page = await table.query({
    ...stretches.notices(burst),
    limit,
    consistent: true,
    ...(after === undefined ? {} : { after: { ...keys.notice(burst, after) } }),
  });
  const notices = page.items.map(decode);
  const last = notices.at(-1);
  return page.next && last ? { notices, next: last.id } : { notices };
}

function encode(notice: Notice): Item {
  const due = dueAt(notice);
  return {
    ...toItem(Notice, keys.notice(notice.burst, notice.id), notice),
    ...(due === undefined ? {} : { dueShard: DUE_SHARD, wakeAt: due }),
  };
}

function decode(item: Item): Notice {
  return fromItem(Notice, item, INDEX_ATTRIBUTES);
}

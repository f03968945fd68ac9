// The id under which a list was imported, from the name a campaign file gives it.

import { ID_PATTERN } from '#domain/ids.ts';

/** `lists/Prospects.csv` is the audience `prospects`; undefined where no id comes out. */
export function audienceId(list: string): string | undefined {
  const base = list.split('/').at(-1) ?? '';
  const id = base
    .replace(/\.csv$/i, '')
    .toLowerCase()
    .replaceAll('_', '-');
  return ID_PATTERN.test(id) ? id : undefined;
}

// An import as the terminal shows it: what it did, in lines or in one.

import type { ImportView } from '#commands/import-view.ts';
import { count, many } from './words.ts';

export function resultLines(view: ImportView, rejects: string | undefined): string[] {
  const { counts } = view;
  const line = (label: string, value: number, more = '') =>
    value === 0 && label !== 'new'
      ? []
      : [`  ${label.padEnd(12)}${count(value).padStart(9)}${more}`];
  const would = view.dryRun ? ' (dry run: nothing was changed)' : '';
  return [
    `${view.audience}: ${many(counts.rows, 'row')} read${would}`,
    ...line('new', counts.new),
    ...line('changed', counts.changed),
    ...line('unchanged', counts.unchanged),
    ...line('twice', counts.duplicates, '  the first row of each was taken'),
    ...line('not taken', counts.rejected, rejects === undefined ? '' : `  see ${rejects}`),
    ...line('suppressed', counts.suppressed, '  in the list, and never written to'),
    ...line('no consent', counts.withoutConsent, '  held back where a leg demands it'),
    ...(view.dryRun ? [] : [`  undo with volley audience undo ${view.audience} ${view.import}`]),
  ];
}

/** `FR 1,204 · DE 12`, the largest first. */
export function parts(counts: { readonly [name: string]: number }): string {
  return Object.entries(counts)
    .filter(([, value]) => value > 0)
    .sort(([, a], [, b]) => b - a)
    .slice(0, 12)
    .map(([name, value]) => `${name} ${count(value)}`)
    .join(' · ');
}

export function importRow(one: ImportView): string[] {
  const { counts } = one;
  const said = { new: counts.new, changed: counts.changed, 'not taken': counts.rejected };
  return [
    `    ${one.import}`,
    new Date(one.startedAt).toISOString().slice(0, 16).replace('T', ' '),
    one.dryRun ? 'dry run' : one.state,
    one.source.name,
    parts(said) || 'nothing new',
  ];
}

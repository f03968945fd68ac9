// Who is written to before everybody else.

const YES: ReadonlySet<string> = new Set(['yes', 'y', 'true', '1', 'x']);

/**
 * Whether a contact belongs to the first part of a leg that names a column for it (`first: donor`).
 * Order only: calls stay even within every window. Column names are compared as they are kept,
 * with `_` for `-`.
 */
export function isFirst(
  fields: { readonly [name: string]: string },
  column: string | undefined,
): boolean {
  if (column === undefined) return false;
  return YES.has(fields[column.replaceAll('-', '_')]?.trim().toLowerCase() ?? '');
}

/** Whose turn it is: the place of the first column with a yes, the others behind all of them. */
export function turnOf(
  fields: { readonly [name: string]: string },
  columns: readonly string[],
): number {
  const place = columns.findIndex((column) => isFirst(fields, column));
  return place < 0 ? columns.length : place;
}

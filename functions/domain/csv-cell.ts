// One value of a CSV file that people open in a spreadsheet: never a formula, always read back.

/** What a spreadsheet takes for the beginning of a formula, full-width forms and escapes included. */
const FORMULA = /^'*(?:[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]|%0[9ad])/i;

/** Quoted where RFC 4180 wants it; an apostrophe before what a spreadsheet would carry out. */
export function csvCell(value: string, delimiter = ','): string {
  const safe = FORMULA.test(value) ? `'${value}` : value;
  const needsQuotes = safe.includes('"') || safe.includes(delimiter) || /[\r\n]|^\s|\s$/.test(safe);
  return needsQuotes || safe.startsWith("'") ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** The value that `csvCell` wrote; every other one as it stands. */
export function readCell(cell: string): string {
  return cell.startsWith("'") && FORMULA.test(cell) ? cell.slice(1) : cell;
}

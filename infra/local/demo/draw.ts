// Bars and intervals drawn in text.

/** `[██████────]` */
export function bar(share: number, width: number): string {
  const full = Math.round(Math.min(1, Math.max(0, share)) * width);
  return `[${'█'.repeat(full)}${'─'.repeat(width - full)}]`;
}

export interface Interval {
  readonly of: number;
  readonly lo: number;
  readonly hi: number;
}

/** An interval on a scale from 0 to `most`: `    ├──●───┤      `. */
export function interval({ of, lo, hi }: Interval, most: number, width: number): string {
  const place = (value: number) =>
    Math.min(width - 1, Math.max(0, Math.round((value / most) * (width - 1))));
  const [from, at, to] = [place(lo), place(of), place(hi)];
  return Array.from({ length: width }, (_, column) => {
    if (column === at) return '●';
    if (column === from) return '├';
    if (column === to) return '┤';
    return column > from && column < to ? '─' : ' ';
  }).join('');
}

export function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

export function count(value: number | null): string {
  return value === null ? '·' : value.toLocaleString('en');
}

/** Columns as wide as their widest cell; numbers to the right, the first column to the left. */
export function table(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, column) => {
      widths[column] = Math.max(widths[column] ?? 0, cell.length);
    });
  }
  return rows.map((row) =>
    row
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return column === 0 ? cell.padEnd(width) : cell.padStart(width);
      })
      .join('  ')
      .trimEnd(),
  );
}

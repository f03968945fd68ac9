// How the command line writes numbers, times and tables.

export function count(value: number | null | undefined): string {
  return value === null || value === undefined ? '·' : value.toLocaleString('en');
}

/** `1 person`, `2 people`. */
export function many(value: number, one: string, more = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : more}`;
}

/** `$8.40`; below a cent as many digits as it takes to see something. */
export function dollars(usd: number): string {
  if (usd === 0) return '$0';
  return usd >= 0.01
    ? `$${usd.toLocaleString('en', { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`
    : `$${usd.toPrecision(1)}`;
}

export function percent(share: number): string {
  const value = share * 100;
  return `${value >= 10 ? Math.round(value) : Number(value.toPrecision(2))} %`;
}

/** `04:12`, with hours from an hour on: `1:04:12`; the sign is the caller's. */
export function clock(ms: number): string {
  const seconds = Math.round(Math.abs(ms) / 1_000);
  const [hours, minutes, rest] = [
    Math.floor(seconds / 3_600),
    Math.floor(seconds / 60) % 60,
    seconds % 60,
  ];
  const two = (value: number) => String(value).padStart(2, '0');
  return hours === 0 ? `${two(minutes)}:${two(rest)}` : `${hours}:${two(minutes)}:${two(rest)}`;
}

/** `8 min`, `2 h 05 min`, `3 days`, `12 s`. */
export function span(ms: number): string {
  const seconds = Math.round(ms / 1_000);
  if (seconds < 90) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 90) return `${minutes} min`;
  if (minutes < 48 * 60) {
    const rest = minutes % 60;
    return `${Math.floor(minutes / 60)} h${rest === 0 ? '' : ` ${String(rest).padStart(2, '0')} min`}`;
  }
  return many(Math.round(minutes / 1_440), 'day');
}

/** The time of day in a zone: `20:48`, with seconds where they matter. */
export function timeOfDay(at: number, zone: string, withSeconds = false): string {
  return new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    hour: '2-digit',
    minute: '2-digit',
    ...(withSeconds ? { second: '2-digit' } : {}),
    hourCycle: 'h23',
  }).format(at);
}

/** `Thu 4 Mar`, in a zone. */
export function dayOf(at: number, zone: string): string {
  return new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    weekday: 'short',
    day: 'numeric',
    month: 'short',
  })
    .format(at)
    .replace(',', '');
}

/** Columns as wide as their widest cell; those named in `right` are set to the right. */
export function table(
  rows: readonly (readonly string[])[],
  right: readonly number[] = [],
): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, column) => {
      widths[column] = Math.max(widths[column] ?? 0, widthOf(cell));
    });
  }
  return rows.map((row) =>
    row
      .map((cell, column) => {
        const room = ' '.repeat(Math.max(0, (widths[column] ?? 0) - widthOf(cell)));
        return right.includes(column) ? `${room}${cell}` : `${cell}${room}`;
      })
      .join('  ')
      .trimEnd(),
  );
}

/** Label and text, labels in one column. */
export function labelled(
  rows: readonly (readonly [label: string, text: string])[],
  widthMin = 0,
): string[] {
  const width = Math.max(11, widthMin, ...rows.map(([label]) => label.length));
  return rows.map(([label, text]) => `  ${label.padEnd(width)} ${text}`.trimEnd());
}

/** `██████────` */
export function bar(share: number, width: number): string {
  const full = Math.round(Math.min(1, Math.max(0, share)) * width);
  return `${'█'.repeat(full)}${'─'.repeat(width - full)}`;
}

/** Two columns of a terminal each: emoji and the letters of East Asia. */
const WIDE =
  /[\p{Emoji_Presentation}\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\u3000-\u303f\uff01-\uff60]/u;

/** In columns of a terminal. Colours and what is set above a letter take no room. */
export function widthOf(text: string): number {
  let width = 0;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape is what is looked for
  for (const one of text.replace(/\u001b\[[0-9;]*m|[\p{Mn}\u200d]/gu, '')) {
    width += WIDE.test(one) ? 2 : 1;
  }
  return width;
}

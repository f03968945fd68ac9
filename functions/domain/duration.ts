// Stretches of time as people write them: `90s`, `2h`, `1h30m`, `7d`.

const UNIT_MS: Record<string, number> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const DURATION = /^([+-])?((?:\d{1,6}[smhd])+)$/;

/** Milliseconds, negative with a leading minus; undefined for anything that is not a duration. */
export function parseDuration(text: string): number | undefined {
  const [, sign, parts] = DURATION.exec(text.trim()) ?? [];
  if (parts === undefined) return undefined;
  let total = 0;
  for (const [, count = '0', unit = 's'] of parts.matchAll(/(\d+)([smhd])/g)) {
    total += Number(count) * (UNIT_MS[unit] ?? 0);
  }
  return sign === '-' ? -total : total;
}

/** `1h30m`, `90s` as `1m30s`, `0s`; whole seconds. */
export function renderDuration(milliseconds: number): string {
  const sign = milliseconds < 0 ? '-' : '';
  let rest = Math.round(Math.abs(milliseconds) / 1_000);
  const parts: string[] = [];
  for (const [unit, seconds] of [
    ['d', 86_400],
    ['h', 3_600],
    ['m', 60],
    ['s', 1],
  ] as const) {
    const count = Math.floor(rest / seconds);
    rest -= count * seconds;
    if (count > 0) parts.push(`${count}${unit}`);
  }
  return `${sign}${parts.join('') || '0s'}`;
}
